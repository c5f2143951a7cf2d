"""VIA, the VGG Image Annotator -> LabelledVideo: projects of VIA 3 (ranges of a video) and CSV of VIA 2 (pictures).

VIA 3 has ranges ``z`` in seconds with attribute values ``av``; one number is a moment. VIA 2 has rectangles by the name
of a picture, which has the frame's number; the track is an attribute of the region. Facts:
https://www.robots.ox.ac.uk/~vgg/software/via/ and https://gitlab.com/vgg/via (``via-3.x.y/CodeDoc.md``).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath
from typing import Literal

from pydantic import Field

from labelferry.errors import SourceError
from labelferry.model import Geometry, LabelledVideo, RowRef, Where
from labelferry.model.frames import Span
from labelferry.model.input_rules import ReaderRule
from labelferry.model.keys import legal
from labelferry.sources.areas import Ellipse, Polygons
from labelferry.sources.documents import Node, document_of
from labelferry.sources.glance import Glance
from labelferry.sources.keys import GlobalKey
from labelferry.sources.moments import exact, question, span_of
from labelferry.sources.numbering import Gaps
from labelferry.sources.objects import Objects, ShapedEntry
from labelferry.sources.reader import CERTAIN, Guess, Reader
from labelferry.sources.sheet_files import read_sheet
from labelferry.sources.source import Source
from labelferry.sources.text import empty, fault, json_in

__all__ = ["READER", "ViaLabels", "read"]

HEADER = ("filename", "region_shape_attributes", "region_attributes")
TRACKS = ("track", "track_id", "id", "object_id")
CLASSES = ("class", "label", "type", "name", "category")
LAST_NUMBER = re.compile(r"(\d+)\D*$")


class ViaLabels(ShapedEntry):
    """A project of VIA 3, or a CSV of VIA 2 with a picture for each frame."""

    format: Literal["via"]
    global_key: GlobalKey | None = Field(
        default=None, description="The video; a VIA 3 project names it, a CSV of pictures does not"
    )
    class_name: str = Field(default="object", description="The class of regions that do not say it")
    frame_base: Literal[0, 1] = Field(default=1, description="Number of the first picture")
    frame_offset: int = Field(default=0, description="Added to every frame, as -11383 for pictures from 00011384.jpg")
    gaps: Gaps = Field(default="close", description="Whether a missing frame ends a segment (close) or not (bridge)")


def read(source: Source[ViaLabels]) -> Iterator[LabelledVideo]:
    """Read a project or a CSV.

    Raises:
        SourceError: when it is neither, or a value in it is not what it should be.
    """
    if PurePath(source.file).suffix.lower() == ".csv":
        yield _pictures(source)
    else:
        yield from _project(source)


def _project(source: Source[ViaLabels]) -> Iterator[LabelledVideo]:
    document = document_of(source)
    attributes = {key: node.get("aname").text(key) for key, node in document.get("attribute").members()}
    shown = _files_shown(document)
    held: dict[str, dict[str, dict[str, list[Span]]]] = {}
    for node in (node for _, node in document.get("metadata").members() if node.get("z").numbers()):
        key = source.entry.global_key or legal(PurePath(shown.get(node.get("vid").text(""), "")).name)
        span = _span(node, key, source)
        for name, said in _said(node, attributes):
            held.setdefault(key, {}).setdefault(name, {}).setdefault(said, []).append(span)
    if not held:
        raise empty(source.file, "no ranges with values")
    for key, questions in held.items():
        where = Where(source.file, detail=key)
        yield LabelledVideo(RowRef(key), where, tuple(question(name, each, where) for name, each in questions.items()))


def _pictures(source: Source[ViaLabels]) -> LabelledVideo:
    entry = source.entry
    if entry.global_key is None:
        raise fault(source.file, None, "a CSV of pictures does not name the video", "say global_key: in the spec")
    sheet = read_sheet(source.reach.file(source.file), source.file)
    names, shapes, attributes = (sheet.text(name) for name in HEADER)
    objects = Objects(entry.global_key, sheet.places.where(0), source.note, entry.unrepresentable, entry.classes)
    where = Where(source.file, 1)
    number = _number(names[0], where)
    shown = number - entry.frame_base + entry.frame_offset + 1
    rule = ReaderRule.FRAMES_FROM_NAMES
    source.note(rule.at(where, column="filename", number=shown))
    for row, name in enumerate(names):
        place = sheet.places.where(row)
        shape = _json(shapes[row], place)
        if shape.get("name").value is None:
            continue
        frame = _number(name, place) - entry.frame_base + entry.frame_offset + 1
        if frame < 1:
            raise sheet.fault(row, f"'{name}' lies before the first frame", "correct frame_offset")
        _region(objects, shape, _json(attributes[row], place), frame, row, place, entry)
    return objects.finished(None, gaps=entry.gaps)


def _number(name: str, where: Where) -> int:
    found = LAST_NUMBER.search(PurePath(name).stem)
    if found is None or len(found.group(1)) > 9:
        raise fault(where.source, where.line, f"no frame number in '{name}'", "name pictures by frame")
    return int(found.group(1))


def _json(text: str, where: Where) -> Node:
    return Node(json_in((text or "{}").encode(), where.source, where.line, "export it again"), f"{where}")


def _files_shown(document: Node) -> dict[str, str]:
    """The name of the file that each view shows first."""
    names = {key: node.get("fname").text(key) for key, node in document.get("file").members()}
    views = {key: list(node.get("fid_list").items()) for key, node in document.get("view").members()}
    return {key: names.get(files[0].text(""), "") for key, files in views.items() if files}


def _said(node: Node, attributes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the questions that a range answers, and the answers."""
    for key, value in node.get("av").members():
        if said := value.text(""):
            yield attributes.get(key, key), said


