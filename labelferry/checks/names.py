"""Rules about names and kinds: every feature, option and nested question is in the ontology and of its kind.

Imports match by exact name. A list with one option for a radio, and a single option for a checklist, are both in the
guide and are let through; options for a text, or a text for options, never are.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from itertools import chain

from labelferry.checks.scene import Raised, Scene, error, warning
from labelferry.model.answers import Classification
from labelferry.model.answers import Question as Asked
from labelferry.model.feature import Feature, Where
from labelferry.model.tracks import Track
from labelferry.model.video import LabelledVideo
from labelferry.ontology.kinds import GEOMETRY_TOOLS, QuestionKind, ToolKind
from labelferry.ontology.tree import Ontology, Option, Question, Tool

__all__ = ["check"]


def check(scene: Scene) -> Iterator[Raised]:
    """Check names and kinds."""
    if scene.ontology is not None:
        for video in scene.videos:
            yield from _Names(scene.ontology).video(video)


class _Names:
    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology
        self.has_ids = ontology.has_ids
        self.tools = {tool.name for tool in ontology.tools}
        self.questions = {question.name for question in ontology.questions}
        counts = Counter(feature.names[0] for feature in chain[Tool | Question](ontology.tools, ontology.questions))
        self.twice = {name for name, count in counts.items() if count > 1}

    def video(self, video: LabelledVideo) -> Iterator[Raised]:
        yield from self.ambiguous(video)
        for track in video.tracks:
            inside = [*track.classifications, *(one for some in track.answers.values() for one in some)]
            yield from self.tool(track.feature, GEOMETRY_TOOLS[track.geometry], track.where, inside)
        for masks in video.masks:
            for instance in masks.instances:
                yield from self.tool(instance.feature, ToolKind.MASK, masks.where, instance.classifications)
        for classification in video.classifications:
            yield from self.question(self.ontology, classification, "")

    def ambiguous(self, video: LabelledVideo) -> Iterator[Raised]:
        """Names that the ontology has more than once: the editor allows that."""
        if self.twice:
            for line in chain[Classification | Track](video.tracks, video.classifications):
                if line.feature.name in self.twice and not line.feature.schema_id:
                    yield error(
                        "name-ambiguous",
                        line.where,
                        f"the ontology has several features called '{line.feature}'",
                        "imports match by name: rename all but one in Labelbox, or give the schema id",
                    )

    def tool(
        self, feature: Feature, kind: ToolKind, where: Where, inside: Iterable[Classification]
    ) -> Iterator[Raised]:
        tool = self.ontology.tool(feature)
        if tool is None:
            yield self.unknown("tool", feature, where, self.ontology.tools, "")
            return
        if tool.kind != kind:
            yield error(
                "tool-kind",
                where,
                f"'{feature}' is a {kind} here and a {tool.kind} in the ontology",
                f"use a tool of kind {kind}, or another name",
            )
        for classification in inside:
            yield from self.question(tool, classification, f" of tool '{feature}'")

    def question(self, holder: Ontology | Tool | Option | Question, asked: Classification, of: str) -> Iterator[Raised]:
        question = holder.question(asked.feature)
        if question is None:
            yield self.unknown("question", asked.feature, asked.where, holder.questions, of)
        elif (asked.question is Asked.TEXT) != (question.kind == QuestionKind.TEXT):
            given = "a text" if asked.question is Asked.TEXT else "options"
            yield error(
                "question-kind",
                asked.where,
                f"'{asked.feature}'{of} is answered with {given} but is a {question.kind} in the ontology",
                "answer it as the ontology asks, or use another name",
            )
        else:
            yield from self.answers(question, asked, of)

    def answers(self, question: Question, asked: Classification, of: str) -> Iterator[Raised]:
        for answer in asked.answers:
            holder: Option | Question = question
            here = f" of question '{asked.feature}'{of}"
            if answer.feature is not None:
                option = question.option(answer.feature)
                if option is None:
                    yield self.unknown("option", answer.feature, asked.where, question.options, here)
                    continue
                holder = option
                here = f" of option '{answer}'{here}"
            for classification in answer.classifications:
                yield from self.question(holder, classification, here)

    def unknown(
        self, sort: str, feature: Feature, where: Where, there: Iterable[Tool | Question | Option], of: str
    ) -> Raised:
        if not feature.name and not self.has_ids:
            return warning(
                "schema-id-unchecked",
                where,
                f"the {sort}{of} is given by {feature} and the ontology has no ids, so it cannot be checked",
                "name it, or take the ontology from Labelbox",
            )
        if feature.schema_id and self.has_ids:
            return error(
                f"{sort}-unknown",
                where,
                f"the ontology has no {sort} with the schema id {feature.schema_id}{of}",
                "correct the id, or give only the name",
            )
        names = [item.names[0] for item in there]
        return error(
            f"{sort}-unknown",
            where,
            f"the ontology has no {sort} '{feature}'{of}",
            self.remedy(sort, feature.name or "", names),
        )

    def remedy(self, sort: str, name: str, names: list[str]) -> str:
        others = {"tool": self.questions, "question": self.tools}.get(sort, set())
        if name in others:
            return f"'{name}' is a {'question' if sort == 'tool' else 'tool'} there; label it as one, or add the {sort}"
        alike = [one for one in names if one.casefold() == name.casefold()]
        close = alike or get_close_matches(name, names, n=1)
        if close:
            return f"did you mean '{close[0]}'? Names are matched to the letter"
        known = ", ".join(f"'{one}'" for one in names[:8]) or "none"
        return f"add it to the ontology or use another name (there: {known})"
