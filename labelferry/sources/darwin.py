"""V7's Darwin JSON of a video, 2.0 or the older one without a version -> LabelledVideo.

Frames count from 0 and ``ranges`` end before their second number. Every frame that the file has is a keyframe, whether
V7 interpolated it or a person drew it. Masks are in raster layers, run lengths along rows as pairs of value and count.
A tag is an answer to the question ``tag``. The older file has ``image`` and ``segments`` for ``item`` and ``ranges``.
Facts: https://docs.v7labs.com/reference/darwin-json, and the parser of both in darwin-py.
"""

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from pydantic import Field

from labelferry.model import AnswerKind, Geometry, LabelledVideo, Where
from labelferry.model.frames import Span
from labelferry.model.keys import legal
from labelferry.sources.areas import Area, Ellipse, Patch, Polygons
from labelferry.sources.documents import Node, document_of
from labelferry.sources.glance import Glance
from labelferry.sources.keys import GlobalKey
from labelferry.sources.moments import question
from labelferry.sources.objects import Objects, ShapedEntry
from labelferry.sources.reader import CERTAIN, Guess, Reader
from labelferry.sources.source import Source
from labelferry.sources.text import fault

__all__ = ["READER", "DarwinLabels", "read"]

FIRST = 1


class DarwinLabels(ShapedEntry):
    """A Darwin JSON file of V7, of a video."""

    format: Literal["darwin"]
    global_key: GlobalKey | None = Field(default=None, description="The video; by default the name of the item")


def read(source: Source[DarwinLabels]) -> Iterator[LabelledVideo]:
    """Read a file: one video.

    Raises:
        SourceError: when it is of a picture, or a value is not what it should be.
    """
    document, entry = document_of(source), source.entry
    key = entry.global_key or legal(document.first("item", "image").first("name", "filename").text())
    where = Where(source.file, detail=key)
    objects = Objects(key, where, source.note, entry.unrepresentable, entry.classes)
    size, layers = _size(document), _layers(document)
    tags: dict[str, list[Span]] = {}
    for at, node in enumerate(document.get("annotations").items()):
        frames = _frames(node)
        label, ident = node.get("name").text(), node.get("id").text(str(at))
        name = objects.named(label)
        if label == "__raster_layer__" or name is None:
            continue
        if any(each.get("tag").value is not None for _, each in frames):
            tags.setdefault(name, []).extend(_spans(node, frames))
            continue
        for frame, each in frames:
            _shape(objects, each, ident, label, frame, size, layers)
        _close(objects, ident, _ends(node))
    if tags:
        objects.classifications.append(question("tag", tags, where))
    yield objects.finished(size, gaps="bridge")


def _frames(node: Node) -> list[tuple[int, Node]]:
    """What an annotation says on frames, in their order."""
    if not isinstance(node.get("frames").value, dict):
        raise fault(node.file, None, f"{node.path} has no frames", "export a video; this is a picture")
    frames = [(Node(name, node.file, node.path).whole() + FIRST, each) for name, each in node.get("frames").members()]
    return sorted(frames, key=_frame)


def _ends(node: Node) -> list[int]:
    return [
        int(pair.numbers(2)[1]) + FIRST for pair in node.first("ranges", "segments").items() if _is_closed(pair.value)
    ]


def _is_closed(value: object) -> bool:
    """Whether a range has an end."""
    return not (isinstance(value, list) and len(value) == 2 and value[1] is None)


def _frame(pair: tuple[int, Node]) -> int:
    return pair[0]


def _size(document: Node) -> tuple[int, int] | None:
    for slot in (*document.get("item").get("slots").items(), document.get("image")):
        width, height = slot.get("width"), slot.get("height")
        if width.value and height.value:
            return width.whole(), height.whole()
    return None


def _spans(node: Node, frames: list[tuple[int, Node]]) -> list[Span]:
    ranges = [pair.numbers(2) for pair in node.first("ranges", "segments").items() if _is_closed(pair.value)]
    found = [Span(int(start) + FIRST, int(end)) for start, end in ranges if end > start]
    return found or [Span(frames[0][0], frames[-1][0])]


def _close(objects: Objects, ident: str, ends: list[int]) -> None:
    for (called, _, _), item in objects.objects.items():
        if called == ident or called.startswith(f"{ident}/"):
            for end in ends:
                item.hide(end)


