"""One label of a Labelbox export -> the objects and answers of its video."""

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from labelferry.model import Answer, AnswerKind, Classification, Feature, Geometry, LabelledVideo, Where
from labelferry.model.frames import Span, coalesce
from labelferry.model.keys import legal
from labelferry.sources.areas import Polygons
from labelferry.sources.documents import Node
from labelferry.sources.objects import Objects
from labelferry.sources.source import Source

if TYPE_CHECKING:
    from labelferry.sources.labelbox import LabelboxLabels

__all__ = ["ExportedLabel"]

DEEPEST = 20


def _box(node: Node) -> list[float]:
    return [node.get(name).number() for name in ("left", "top", "width", "height")]


def _point(node: Node) -> list[float]:
    return [node.get(name).number() for name in ("x", "y")]


def _line(node: Node) -> list[float]:
    return [value for point in node.items() for value in _point(point)]


SHAPES: Mapping[str, tuple[Geometry, Callable[[Node], list[float]]]] = {
    "bounding_box": (Geometry.BOX, _box),
    "bbox": (Geometry.BOX, _box),
    "point": (Geometry.POINT, _point),
    "line": (Geometry.LINE, _line),
    "polyline": (Geometry.LINE, _line),
}


class ExportedLabel:
    """One label.

    Args:
        annotations: what it has, as in export v2.
    """

    def __init__(self, annotations: Node) -> None:
        self.annotations = annotations
        self.frames = [(Node(number, annotations.file, node.path).whole(), node) for number, node in
                       annotations.get("frames").members()]  # fmt: skip
        self.frames.sort(key=lambda pair: pair[0])

    @classmethod
    def of_v1(cls, label: Node) -> "ExportedLabel":
        """Return a label of export v1, which has a list of frames."""
        found = cls(Node({}, label.file, label.path))
        found.frames = [(node.get("frameNumber").whole(), node) for node in label.items()]
        found.frames.sort(key=lambda pair: pair[0])
        return found

    def video(self, source: "Source[LabelboxLabels]", row: Node) -> LabelledVideo:
        """Return the labelled video.

        Raises:
            SourceError: when a value is not what it should be.
        """
        key, entry = _key(source, row), source.entry
        where = Where(source.file, detail=self.annotations.path or key)
        objects = Objects(key, where, source.note, entry.unrepresentable, entry.classes)
        spans = {name: self._spans(node) for name, node in self.annotations.get("segments").members()}
        seen: dict[str, list[tuple[int, Node]]] = {}
        for frame, page in self.frames:
            for ident, node in _identified(page.get("objects")):
                seen.setdefault(ident, []).append((frame, node))
        for ident, found in seen.items():
            for frame, node in _held(found, spans.get(ident, ())):
                self._object(objects, ident, node, frame, spans.get(ident))
        objects.classifications += self._answers(where, spans)
        return objects.finished(None, gaps="bridge" if spans else "close")

    def _spans(self, node: Node) -> tuple[Span, ...]:
        pairs = [each.numbers(2) for each in node.items()]
        return coalesce(Span(int(start), int(end)) for start, end in pairs if start <= end)

    def _object(self, objects: Objects, ident: str, node: Node, frame: int, spans: tuple[Span, ...] | None) -> None:
        label = node.first("name", "title", "value").text("object")
        where = Where(node.file, detail=f"feature {ident}")
        if objects.named(label) is None:
            return
        name = next((name for name in SHAPES if node.get(name).value is not None), None)
        if name is None:
            kind = "polygon" if node.get("polygon").value else "mask by URL"
            ring = _line(node.get("polygon")) or [0.0] * 6
            objects.other(kind, ident, label, frame, Polygons((ring,)), where)
            return
        geometry, read = SHAPES[name]
        item = objects.of(ident, label, geometry, where)
        item.add(frame, read(node.get(name)), 0, _attributes(node, where))
        if spans and any(span.end == frame for span in spans):
            item.hide(frame + 1)

    def _answers(self, where: Where, spans: Mapping[str, tuple[Span, ...]]) -> Iterator[Classification]:
        for node in self.annotations.get("classifications").items():
            if found := _question(node, where):
                yield found
        held: dict[str, list[tuple[int, Node]]] = {}
        for frame, page in self.frames:
            for ident, node in _identified(page.get("classifications")):
                held.setdefault(ident, []).append((frame, node))
        for ident, seen in held.items():
            yield from _framed(seen, spans.get(ident), where)