def _span(node: Node, key: str, source: Source[ViaLabels]) -> Span:
    moments = node.get("z").numbers()
    span = span_of(moments[0], moments[-1], exact(source.rate(key)), source.media_of(key).frame_count)
    if span is None or len(moments) > 2:
        raise node.fault(f"z {node.get('z').shown} is not a range of the video, in seconds")
    return span


def _region(
    objects: Objects, shape: Node, attributes: Node, frame: int, row: int, where: Where, entry: ViaLabels
) -> None:
    label = attributes.first(*CLASSES).text(entry.class_name)
    ident = attributes.first(*TRACKS).text(f"region {row + 1}")
    kind, line = shape.get("name").text(), where.line or 0
    if objects.named(label) is None:
        return
    if kind in HELD:
        geometry, read = HELD[kind]
        objects.of(ident, label, geometry, where).add(frame, read(shape), line)
    else:
        area = Polygons((_points(shape),)) if kind == "polygon" else _ellipse(shape)
        objects.other(kind, ident, label, frame, area, where, line)


def _points(shape: Node) -> list[float]:
    xs, ys = (shape.get(name).numbers() for name in ("all_points_x", "all_points_y"))
    return [value for pair in zip(xs, ys, strict=False) for value in pair]


def _ellipse(shape: Node) -> Ellipse:
    cx, cy = shape.get("cx").number(), shape.get("cy").number()
    return Ellipse(cx, cy, shape.first("rx", "r").number(), shape.first("ry", "r").number())


def _numbers(*names: str) -> Callable[[Node], list[float]]:
    return lambda shape: [shape.get(name).number() for name in names]


HELD: dict[str, tuple[Geometry, Callable[[Node], list[float]]]] = {
    "rect": (Geometry.BOX, _numbers("x", "y", "width", "height")),
    "point": (Geometry.POINT, _numbers("cx", "cy")),
    "polyline": (Geometry.LINE, _points),
}
"""The shapes that a tool can hold, and their numbers."""


def _recognise(look: Glance) -> Guess | None:
    if {"project", "metadata", "attribute", "file"} <= look.keys:
        return Guess(CERTAIN, "project, attribute, file and metadata, as in VIA 3")
    if look.suffix != ".csv" or not look.lines or "region_shape_attributes" not in look.lines[0]:
        return None
    try:
        read_sheet(look.path, look.path.name)
    except SourceError:
        return None
    why = "columns region_shape_attributes and region_attributes, as in VIA 2"
    return Guess(CERTAIN, why, {"global_key": "{stem}"})


READER = Reader(
    ViaLabels,
    read,
    _recognise,
    endings=(
        ".json",
        ".csv",
    ),
    signs="JSON with project, attribute, file, metadata (VIA 3); CSV with region_shape_attributes (VIA 2)",
    takes="ranges as answers; rectangles, points, polylines with tracks",
    leaves="polygons, circles, ellipses (see unrepresentable), regions of VIA 3",
)
