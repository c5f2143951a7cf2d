"""One line of an export -> what the service holds for one row of a project.

Facts: the export that the official SDK's tests compare with (``frames``, ``segments``, ``key_frame_feature_map``,
``classifications``) and https://docs.labelbox.com/reference/export-quick-reference. Public sources disagree about the
key frame map (a list of frames, or frames with true and false) and are silent on the members of video points, lines
and masks, so every known spelling is taken; what nobody knows is reported.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from labelferry.model.frames import Span, coalesce
from labelferry.verification.content import Area, Content, Path, Shape, Thing
from labelferry.verification.geometry import GEOMETRIES, read_shape
from labelferry.verification.lenient import Json, frame_of, mapping, objects, spans_in, text
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
"""Parts of an answer's path; no ontology nests so deep."""


def read_exported(row: Json, project: str, pictures: Pictures) -> Content:
    """Return what one line of an export holds for a project.

    Nothing in the line raises: what cannot be read is told in the content's ``unreadable`` and ``unknown``.

    Args:
        row: the line.
        project: id.
        pictures: reads the composites that the line names by address.
    """
    content = Content()
    for label in objects(mapping(mapping(row.get("projects")).get(project)).get("labels")):
        _Label(label, content, pictures).read()
    return content


@dataclass(slots=True)
class _Seen:
    """A feature on the frames where it was seen."""

    nodes: dict[int, Json] = field(default_factory=dict)


class _Label:
    def __init__(self, label: Json, content: Content, pictures: Pictures) -> None:
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

    def _by_feature(self) -> tuple[dict[str, _Seen], dict[str, _Seen]]:
        """Objects and classifications of all frames, by feature id."""
        shapes: dict[str, _Seen] = {}
        asked: dict[str, _Seen] = {}
        for number, value in mapping(self.annotations.get("frames")).items():
            frame, page = frame_of(number), mapping(value)
            if frame is None:
                self.content.cannot_read("", f"frame {number[:40]!r}")
                continue
            self._know("frames", page, PAGE_KEYS)
            for feature, node in _identified(page.get("objects")):
                shapes.setdefault(feature, _Seen()).nodes[frame] = node
            for feature, node in _identified(page.get("classifications")):
                asked.setdefault(feature, _Seen()).nodes[frame] = node
        return shapes, asked

    def _thing(self, feature: str, nodes: dict[int, Json]) -> None:
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

    def _add(self, feature: str, name: str, geometry: str, shapes: dict[int, Shape], nodes: dict[int, Json]) -> None:
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

    def _paths(self, node: Json) -> frozenset[Path]:
        asked = objects(node.get("classifications"))
        return frozenset(path for each in asked for path, _ in self._answers(each, (), ()))

    def _asked(self, node: Json) -> None:
        place = f"{self.place}, feature {node.get('feature_id')}"
        for path, held in self._answers(node, (), ()):
            self.content.answer(path, held, place)

    def _asked_on_frames(self, feature: str, nodes: dict[int, Json]) -> None:
        """A classification that stands on frames: one answer has the feature's ranges, several their own frames."""
        frames: dict[Path, list[int]] = {}
        for frame, node in nodes.items():
            for path, _ in self._answers(node, (), ()):
                frames.setdefault(path, []).append(frame)
        steady = feature in self.spans and all(len(each) == len(nodes) for each in frames.values())
        for path, each in frames.items():
            spans = self.spans[feature] if steady else coalesce(Span(frame, frame) for frame in each)
            self.content.answer(path, spans, f"{self.place}, feature {feature}")

    def _answers(self, node: Json, within: tuple[Span, ...], above: Path) -> Iterator[tuple[Path, tuple[Span, ...]]]:
        """Every answer of a classification and of those nested in it; one without frames has its parent's."""
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
                yield from self._answers(nested, held, path)

    def _name(self, node: Json) -> str:
        """What the service calls a feature; its value and schema id are remembered as other words for it."""
        name = text(node.get("name")) or text(node.get("value")) or text(node.get("feature_schema_id")) or ""
        for other in (node.get("feature_schema_id"), node.get("value")):
            if isinstance(other, str) and other != name:
                self.content.names.setdefault(other, name)
        self.content.names[name] = name
        return name

    def _know(self, where: str, node: Json, known: frozenset[str]) -> None:
        for key in node.keys() - known:
            self.content.unknown[f"{where}.{key[:40]}"] += 1


def _one_geometry(read: Iterable[str | None]) -> str | None:
    """The geometry that all frames of a feature agree on; None when they don't, or one cannot be read."""
    geometries = set(read)
    return geometries.pop() if len(geometries) == 1 else None


def _identified(value: object) -> Iterator[tuple[str, Json]]:
    """Features with their ids: an object by id, or a list."""
    if isinstance(value, dict):
        yield from ((feature, node) for feature, node in value.items() if isinstance(node, dict))
        return
    for node in objects(value):
        yield str(node.get("feature_id")), node


def _options(node: Json) -> list[Json]:
    return [option for key in ("radio_answer", "checklist_answers", "text_answer") for option in objects(node.get(key))]


def _marked(value: Any, shapes: Mapping[int, Shape]) -> set[int]:
    """The frames that are keyframes: a list of them, an object of frames with true or false, or all when unsaid."""
    if isinstance(value, dict):
        value = [frame for frame, is_keyframe in value.items() if is_keyframe]
    if not isinstance(value, list):
        return set(shapes)
    return set(shapes).intersection(frame for frame in map(frame_of, value) if frame is not None)


def _empty(shape: Shape) -> bool:
    """Whether it is a mask without a pixel, which is no mask."""
    return isinstance(shape, Area) and not shape.pixels


def _kind(node: Json) -> str:
    return text(node.get("annotation_kind")) or "object of an unknown kind"
