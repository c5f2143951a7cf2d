"""Labels -> the smallest ontology that fits them, features and options in order of first appearance.

* A temporal question is a radio when no two of its answers ever apply at one frame of one row, else a checklist; one
  that is answered as a radio in one place and as a checklist in another is a checklist.
* A top-level question with frames anywhere has scope index, even when other labels answer it for the whole video: the
  checks warn about those.
* What cannot be one feature (a box and a point, options and texts, a tool and a question of one name, names that differ
  only in case) is refused with both places, as are labels that have only schema ids.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from labelferry.errors import SpecError
from labelferry.listing import shorten
from labelferry.model.answers import Answer, AnswerKind, Classification
from labelferry.model.feature import Feature, Where
from labelferry.model.frames import Span
from labelferry.model.looks import appearance, differing_characters, looks_alike
from labelferry.model.video import LabelledVideo
from labelferry.ontology.kinds import GEOMETRY_TOOLS, QuestionKind, Scope, ToolKind
from labelferry.ontology.tree import Ontology, Option, Question, Tool

__all__ = ["Inference", "infer"]

MOST_SHOWN = 20


def infer(videos: Iterable[LabelledVideo]) -> Ontology:
    """Build the ontology that the labels of ``videos`` need.

    Raises:
        SpecError: when one name is used for two things, or a feature has no name; lists every case with its places.
    """
    inference = Inference()
    for video in videos:
        inference.look(video)
    return inference.ontology()


class Inference:
    """The ontology of labels that come one video at a time."""

    def __init__(self) -> None:
        self._seen = _Collected()

    def look(self, video: LabelledVideo) -> None:
        """Take the features of one more video."""
        _look(self._seen, video)

    def ontology(self) -> Ontology:
        """Build the ontology that all labels so far need.

        Raises:
            SpecError: as for ``infer``.
        """
        top, wrong = self._seen.top.values(), self._seen.wrong
        if wrong:
            listed = "\n".join(shorten(wrong, MOST_SHOWN))
            raise SpecError(f"no ontology can be built from these labels:\n{listed}")
        return Ontology(
            tools=tuple(node.tool() for node in top if node.sort in set(ToolKind)),
            questions=tuple(node.question() for node in top if node.sort not in set(ToolKind)),
        )


@dataclass(slots=True)
class _FeatureNode:
    """A tool, question or option while it is being collected."""

    name: str
    sort: str
    where: Where
    inside: dict[str, "_FeatureNode"] = field(default_factory=dict)
    kinds: set[AnswerKind] = field(default_factory=set)
    framed: bool = False
    held: dict[str, list[tuple[Span, str]]] = field(default_factory=dict)

    def tool(self) -> Tool:
        return Tool(self.sort, self.name, self.questions())

    def questions(self) -> tuple[Question, ...]:
        return tuple(node.question() for node in self.inside.values())

    def question(self) -> Question:
        text = self.sort == TEXT
        return Question(
            kind=QuestionKind.TEXT if text else self.kind(),
            name=self.name,
            options=() if text else tuple(node.option() for node in self.inside.values()),
            scope=Scope.INDEX if self.framed else Scope.GLOBAL,
            questions=self.questions() if text else (),
        )

    def option(self) -> Option:
        return Option(self.name, questions=self.questions())

    def kind(self) -> QuestionKind:
        if AnswerKind.CHECKLIST in self.kinds:
            return QuestionKind.CHECKLIST
        if AnswerKind.RADIO in self.kinds:
            return QuestionKind.RADIO
        clash = any(_clash(spans) for spans in self.held.values())
        return QuestionKind.CHECKLIST if clash else QuestionKind.RADIO


_Level = dict[str, _FeatureNode]

TEXT = "text question"
CHOICE = "question with options"
OPTION = "option"


@dataclass(slots=True)
class _Collected:
    top: _Level = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def node(self, level: _Level, feature: Feature, sort: str, where: Where) -> _FeatureNode:
        """Return the node of this name; contradictions to it are recorded."""
        name = feature.name or ""
        key = appearance(name)
        if not name:
            self.wrong.append(f"{where}: {sort} with {feature} but no name; give names, or an ontology file with ids")
        if key not in level:
            level[key] = _FeatureNode(name, sort, where)
        node = level[key]
        self._compare(node, name, sort, where)
        return node

    def _compare(self, node: _FeatureNode, name: str, sort: str, where: Where) -> None:
        if node.name != name:
            if looks_alike(name, node.name):
                how = f"looks like '{node.name}' ({node.where}) and differs in {differing_characters(name, node.name)}"
            else:
                how = f"differs from '{node.name}' ({node.where}) only in case or spaces"
            self.wrong.append(f"{where}: '{name}' {how}; write both alike")
        elif node.sort != sort:
            self.wrong.append(
                f"{where}: '{name}' is a {sort} here and a {node.sort} at {node.where}; imports match by name, "
                "so use two different names"
            )


def _look(seen: _Collected, video: LabelledVideo) -> None:
    row = str(video.row)
    for track in video.tracks:
        tool = seen.node(seen.top, track.feature, GEOMETRY_TOOLS[track.geometry], track.where)
        for classification in (*track.classifications, *_flat(track.answers.values())):
            _ask(seen, tool.inside, classification, row)
    for masks in video.masks:
        for instance in masks.instances:
            tool = seen.node(seen.top, instance.feature, ToolKind.MASK, masks.where)
            for classification in instance.classifications:
                _ask(seen, tool.inside, classification, row)
    for classification in video.classifications:
        _ask(seen, seen.top, classification, row)


def _flat(groups: Iterable[tuple[Classification, ...]]) -> Iterator[Classification]:
    for group in groups:
        yield from group


def _ask(seen: _Collected, level: _Level, asked: Classification, row: str) -> None:
    sort = TEXT if asked.question is AnswerKind.TEXT else CHOICE
    node = seen.node(level, asked.feature, sort, asked.where)
    node.kinds.add(asked.question)
    node.framed = node.framed or asked.framed
    if asked.question is AnswerKind.TEMPORAL and not asked.framed and len(asked.answers) > 1:
        node.kinds.add(AnswerKind.CHECKLIST)
    for answer in asked.answers:
        _answer(seen, node, asked, answer, row)


def _answer(seen: _Collected, node: _FeatureNode, asked: Classification, answer: Answer, row: str) -> None:
    inside = node.inside
    if answer.feature is not None:
        inside = seen.node(node.inside, answer.feature, OPTION, asked.where).inside
        if asked.question is AnswerKind.TEMPORAL:
            node.held.setdefault(row, []).extend((span, answer.feature.key) for span in answer.spans)
    for classification in answer.classifications:
        _ask(seen, inside, classification, row)


def _clash(held: list[tuple[Span, str]]) -> bool:
    """Return whether two different answers apply at one frame."""
    last: dict[str, int] = {}
    for span, key in sorted(held):
        if any(end >= span.start for other, end in last.items() if other != key):
            return True
        last[key] = max(last.get(key, -1), span.end)
    return False
