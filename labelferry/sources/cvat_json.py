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
    tasks: dict[str, str] = Field(
        default_factory=dict, description="Global key by the id of a task, for a file of several tasks"
    )


def read(source: Source[CvatJsonLabels]) -> Iterator[LabelledVideo]:
    """Read a file: one video, or one for each task that it has by its id.

    Raises:
        SourceError: when a shape is not what it should be, or an object has two in a frame.
    """
    entry, document = source.entry, document_of(source)
    numbers: set[str] = set()
    videos: dict[str, Objects] = {}
    for key, jobs in _tasks(document, entry):
        where = Where(source.file, detail=key if key != entry.global_key else None)
        found = videos.setdefault(key, Objects(key, where, source.note, entry.unrepresentable, entry.classes))
        _take_jobs(found, jobs, source, numbers)
    if numbers:
        shown, first = ", ".join(sorted(numbers)[:10]), min(numbers)
        rule = ReaderRule.CLASS_NUMBERS
        source.note(rule.at(Where(source.file), column="label_id", numbers=shown, first=first))
    if all(objects.is_empty and not objects.refused for objects in videos.values()):
        raise empty(source.file, "no tracks, shapes or tags")
    for key, objects in videos.items():
        if not objects.is_empty or objects.refused:
            yield objects.finished(source.known_size(key), gaps="bridge")


def _tasks(document: Node, entry: CvatJsonLabels) -> Iterator[tuple[str, list[Node]]]:
    """Yield the jobs of each video; jobs that stand beside the tasks repeat what those have."""
    tasks = dict(document.get("task").members()) if _has_labels(document.get("task")) else {}
    for ident, node in tasks.items():
        yield entry.tasks.get(ident, f"task {ident}"), [node]
    if not tasks:
        yield entry.global_key, _jobs(document)


def _has_labels(tasks: Node) -> bool:
    """Whether an object has labels by the id of a task."""
    return any(ident.isdecimal() and _is_job(node.value) for ident, node in tasks.members())


def _is_job(value: object) -> bool:
    return isinstance(value, dict) and {"shapes", "tracks", "tags"} <= set(value)


def _take_jobs(objects: Objects, jobs: list[Node], source: Source[CvatJsonLabels], numbers: set[str]) -> None:
    """Take what the jobs of a video have; the classes that are only numbers are added to ``numbers``."""
    tags: dict[str, list[Span]] = {}
    for job in jobs:
        for node in job.get("tracks").items():
            _track(objects, node, node.get("id").text(node.path), _label(node, numbers), source)
        for node in job.get("shapes").items():
            _shape(objects, node, node.get("id").text(node.path), _label(node, numbers), {}, alone=True)
        for node in job.get("tags").items():
            frame = node.get("frame").whole() + FIRST
            tags.setdefault(_label(node, numbers), []).append(Span(frame, frame))
    if tags:
        objects.classifications.append(question("tag", tags, Where(source.file)))


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
    for before, each in zip([None, *shapes], shapes, strict=False):
        if before is not None and each.get("outside").value and not before.get("outside").value:
            _approach(objects, before, each, ident, label, common)
        _shape(objects, each, ident, label, common)
    for at, element in enumerate(node.get("elements").items()):
        name = element.get("label").text(element.get("label_id").text(str(at + 1)))
        _track(objects, element, f"{ident}/{name}", f"{label} {name}", source)
    count = source.media_of(objects.key).frame_count
    if shapes and count and not shapes[-1].get("outside").value and _frame(shapes[-1]) + FIRST < count:
        last = Node({**shapes[-1].value, "frame": count - FIRST}, node.file, shapes[-1].path)
        _shape(objects, last, ident, label, common)


def _approach(objects: Objects, before: Node, hidden: Node, ident: str, label: str, common: dict[str, str]) -> None:
    """Take the last frame in which an object is seen: CVAT moves it towards the shape that is not shown any more."""
    first, last = _frame(before), _frame(hidden)
    start, end = before.get("points"), hidden.get("points")
    if last - first < 2 or not isinstance(start.value, list) or not isinstance(end.value, list):
        return
    part = (last - 1 - first) / (last - first)
    points, target = start.numbers(), end.numbers()
    if len(points) == len(target):
        points = [value + (other - value) * part for value, other in zip(points, target, strict=True)]
    shape = {**before.value, "frame": last - 1, "points": points}
    _shape(objects, Node(shape, before.file, before.path), ident, label, common)


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
    whole = Node(look.json, look.name)
    jobs = _jobs(whole) if isinstance(look.json, (dict, list)) else []
    if _has_labels(whole.get("task")) or (jobs and all(_is_job(job.value) for job in jobs[:5])):
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