def _points(node: Node) -> list[float]:
    return [value for point in node.items() for value in (point.get("x").number(), point.get("y").number())]


Layers = dict[int, list[tuple[dict[str, int], Any]]]


def _shape(
    objects: Objects, node: Node, ident: str, label: str, frame: int, size: tuple[int, int] | None, layers: Layers
) -> None:
    where, said = Where(node.file, detail=node.path), _said(objects, node, label)
    if (other := _area(node)) is not None:
        objects.other(other[0], ident, label, frame, other[1], where)
        return
    if node.get("mask").value is not None and size is not None:
        for mapping, counts in layers.get(frame, []):
            if ident in mapping:
                objects.area(ident, label, frame, _patch(counts, mapping[ident], size), where)
        return
    for called, name, geometry, coords in _held(node, ident, label):
        objects.of(called, name, geometry, where).add(frame, coords, 0, said)


def _held(node: Node, ident: str, label: str) -> Iterator[tuple[str, str, Geometry, list[float]]]:
    """The shapes that a keyframe holds, each with the names of its object and class."""
    if node.get("bounding_box").value:
        box = node.get("bounding_box")
        yield ident, label, Geometry.BOX, [box.get(name).number() for name in ("x", "y", "w", "h")]
    elif node.get("keypoint").value:
        yield ident, label, Geometry.POINT, [node.get("keypoint").get(name).number() for name in ("x", "y")]
    elif node.get("line").value:
        yield ident, label, Geometry.LINE, _points(node.get("line").get("path"))
    for point in node.get("skeleton").get("nodes").items():
        name = point.get("name").text()
        coords = [point.get("x").number(), point.get("y").number()]
        yield f"{ident}/{name}", f"{label} {name}", Geometry.POINT, coords


def _said(objects: Objects, node: Node, label: str) -> dict[str, str]:
    text = node.get("text").get("text").text("")
    objects.kinds[objects.named(label) or label, "text"] = AnswerKind.TEXT
    return {"text": text} if text else {}


def _area(node: Node) -> tuple[str, Area] | None:
    if node.get("polygon").value:
        holder = node.get("polygon")
        paths = list(holder.get("paths").items()) or [holder.get("path")]
        return "polygon", Polygons(tuple(_points(path) for path in paths))
    if node.get("ellipse").value:
        shape = node.get("ellipse")
        center, radius = shape.get("center"), shape.get("radius")
        numbers = [part.get(axis).number() for part in (center, radius) for axis in ("x", "y")]
        return "ellipse", Ellipse(*numbers)
    return None


def _layers(document: Node) -> Layers:
    """The raster layers by frame: which annotation has which value, and the run lengths."""
    found: Layers = {}
    for node in document.get("annotations").items():
        for number, frame in node.get("frames").members():
            layer = frame.get("raster_layer")
            if layer.value:
                mapping = {ident: value.whole() for ident, value in layer.get("mask_annotation_ids_mapping").members()}
                counts = np.array(layer.get("dense_rle").numbers(), dtype=np.int64)
                found.setdefault(Node(number, node.file, node.path).whole() + FIRST, []).append((mapping, counts))
    return found


def _patch(pairs: Any, value: int, size: tuple[int, int]) -> Patch:
    """The runs of one value, as background and foreground by turns."""
    values, counts = pairs[0::2], pairs[1::2]
    inside = values[: len(counts)] == value
    runs: list[int] = [0]
    on = False
    for count, is_in in zip(counts.tolist(), inside.tolist(), strict=True):
        if is_in == on:
            runs[-1] += count
        else:
            runs.append(count)
            on = is_in
    return Patch(np.array(runs, dtype=np.int64), 0, 0, *size)


def _recognise(look: Glance) -> Guess | None:
    if {"item", "annotations", "version"} <= look.keys:
        return Guess(CERTAIN, "version, item and annotations, as in Darwin JSON 2.0")
    if {"dataset", "image", "annotations"} <= look.keys:
        return Guess(CERTAIN, "dataset, image and annotations, as in V7's older JSON")
    return None


READER = Reader(
    DarwinLabels,
    read,
    _recognise,
    endings=(".json",),
    signs="JSON with version, item and annotations, or with dataset, image and annotations",
    takes="boxes, key points, lines, skeletons as points, masks, tags as answers, text",
    leaves="polygons and ellipses (see unrepresentable), properties, directional vectors",
)