def _identified(node: Node) -> Iterator[tuple[str, Node]]:
    """Yield the members of an object by id, or of a list by the id inside."""
    if isinstance(node.value, list):
        for each in node.items():
            yield each.first("feature_id", "featureId").text(each.path), each
    yield from node.members()


def _key(source: "Source[LabelboxLabels]", row: Node) -> str:
    place = row.get("data_row")
    told = place.get("global_key").text("")
    other = place.get("external_id").text("") or row.get("External ID").text("") or place.get("id").text("")
    return told or source.entry.global_key or legal(other or row.get("DataRow ID").text("video"))


def _held(seen: list[tuple[int, Node]], spans: tuple[Span, ...]) -> list[tuple[int, Node]]:
    """The frames of an object; an export without interpolated frames does not have the last of each segment."""
    ends = [(span.end, [node for frame, node in seen if span.start <= frame <= span.end]) for span in spans]
    known = {frame for frame, _ in seen}
    more = [(end, inside[-1]) for end, inside in ends if inside and end not in known]
    return sorted([*seen, *more], key=lambda pair: pair[0])


def _attributes(node: Node, where: Where) -> dict[str, Classification]:
    """The answers on an object, by question."""
    found = (_question(each, where) for each in node.get("classifications").items())
    return {str(each.feature): each for each in found if each}


def _options(node: Node) -> list[Node]:
    """The answers of a question, whichever way the export has them."""
    for name in ("radio_answer", "text_answer", "answer"):
        if isinstance(node.get(name).value, dict):
            return [node.get(name)]
    return [*node.get("checklist_answers").items(), *node.get("answers").items()]


def _question(node: Node, where: Where, spans: tuple[Span, ...] = (), depth: int = 0) -> Classification | None:
    name = node.first("name", "title", "value").text("question")
    if depth > DEEPEST:
        raise node.fault("nested too deeply")
    text = node.get("text_answer").get("content").text("") or _plain_text(node)
    if text:
        return Classification(Feature(name), AnswerKind.TEXT, (Answer(text=text, spans=spans),), where)
    answers = tuple(_answer(each, where, spans, depth) for each in _options(node))
    if not answers:
        return None
    several = bool(node.get("checklist_answers").value or node.get("answers").value)
    return Classification(Feature(name), AnswerKind.CHECKLIST if several else AnswerKind.RADIO, answers, where)


def _plain_text(node: Node) -> str:
    return node.get("answer").text("") if isinstance(node.get("answer").value, str) else ""


def _answer(node: Node, where: Where, spans: tuple[Span, ...], depth: int) -> Answer:
    inner = (_question(each, where, (), depth + 1) for each in node.get("classifications").items())
    name = node.first("name", "title", "value").text("option")
    return Answer(Feature(name), spans=spans, classifications=tuple(each for each in inner if each))


def _framed(seen: list[tuple[int, Node]], spans: tuple[Span, ...] | None, where: Where) -> Iterator[Classification]:
    """A question answered on frames: each answer holds to the next one that the export has, or to its segment's end."""
    ends = [after - 1 for (_, _), (after, _) in pairwise(seen)] + [seen[-1][0]]
    held: dict[str, tuple[Node, list[Span]]] = {}
    for (frame, node), end in zip(seen, ends, strict=True):
        last = next((span.end for span in spans or () if span.start <= frame <= span.end), frame)
        until = min(last, end) if end > frame or spans is None else last
        spans_of = held.setdefault(_said(node), (node, []))[1]
        spans_of.append(Span(frame, max(frame, until)))
    answers: list[Answer] = []
    kind, name = AnswerKind.RADIO, ""
    for node, ranges in held.values():
        found = _question(node, where, coalesce(ranges))
        if found is not None:
            kind, name = found.question, str(found.feature)
            answers += found.answers
    if answers:
        yield Classification(Feature(name), kind, tuple(answers), where)


def _said(node: Node) -> str:
    keys = ("name", "title", "radio_answer", "checklist_answers", "text_answer", "answer")
    return "|".join(repr(node.get(key).value) for key in keys)
