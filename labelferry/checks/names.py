"""Names and kinds -> every feature, option and nested question is in the ontology and of its kind."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from itertools import chain

from labelferry.checks.subject import Facts, RowCheck, each_video
from labelferry.listing import shorten
from labelferry.model.answers import Answer, AnswerKind, Classification
from labelferry.model.feature import Feature, Where
from labelferry.model.findings import Finding
from labelferry.model.looks import differing_characters, looks_alike
from labelferry.model.rules import NameRule
from labelferry.model.tracks import Track
from labelferry.model.video import LabelledVideo
from labelferry.ontology.kinds import GEOMETRY_TOOLS, QuestionKind, ToolKind
from labelferry.ontology.tree import Ontology, Option, Question, Tool

__all__ = ["check"]

KNOWN_SHOWN = 8
TOOL, QUESTION, OPTION = "tool", "question", "option"


def check(facts: Facts) -> RowCheck:
    """Check names and kinds."""
    if facts.ontology is None:
        return lambda _: ()
    return each_video(_Names(facts.ontology).check)


class _Names:
    """The ontology's names. ``of`` is the parent of a feature, such as " of tool 'car'"; empty at the top level."""

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology
        self.has_ids = ontology.has_ids
        top = [item.name for item in chain[Tool | Question](ontology.tools, ontology.questions)]
        self.ambiguous = {name for name, count in Counter(top).items() if count > 1}
        self.elsewhere = {
            TOOL: {question.name: QUESTION for question in ontology.questions},
            QUESTION: {tool.name: TOOL for tool in ontology.tools},
        }

    def check(self, video: LabelledVideo) -> Iterator[Finding]:
        for line in chain[Classification | Track](video.tracks, video.classifications):
            yield from self.several(line)
        for track in video.tracks:
            asked = chain(track.classifications, *track.answers.values())
            yield from self.tool(track.feature, GEOMETRY_TOOLS[track.geometry], track.where, asked)
        for masks in video.masks:
            for instance in masks.instances:
                yield from self.tool(instance.feature, ToolKind.MASK, masks.where, instance.classifications)
        for classification in video.classifications:
            yield from self.question(self.ontology, classification, "")

    def several(self, line: Classification | Track) -> Iterator[Finding]:
        """Yield names with several features: the editor allows them, but the import cannot tell them apart."""
        if line.feature.name in self.ambiguous and not line.feature.schema_id:
            yield NameRule.NAME_AMBIGUOUS.at(line.where, name=line.feature)

    def tool(
        self, feature: Feature, kind: ToolKind, where: Where, inside: Iterable[Classification]
    ) -> Iterator[Finding]:
        tool = self.ontology.tool(feature)
        if tool is None:
            yield self.unknown(TOOL, feature, where, self.ontology.tools, "")
            return
        if tool.kind != kind:
            yield NameRule.TOOL_KIND.at(where, name=feature, kind=kind, other_kind=tool.kind)
        for classification in inside:
            yield from self.question(tool, classification, f" of tool '{feature}'")

    def question(
        self, holder: Ontology | Tool | Option | Question, asked: Classification, of: str
    ) -> Iterator[Finding]:
        question, called = holder.question(asked.feature), f"question '{asked.feature}'{of}"
        if question is None:
            yield self.unknown(QUESTION, asked.feature, asked.where, holder.questions, of)
        elif (asked.question is AnswerKind.TEXT) != (question.kind == QuestionKind.TEXT):
            given = "a text" if asked.question is AnswerKind.TEXT else "options"
            yield NameRule.QUESTION_KIND.at(asked.where, question=called, given=given, kind=question.kind)
        else:
            for answer in asked.answers:
                yield from self.answer(question, answer, asked.where, f" of {called}")

    def answer(self, question: Question, answer: Answer, where: Where, of: str) -> Iterator[Finding]:
        """Check an answer; a text has no option, so what it opens is nested in the question itself."""
        holder: Option | Question = question
        if answer.feature is not None:
            option = question.option(answer.feature)
            if option is None:
                yield self.unknown(OPTION, answer.feature, where, question.options, of)
                return
            holder, of = option, f" of option '{answer}'{of}"
        for classification in answer.classifications:
            yield from self.question(holder, classification, of)

    def unknown(
        self, kind: str, feature: Feature, where: Where, there: Sequence[Tool | Question | Option], of: str
    ) -> Finding:
        if feature.schema_id and self.has_ids:
            called = f"{kind} with the schema id {feature.schema_id}{of}"
            return NameRule.SCHEMA_ID_UNKNOWN.at(where, feature=called)
        if not feature.name:
            return NameRule.SCHEMA_ID_UNCHECKED.at(where, feature=kind + of, schema_id=feature.schema_id)
        called = f"{kind} '{feature}'{of}"
        if other := self.elsewhere.get(kind, {}).get(feature.name):
            return NameRule.NAME_OF_OTHER_KIND.at(where, feature=called, name=feature.name, kind=kind, other_kind=other)
        return _not_among([item.names[0] for item in there], feature.name, called, where)


def _not_among(names: Sequence[str], name: str, called: str, where: Where) -> Finding:
    """The finding for a name that is none of ``names``: it looks like one, is close to one, or neither."""
    if alike := next((each for each in names if looks_alike(each, name)), None):
        different = differing_characters(name=name, other=alike)
        return NameRule.NAME_LOOKS_ALIKE.at(where, feature=called, similar_name=alike, characters=different)
    if close := _close(name, names):
        return NameRule.NAME_MISSPELLED.at(where, feature=called, similar_name=close)
    known = ", ".join(shorten([f"'{each}'" for each in names], KNOWN_SHOWN)) or "none"
    return NameRule.NAME_UNKNOWN.at(where, feature=called, known_names=known)


def _close(name: str, names: Sequence[str]) -> str | None:
    """Return the closest name, preferring one that differs only in case to one with a similar spelling."""
    alike = (one for one in names if one.casefold() == name.casefold())
    return next(alike, None) or next(iter(get_close_matches(name, names, n=1)), None)
