"""CVAT's own JSON of annotations, as its server and its backups have it -> LabelledVideo.

``tracks`` hold key frames, between which CVAT interpolates; ``outside`` ends a segment at the frame before, and a track
without it stays to the end of the video. ``shapes`` hold for one frame. Frames count from 0. A backup's list has one
entry a job; tags are answers of the question ``tag``. Facts: https://docs.cvat.ai/docs/api_sdk/sdk/reference/models/.
"""

import math
from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from labelferry.model import Geometry, LabelledVideo, Where
from labelferry.model.frames import Span
from labelferry.model.input_rules import ReaderRule
from labelferry.sources.areas import Area, Ellipse, Polygons
from labelferry.sources.documents import Node, document_of
from labelferry.sources.glance import Glance
from labelferry.sources.keys import GlobalKey
from labelferry.sources.moments import question
from labelferry.sources.objects import Objects, ShapedEntry
from labelferry.sources.reader import CERTAIN, Guess, Reader
from labelferry.sources.source import Source
from labelferry.sources.text import empty

__all__ = ["READER", "CvatJsonLabels", "read"]

FIRST = 1
SHAPES = {"rectangle": Geometry.BOX, "points": Geometry.POINT, "polyline": Geometry.LINE}


class CvatJsonLabels(ShapedEntry):
    """CVAT's JSON of annotations: of its server, or annotations.json of a backup."""

    format: Literal["cvat-json"]
    global_key: GlobalKey = Field(description="The video; {stem}, {name}, {parent} and {parent2} stand for the path")


def read(source: Source[CvatJsonLabels]) -> Iterator[LabelledVideo]:
    """Read a file: one video.

    Raises:
        SourceError: when a shape is not what it should be, or an object has two in a frame.
    """
    entry, document = source.entry, document_of(source)
    objects = Objects(entry.global_key, Where(source.file), source.note, entry.unrepresentable, entry.classes)
    numbers = _take_jobs(objects, document, source)
    if numbers:
        shown, first = ", ".join(sorted(numbers)[:10]), min(numbers)
        rule = ReaderRule.CLASS_NUMBERS
        source.note(rule.at(Where(source.file), column="label_id", numbers=shown, first=first))
    if objects.is_empty and not objects.refused:
        raise empty(source.file, "no tracks, shapes or tags")
    yield objects.finished(source.known_size(entry.global_key), gaps="bridge")


def _take_jobs(objects: Objects, document: Node, source: Source[CvatJsonLabels]) -> set[str]:
    """Take what the jobs have; return the classes that are only numbers."""
    tags: dict[str, list[Span]] = {}
    numbers: set[str] = set()
    for job in _jobs(document):
        for node in job.get("tracks").items():
            _track(objects, node, node.get("id").text(node.path), _label(node, numbers), source)
        for node in job.get("shapes").items():
            _shape(objects, node, node.get("id").text(node.path), _label(node, numbers), {}, alone=True)
        for node in job.get("tags").items():
            frame = node.get("frame").whole() + FIRST
            tags.setdefault(_label(node, numbers), []).append(Span(frame, frame))
    if tags:
        objects.classifications.append(question("tag", tags, Where(source.file)))
    return numbers


def _jobs(document: Node) -> list[Node]:
    """The jobs of a backup's list, or of an object that has them by name; or the one that the file is."""
    if isinstance(document.value, list):
        return list(document.items())
    if isinstance(document.value, dict) and "tracks" not in document.value:
        return [node for _, node in document.members()]
    return [document]


def _label(node: Node, numbers: set[str]) -> str:
    """The name of a label; the server has only its number."""
    name = node.get("label").text("")
    if not name:
        name = node.get("label_id").text("object")
        if name != "object":
            numbers.add(name)
    return name


def _track(objects: Objects, node: Node, ident: str, label: str, source: Source[CvatJsonLabels]) -> None:
    common = _attributes(node)
    shapes = sorted(node.get("shapes").items(), key=_frame)
    for each in shapes:
        _shape(objects, each, ident, label, common)
    for at, element in enumerate(node.get("elements").items()):
        name = element.get("label").text(element.get("label_id").text(str(at + 1)))
        _track(objects, element, f"{ident}/{name}", f"{label} {name}", source)
    count = source.media_of(source.entry.global_key).frame_count
    if shapes and count and not shapes[-1].get("outside").value and _frame(shapes[-1]) + FIRST < count:
        last = Node({**shapes[-1].value, "frame": count - FIRST}, node.file, shapes[-1].path)
        _shape(objects, last, ident, label, common)


