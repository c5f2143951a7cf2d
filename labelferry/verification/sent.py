"""Import lines, as they were sent -> what the service should hold.

The lines are those of ``lines.ndjson``: https://docs.labelbox.com/reference/import-video-annotations.
"""

from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from labelferry.model.frames import Span, coalesce
from labelferry.verification.content import Area, Content, Path, Shape, Thing
from labelferry.verification.lenient import Json, mapping, numbers, objects, spans_in
from labelferry.verification.pictures import Pictures, area_of, pixels_of

__all__ = ["WHOLE_TRACK", "read_sent"]

WHOLE_TRACK = "classification of a whole track"
"""Exports of video have a place for sub-classifications of keyframes only."""


def read_sent(lines: Iterable[tuple[Json, str]], names: Mapping[str, str], pictures: Pictures) -> Content:
    """Return what the lines of one row ask for.

    Args:
        lines: each line with its place in the user's files.
        names: schema ids and values -> the names that the service uses.
        pictures: reads the composites that lines only name by address.
    """
    content, reader = Content(), _Reader(names)
    for line, place in lines:
        if "masks" in line:
            content.things += reader.masks(line["masks"], place, pictures, content)
        elif "segments" in line:
            content.things.append(reader.track(line, place))
            if line.get("classifications"):
                content.incomparable[WHOLE_TRACK] += len(line["classifications"])
        else:
            for path, spans in reader.answers(line, (), ()):
                content.answer(path, spans, place)
    return content


class _Reader:
    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def name(self, node: Json) -> str:
        given = str(node.get("name") or node.get("schemaId") or node.get("featureSchemaId"))
        return self.names.get(given, given)

    def track(self, line: Json, place: str) -> Thing:
        segments = [segment["keyframes"] for segment in line["segments"]]
        keyframes = list(chain.from_iterable(segments))
        geometry = next(key for key in SHAPES if key in keyframes[0])
        read = SHAPES[geometry]
        return Thing(
            name=self.name(line),
            geometry=geometry,
            keyframes={keyframe["frame"]: read(keyframe[geometry]) for keyframe in keyframes},
            place=place,
            ranges=coalesce(_range(segment) for segment in segments),
            answers=self._by_frame(keyframes),
        )

    def masks(self, masks: Json, place: str, pictures: Pictures, content: Content) -> Iterator[Thing]:
        areas: list[dict[int, Shape]] = [{} for _ in masks["instances"]]
        for frame in masks["frames"]:
            found = _areas(frame, masks["instances"], pictures)
            if found is None:
                for instance in masks["instances"]:
                    content.cannot_read(self.name(instance), "mask")
                return
            for shapes, area in zip(areas, found, strict=True):
                if area.pixels:
                    shapes[int(frame["index"])] = area
        for shapes, instance in zip(areas, masks["instances"], strict=True):
            if shapes:
                yield self._instance(instance, shapes, place)

    def _instance(self, instance: Json, shapes: Mapping[int, Shape], place: str) -> Thing:
        answers = self._paths(instance)
        by_frame = dict.fromkeys(shapes, answers) if answers else {}
        return Thing(self.name(instance), "mask", shapes, place, answers=by_frame)

    def _by_frame(self, keyframes: list[Json]) -> dict[int, frozenset[Path]]:
        return {each["frame"]: self._paths(each) for each in keyframes if each.get("classifications")}

    def _paths(self, node: Json) -> frozenset[Path]:
        asked = objects(node.get("classifications"))
        return frozenset(path for each in asked for path, _ in self.answers(each, (), ()))

    def answers(self, node: Json, within: tuple[Span, ...], above: Path) -> Iterator[tuple[Path, tuple[Span, ...]]]:
        """Every answer of a classification and of those nested in it; a nested one without frames has its parent's."""
        question = (*above, self.name(node))
        for answer, holder in _answers(node):
            spans = spans_in(mapping(answer).get("frames")) or spans_in(node.get("frames")) or within
            path = (*question, self._said(answer))
            yield path, spans
            for nested in objects(holder.get("classifications")):
                yield from self.answers(nested, spans, path)

    def _said(self, answer: object) -> str:
        if not isinstance(answer, dict):
            return str(answer)
        return str(answer["value"]) if "value" in answer else self.name(answer)


def _answers(node: Json) -> list[tuple[Any, Json]]:
    """Each answer, and the node that further questions are nested in."""
    answer = node["answer"]
    if isinstance(answer, list):
        return [(each, mapping(each)) for each in answer]
    return [(answer, answer if isinstance(answer, dict) else node)]


def _range(keyframes: list[Json]) -> Span:
    frames = [keyframe["frame"] for keyframe in keyframes]
    return Span(min(frames), max(frames))


def _areas(frame: Json, instances: list[Json], pictures: Pictures) -> list[Area] | None:
    """The area of each instance on a frame; None when the composite cannot be read."""
    inline = frame.get("imBytes")
    picture = pictures.pixels_at(str(frame.get("instanceURI"))) if inline is None else pixels_of(b64decode(inline))
    return None if picture is None else [area_of(picture, instance["colorRGB"]) for instance in instances]


def _box(shape: Json) -> Shape:
    return numbers(shape, "left", "top", "width", "height") or ()


def _point(shape: Json) -> Shape:
    return numbers(shape, "x", "y") or ()


def _line(shape: list[Json]) -> Shape:
    return tuple(chain.from_iterable(numbers(point, "x", "y") or () for point in shape))


SHAPES: dict[str, Any] = {"bbox": _box, "point": _point, "line": _line}
