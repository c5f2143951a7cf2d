"""One line of an export -> the content of one row of a project at the service.

Facts: the export that the official SDK's tests compare with (``frames``, ``segments``, ``key_frame_feature_map``,
``classifications``) and https://docs.labelbox.com/reference/export-quick-reference. Public sources disagree about the
key frame map (a list of frames, or frames with true and false) and are silent on the members of video points, lines
and masks, so every known spelling is accepted, and anything unknown is reported.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from labelferry.model.frames import Span, coalesce, contains
from labelferry.verification.content import AnswerPath, FrameShape, MaskArea, RowContent, Thing
from labelferry.verification.geometry import GEOMETRIES, read_shape
from labelferry.verification.lenient import ExportObject, frame_of, mapping, objects, spans_in, text
from labelferry.verification.pictures import Pictures

__all__ = ["read_exported"]

LABEL_KEYS = frozenset({"frames", "segments", "key_frame_feature_map", "classifications"})
PAGE_KEYS = frozenset({"objects", "classifications"})
HEADING = frozenset({"feature_id", "feature_schema_id", "name", "value"})
ANSWERS = frozenset({"radio_answer", "checklist_answers", "text_answer"})
OBJECT_KEYS = HEADING | {"annotation_kind", "classifications"} | GEOMETRIES
QUESTION_KEYS = HEADING | ANSWERS
OPTION_KEYS = HEADING | {"classifications", "content"}
DEEPEST = 64
"""Maximum length of an answer's path; no ontology is nested that deeply."""


def read_exported(row: ExportObject, project: str, pictures: Pictures) -> RowContent:
    """Return the content of one line of an export for a project.

    Nothing in the line raises: what cannot be read is reported in the content's ``unreadable`` and ``unknown``.

    Args:
        row: the line.
        project: id.
        pictures: reads the composites that the line names by URL.
    """
    content = RowContent()
    for label in objects(mapping(mapping(row.get("projects")).get(project)).get("labels")):
        _Label(label, content, pictures).read()
    return content


@dataclass(slots=True)
class _SeenFeature:
    """A feature on the frames where it was seen."""

    nodes: dict[int, ExportObject] = field(default_factory=dict)


class _Label:
    def __init__(self, label: ExportObject, content: RowContent, pictures: Pictures) -> None:
        self.annotations = mapping(label.get("annotations"))
        self.content, self.pictures = content, pictures
        self.place = f"label {text(label.get('id')) or 'without id'}"
        self.spans = {name: spans_in(each) for name, each in mapping(self.annotations.get("segments")).items()}
        self.marks = mapping(self.annotations.get("key_frame_feature_map"))

    def read(self) -> None:
        self._know("annotations", self.annotations, LABEL_KEYS)
        shapes, asked = self._by_feature()
        for feature, seen in shapes.items():
            self._thing(feature, seen.nodes)
        for node in objects(self.annotations.get("classifications")):
            asked.pop(str(node.get("feature_id")), None)
            self._asked(node)
        for feature, seen in asked.items():
            self._asked_on_frames(feature, seen.nodes)

    def _by_feature(self) -> tuple[dict[str, _SeenFeature], dict[str, _SeenFeature]]:
        """Return the objects and classifications of all frames, by feature id."""
        shapes: dict[str, _SeenFeature] = {}
        asked: dict[str, _SeenFeature] = {}
        for number, value in mapping(self.annotations.get("frames")).items():
            frame, page = frame_of(number), mapping(value)
            if frame is None:
                self.content.cannot_read("", f"frame {number[:40]!r}")
                continue
            self._know("frames", page, PAGE_KEYS)
            for feature, node in _identified(page.get("objects")):
                shapes.setdefault(feature, _SeenFeature()).nodes[frame] = node
            for feature, node in _identified(page.get("classifications")):
                asked.setdefault(feature, _SeenFeature()).nodes[frame] = node
        return shapes, asked

    def _thing(self, feature: str, nodes: dict[int, ExportObject]) -> None:
        name = self._name(next(iter(nodes.values())))
        read = {frame: read_shape(node, self.pictures) for frame, node in nodes.items()}
        for node in nodes.values():
            self._know("objects", node, OBJECT_KEYS)
        geometry = _one_geometry(None if found is None else found[0] for found in read.values())
        if geometry is None:
            self.content.cannot_read(name, _kind(next(iter(nodes.values()))))
            return
        shapes = {frame: found[1] for frame, found in read.items() if found is not None and not _empty(found[1])}
        if shapes:
            self._add(feature, name, geometry, shapes, nodes)

    def _add(
        self, feature: str, name: str, geometry: str, shapes: dict[int, FrameShape], nodes: dict[int, ExportObject]
    ) -> None:
        marked = _marked(self.marks.get(feature), shapes)
        self.content.things.append(
            Thing(
                name=name,
                geometry=geometry,
                keyframes={frame: shape for frame, shape in shapes.items() if frame in marked},
                place=f"{self.place}, feature {feature}",
                ranges=coalesce(self.spans.get(feature, ())) or None,
                answers={frame: paths for frame in shapes if (paths := self._paths(nodes[frame]))},
                between={frame: shape for frame, shape in shapes.items() if frame not in marked},
            )
        )

    def _paths(self, node: ExportObject) -> frozenset[AnswerPath]:
        asked = objects(node.get("classifications"))
        return frozenset(path for each in asked for path, _ in self._answers(each, (), ()))

    def _asked(self, node: ExportObject) -> None:
        place = f"{self.place}, feature {node.get('feature_id')}"
        for path, held in self._answers(node, (), ()):
            self.content.answer(path, held, place)

    def _asked_on_frames(self, feature: str, nodes: dict[int, ExportObject]) -> None:
        """Read a classification on frames: at least on the first and last of each range of its answers."""
        place, ranges = f"{self.place}, feature {feature}", self.spans.get(feature)
        standing: dict[AnswerPath, set[int]] = {}
        own: dict[AnswerPath, tuple[Span, ...]] = {}
        for frame, node in nodes.items():
            for path, spans in self._answers(node, (), (), inherits=False):
                standing.setdefault(path, set()).add(frame)
                if spans and spans is not ranges:
                    own[path] = spans
        gaps = _Gaps(sorted(nodes), ranges, standing)
        for path, frames in standing.items():
            spans = own.get(path) or (*(Span(frame, frame) for frame in frames), *gaps.held(path))
            self.content.answer(path, spans, place, () if path in own else gaps.unsure(path))

    def _answers(
        self, node: ExportObject, within: tuple[Span, ...], above: AnswerPath, *, inherits: bool = True
    ) -> Iterator[tuple[AnswerPath, tuple[Span, ...]]]:
        """Yield every answer of a classification, nested ones included; one without frames inherits its parent's."""
        self._know("classifications", node, QUESTION_KEYS)
        question = (*above, self._name(node))
        options = _options(node)
        if not options or len(question) > DEEPEST:
            self.content.cannot_read(question[0], "classification")
            return
        spans = self.spans.get(str(node.get("feature_id")), within)
        for option in options:
            self._know("answers", option, OPTION_KEYS)
            said = text(option.get("content"))
            path = (*question, self._name(option) if said is None else said)
            held = self.spans.get(str(option.get("feature_id")), spans)
            yield path, held
            for nested in objects(option.get("classifications")):
                yield from self._answers(nested, held if inherits else (), path, inherits=inherits)

    def _name(self, node: ExportObject) -> str:
        """Return the service's name of a feature; record its value and schema id as other names for it."""
        name = text(node.get("name")) or text(node.get("value")) or text(node.get("feature_schema_id")) or ""
        for other in (node.get("feature_schema_id"), node.get("value")):
            if isinstance(other, str) and other != name:
                self.content.names.setdefault(other, name)
        self.content.names[name] = name
        return name

    def _know(self, where: str, node: ExportObject, known: frozenset[str]) -> None:
        for key in node.keys() - known:
            self.content.unknown[f"{where}.{key[:40]}"] += 1