def _frame(node: Node) -> int:
    return node.get("frame").whole()


def _attributes(node: Node) -> dict[str, str]:
    found = {each.first("name", "spec_id").text(""): each.get("value").text("") for each in
             node.get("attributes").items()}  # fmt: skip
    return {name: value for name, value in found.items() if name and value}


def _shape(
    objects: Objects, node: Node, ident: str, label: str, common: dict[str, str], *, alone: bool = False
) -> None:
    if objects.named(label) is None:
        return
    frame = _frame(node) + FIRST
    for at, element in enumerate(node.get("elements").items()):
        name = element.get("label").text(element.get("label_id").text(str(at + 1)))
        whole = Node({**element.value, "frame": frame - FIRST}, node.file, element.path)
        _shape(objects, whole, f"{ident}/{name}", f"{label} {name}", common, alone=alone)
    if node.get("type").text("") == "skeleton":
        return
    if node.get("outside").value:
        for (called, _, _), item in objects.objects.items():
            if called == ident or called.startswith(f"{ident}."):
                item.hide(frame)
        return
    _take(objects, node, ident, label, {**common, **_attributes(node)}, alone)


def _take(objects: Objects, node: Node, ident: str, label: str, said: dict[str, str], alone: bool) -> None:
    """Take a shape that is to be seen."""
    frame, kind, where = _frame(node) + FIRST, node.get("type").text(""), Where(node.file, detail=node.path)
    points, turned = node.get("points").numbers(), node.get("rotation").value
    if kind not in SHAPES or (isinstance(turned, (int, float)) and turned % 360):
        thing = "rotated box" if kind == "rectangle" else kind or "shape"
        objects.other(thing, ident, label, frame, _area(kind, points, float(turned or 0)), where)
        return
    for called, coords in _coords(kind, ident, points, node):
        item = objects.of(called, label, SHAPES[kind], where)
        item.add(frame, coords, 0, said)
        if alone:
            item.hide(frame + FIRST)


def _coords(kind: str, ident: str, points: list[float], node: Node) -> Iterator[tuple[str, list[float]]]:
    if len(points) % 2 or len(points) < 2 or (kind == "rectangle" and len(points) != 4):
        raise node.fault(f"{len(points)} coordinates of a {kind}")
    if kind == "rectangle":
        yield ident, [points[0], points[1], points[2] - points[0], points[3] - points[1]]
    elif kind == "polyline" or len(points) == 2:
        yield ident, points
    else:
        for at in range(0, len(points), 2):
            yield f"{ident}.{at // 2 + 1}", points[at : at + 2]


def _area(kind: str, points: list[float], degrees: float) -> Area:
    if kind == "ellipse" and len(points) == 4:
        cx, cy, right, top = points
        return Ellipse(cx, cy, abs(right - cx), abs(cy - top))
    if kind == "rectangle" and len(points) == 4:
        left, top, right, bottom = points
        cx, cy, turn = (left + right) / 2, (top + bottom) / 2, math.radians(degrees)
        corners = ((left, top), (right, top), (right, bottom), (left, bottom))
        moved = (
            (cx + (x - cx) * math.cos(turn) - (y - cy) * math.sin(turn),
             cy + (x - cx) * math.sin(turn) + (y - cy) * math.cos(turn))
            for x, y in corners
        )  # fmt: skip
        return Polygons(([value for pair in moved for value in pair],))
    return Polygons((points[: len(points) // 2 * 2] or [0.0] * 6,))


def _recognise(look: Glance) -> Guess | None:
    jobs = _jobs(Node(look.json, look.name)) if isinstance(look.json, (dict, list)) else []
    values = [job.value for job in jobs[:5]]
    if values and all(isinstance(each, dict) and {"shapes", "tracks", "tags"} <= set(each) for each in values):
        return Guess(CERTAIN, "tags, shapes and tracks, as CVAT's server has them", {"global_key": "{stem}"})
    return None


READER = Reader(
    CvatJsonLabels,
    read,
    _recognise,
    endings=(".json",),
    signs="JSON with tags, shapes and tracks",
    takes="boxes, points, polylines, skeletons as points, attributes; tags as answers",
    leaves="polygons, ellipses, cuboids, masks and rotated boxes (see unrepresentable), groups",
)
