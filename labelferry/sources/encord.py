"""Encord's label rows of videos -> LabelledVideo.

Frames count from 0, coordinates are fractions of the picture. Static answers are in ``object_answers``; dynamic ones in
``object_actions``, for ranges whose ends are included. Facts: https://docs.encord.com/sdk-documentation/sdk-references.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from labelferry.model import Answer, AnswerKind, Classification, Feature, Geometry, LabelledVideo, Where
from labelferry.model.frames import LARGEST, Span
from labelferry.model.keys import legal
from labelferry.sources.areas import Polygons
from labelferry.sources.documents import Node, document_of
from labelferry.sources.glance import Glance
from labelferry.sources.keys import GlobalKey
from labelferry.sources.moments import question
from labelferry.sources.numbering import Gaps
from labelferry.sources.objects import Objects, ShapedEntry
from labelferry.sources.reader import CERTAIN, Guess, Reader
from labelferry.sources.source import Source
from labelferry.sources.text import empty

__all__ = ["READER", "EncordLabels", "read"]

FIRST = 1


class EncordLabels(ShapedEntry):
    """Label rows of Encord, of videos."""

    format: Literal["encord"]
    global_key: GlobalKey | None = Field(default=None, description="The video; by default the title of the data unit")
    gaps: Gaps = Field(default="close", description="Whether a missing frame ends a segment (close) or not (bridge)")


def read(source: Source[EncordLabels]) -> Iterator[LabelledVideo]:
    """Read label rows: a video for each data unit.

    Raises:
        SourceError: when a value is not what it should be, or the size of a video is not known.
    """
    document, found = document_of(source), False
    for row in document.items() if isinstance(document.value, list) else (document,):
        for _, unit in row.get("data_units").members():
            if unit.get("labels").value:
                found = True
                yield _video(row, unit, source)
    if not found:
        raise empty(source.file, "no labels in its data units")


def _video(row: Node, unit: Node, source: Source[EncordLabels]) -> LabelledVideo:
    entry = source.entry
    key = entry.global_key or legal(unit.get("data_title").text(row.get("data_title").text("video")))
    objects = Objects(key, Where(source.file, detail=key), source.note, entry.unrepresentable, entry.classes)
    width, height = unit.get("width"), unit.get("height")
    size = (width.whole(), height.whole()) if width.value and height.value else source.size(key)
    answers, asked = _Answers(row, frozenset(_checklists(row))), dict[str, list[int]]()
    for number, page in unit.get("labels").members():
        frame = Node(number, unit.file, unit.path).whole()
        for node in page.get("objects").items():
            _object(objects, node, frame, size, answers)
        for node in page.get("classifications").items():
            asked.setdefault(node.get("classificationHash").text(), []).append(frame)
    _answer(objects, row, asked)
    return objects.finished(size, gaps=entry.gaps)


@dataclass(frozen=True, slots=True)
class _Answers:
    """The answers about objects of a label row.

    Args:
        row: the label row.
        several: its questions that have several answers somewhere.
    """

    row: Node
    several: frozenset[str]

    def of(self, ident: str, frame: int, where: Where) -> dict[str, Classification]:
        """Return static answers, and the dynamic ones that hold at a frame."""
        static = list(self.row.get("object_answers").get(ident).get("classifications").items())
        actions = self.row.get("object_actions").get(ident).get("actions").items()
        dynamic = [each for each in actions if any(_holds(span, frame) for span in each.get("range").items())]
        said: dict[str, list[str]] = {}
        texts: set[str] = set()
        for answer in (*static, *dynamic):
            name = answer.get("name").text("question")
            said.setdefault(name, []).extend(_options(answer))
            if isinstance(answer.get("answers").value, str):
                texts.add(name)
        told = {name: options for name, options in said.items() if options}
        return {name: self._answered(name, each, name in texts, where) for name, each in told.items()}

    def _answered(self, name: str, options: list[str], is_text: bool, where: Where) -> Classification:
        if is_text:
            return Classification(Feature(name), AnswerKind.TEXT, (Answer(text=options[-1]),), where)
        kind = AnswerKind.CHECKLIST if name in self.several else AnswerKind.RADIO
        chosen = tuple(Answer(Feature(option)) for option in dict.fromkeys(options))
        return Classification(Feature(name), kind, chosen, where)


def _answer(objects: Objects, row: Node, asked: Mapping[str, list[int]]) -> None:
    """Take the answers that stand apart from the frames on which they hold."""
    held: dict[str, dict[str, list[Span]]] = {}
    for ident, node in row.get("classification_answers").members():
        spans = [Span(frame + FIRST, frame + FIRST) for frame in sorted(asked.get(ident, ()))] or _ranges(node)
        for answer in node.get("classifications").items() if spans else ():
            for option in _options(answer):
                name = answer.get("name").text("classification")
                held.setdefault(name, {}).setdefault(option, []).extend(_joined(spans))
    objects.classifications += [question(name, answers, objects.where) for name, answers in held.items()]


def _ranges(node: Node) -> list[Span]:
    """The frames of an answer, where it says them itself."""
    pairs = [each.numbers(2) for each in node.get("range").items()]
    return [Span(int(start) + FIRST, int(end) + FIRST) for start, end in pairs if 0 <= start <= end < LARGEST]


def _joined(spans: list[Span]) -> list[Span]:
    """Frames that follow each other as one range."""
    found: list[Span] = []
    for span in spans:
        if found and span.start == found[-1].end + 1:
            found[-1] = Span(found[-1].start, span.end)
        else:
            found.append(span)
    return found


def _object(objects: Objects, node: Node, frame: int, size: tuple[int, int], answers: _Answers) -> None:
    label, ident = node.get("name").text(), node.get("objectHash").text()
    where = Where(node.file, detail=f"object {ident}")
    if objects.named(label) is None:
        return
    said = answers.of(ident, frame, where)
    width, height = size
    if node.get("boundingBox").value:
        left, top, wide, high = (node.get("boundingBox").get(name).number() for name in ("x", "y", "w", "h"))
        item = objects.of(ident, label, Geometry.BOX, where)
        item.add(frame + FIRST, [left * width, top * height, wide * width, high * height], 0, said)
        return
    for kind in ("point", "polyline", "polygon"):
        if node.get(kind).value:
            pixels = _points(node.get(kind), size)
            if kind == "polygon":
                objects.other("polygon", ident, label, frame + FIRST, Polygons((pixels,)), where)
            else:
                geometry = Geometry.POINT if kind == "point" else Geometry.LINE
                objects.of(ident, label, geometry, where).add(frame + FIRST, pixels, 0, said)
            return
    objects.other(node.get("shape").text("shape"), ident, label, frame + FIRST, Polygons(([0.0] * 6,)), where)


def _points(node: Node, size: tuple[int, int]) -> list[float]:
    """Points by their numbers, as fractions, in pixels."""
    nodes = sorted(node.members(), key=_number)
    return [point.get(axis).number() * size[at] for _, point in nodes for at, axis in enumerate("xy")]


def _number(pair: tuple[str, Node]) -> int:
    return int(pair[0]) if pair[0].isdecimal() else 0


def _checklists(row: Node) -> set[str]:
    """The questions that have several answers somewhere: in one action, or in several of one ``trackHash``."""
    found: set[str] = set()
    for held in (row.get("object_answers"), row.get("object_actions")):
        for _, node in held.members():
            seen: set[str] = set()
            for answer in (*node.get("classifications").items(), *node.get("actions").items()):
                name, track = answer.get("name").text("question"), answer.get("trackHash").text("")
                if len(_options(answer)) > 1 or (track and track in seen):
                    found.add(name)
                seen.add(track)
    return found


def _holds(span: Node, frame: int) -> bool:
    start, end = span.numbers(2)
    return start <= frame <= end


def _options(answer: Node) -> list[str]:
    value = answer.get("answers")
    if isinstance(value.value, list):
        return [each.get("name").text(each.get("value").text("")) for each in value.items()]
    return [said] if (said := value.text("")) else []


def _recognise(look: Glance) -> Guess | None:
    if {"data_units", "object_answers"} <= look.keys:
        return Guess(CERTAIN, "data_units and object_answers, as in Encord's label rows")
    return None


READER = Reader(
    EncordLabels,
    read,
    _recognise,
    endings=(".json",),
    signs="JSON with data_units and object_answers",
    takes="boxes, points, polylines with static and dynamic answers; classifications of frames",
    leaves="polygons (see unrepresentable), bitmasks",
)