@dataclass(frozen=True, slots=True)
class _Gaps:
    """The gaps between successive frames of an export that have the same answer.

    An export may contain only the first and last frame of each range. If both frames are in one range of the question,
    the answer applies between them, unless another answer on both of them may account for the range. If the ranges are
    unknown, it may apply or not.

    Args:
        shown: the frames with the question, ascending.
        ranges: of the question, None when unknown.
        standing: the frames with each answer.
    """

    shown: Sequence[int]
    ranges: tuple[Span, ...] | None
    standing: Mapping[AnswerPath, AbstractSet[int]]

    def held(self, path: AnswerPath) -> Iterator[Span]:
        """Yield the gaps to which an answer applies."""
        return (gap for gap in self._between(path) if self._sure(path, gap))

    def unsure(self, path: AnswerPath) -> Iterator[Span]:
        """Yield the gaps to which an answer may apply."""
        return (gap for gap in self._between(path) if not self._outside(gap) and not self._sure(path, gap))

    def _between(self, path: AnswerPath) -> Iterator[Span]:
        for start, end in pairwise(self.shown):
            if end > start + 1 and self.standing[path] >= {start, end}:
                yield Span(start + 1, end - 1)

    def _outside(self, gap: Span) -> bool:
        return self.ranges is not None and not contains(self.ranges, gap)

    def _sure(self, path: AnswerPath, gap: Span) -> bool:
        edges = {gap.start - 1, gap.end + 1}
        # What is nested in an answer applies to its frames at most, and so extends no range.
        others = (frames for other, frames in self.standing.items() if other[: len(path)] != path)
        return self.ranges is not None and not self._outside(gap) and not any(each >= edges for each in others)


def _one_geometry(read: Iterable[str | None]) -> str | None:
    """Return the geometry that all frames of a feature agree on; None when they don't, or one cannot be read."""
    geometries = set(read)
    return geometries.pop() if len(geometries) == 1 else None


def _identified(value: object) -> Iterator[tuple[str, ExportObject]]:
    """Yield features with their ids, from an object by id or a list."""
    if isinstance(value, dict):
        yield from ((feature, node) for feature, node in value.items() if isinstance(node, dict))
        return
    for node in objects(value):
        yield str(node.get("feature_id")), node


def _options(node: ExportObject) -> list[ExportObject]:
    return [option for key in ("radio_answer", "checklist_answers", "text_answer") for option in objects(node.get(key))]


def _marked(value: Any, shapes: Mapping[int, FrameShape]) -> set[int]:
    """Return the keyframes: from a list, from an object of frames with true or false, or all frames by default."""
    if isinstance(value, dict):
        value = [frame for frame, is_keyframe in value.items() if is_keyframe]
    if not isinstance(value, list):
        return set(shapes)
    return set(shapes).intersection(frame for frame in map(frame_of, value) if frame is not None)


def _empty(shape: FrameShape) -> bool:
    """Return whether it is a mask without a pixel, which does not count."""
    return isinstance(shape, MaskArea) and not shape.pixels


def _kind(node: ExportObject) -> str:
    return text(node.get("annotation_kind")) or "object of an unknown kind"
