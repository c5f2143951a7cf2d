"""JSON files that list frames with their objects -> LabelledVideo: Scalabel, SageMaker, Datumaro, Supervisely.

All count frames from 0. Scalabel (BDD100K) has ``frameIndex`` and ``box2d``, whose right and bottom pixel are part of
the box; SageMaker Ground Truth's ``SeqLabel.json`` has ``frame-no``; Datumaro has the frame among an item's attributes
or in its id, the track among the annotation's; Supervisely has ``index`` and figures of objects. Facts:
https://doc.scalabel.ai/, https://docs.aws.amazon.com/sagemaker/latest/dg/sms-video-object-tracking.html,
https://openvinotoolkit.github.io/datumaro/ and https://docs.supervisely.com/ (video annotation JSON).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath
from typing import Literal

from pydantic import Field

from labelferry.model import Answer, AnswerKind, Classification, Feature, Geometry, LabelledVideo, Where
from labelferry.model.input_rules import ReaderRule
from labelferry.model.keys import legal
from labelferry.sources.areas import Polygons, Rle
from labelferry.sources.documents import Node, document_of
from labelferry.sources.glance import Glance
from labelferry.sources.keys import GlobalKey
from labelferry.sources.numbering import Gaps
from labelferry.sources.objects import Objects, ShapedEntry
from labelferry.sources.reader import CERTAIN, Guess, Reader
from labelferry.sources.rle import counts_of
from labelferry.sources.source import Source
from labelferry.sources.text import empty

__all__ = ["READER", "FrameListLabels", "read"]

FIRST = 1
LAST_NUMBER = re.compile(r"(\d+)\D*$")
FIGURES = {"point": (Geometry.POINT, 2), "line": (Geometry.LINE, None), "polyline": (Geometry.LINE, None)}
"""Supervisely's figures that a tool can hold, and how many of their numbers it takes."""

ListFormat = Literal["scalabel", "sagemaker", "datumaro", "supervisely"]
KEYS: dict[ListFormat, set[str]] = {
    "sagemaker": {"tracking-annotations"},
    "datumaro": {"categories", "items"},
    "supervisely": {"frames", "objects"},
}
"""The keys at the top by which a layout is known; Scalabel's frames are known by their own."""
NUMBERED = {"frameIndex", "index", "videoName"}


class FrameListLabels(ShapedEntry):
    """A JSON file of frames with their objects: Scalabel or BDD100K, SageMaker, Datumaro, Supervisely."""

    format: Literal["frame-list"]
    global_key: GlobalKey | None = Field(
        default=None, description="The video, when the file has one and does not name it; by default the file's name"
    )
    gaps: Gaps = Field(default="close", description="Whether a missing frame ends a segment (close) or not (bridge)")


class _Videos:
    """The objects of each video of a file."""

    def __init__(self, source: Source[FrameListLabels]) -> None:
        self.source = source
        self.objects: dict[str, Objects] = {}
        self.sizes: dict[str, tuple[int, int]] = {}
        self.alone = 0

    def of(self, name: str = "") -> Objects:
        entry = self.source.entry
        key = (legal(name) if name else None) or entry.global_key or legal(PurePath(self.source.file).stem)
        if key not in self.objects:
            where = Where(self.source.file, detail=key)
            self.objects[key] = Objects(key, where, self.source.note, entry.unrepresentable, entry.classes)
        return self.objects[key]

    def ident(self, node: Node, path: str) -> str:
        """The track of an object, or a name of its own when it has none."""
        found = node.text("")
        self.alone += not found
        return found or path

    def finished(self) -> Iterator[LabelledVideo]:
        if self.alone:
            where = Where(self.source.file)
            self.source.note(ReaderRule.IDENTITY_MISSING.at(where, count=self.alone, ids="none"))
        found = [each for each in self.objects.values() if not each.is_empty]
        if not found:
            raise empty(self.source.file, "no objects in its frames")
        for objects in found:
            size = self.sizes.get(objects.key) or self.source.known_size(objects.key)
            yield objects.finished(size, gaps=self.source.entry.gaps)


def read(source: Source[FrameListLabels]) -> Iterator[LabelledVideo]:
    """Read a file: a video for each that it names.

    Raises:
        SourceError: when it is none of the layouts, or a value in it is not what it should be.
    """
    document, videos = document_of(source), _Videos(source)
    layout = _layout(document.value)
    if layout is None:
        raise document.fault("frames of none of the layouts that are known", "name the right format")
    LAYOUTS[layout](document, videos)
    yield from videos.finished()


def _where(node: Node) -> Where:
    return Where(node.file, detail=node.path)


def _scalabel(document: Node, videos: _Videos) -> None:
    frames = document if isinstance(document.value, list) else document.get("frames")
    for page in frames.items():
        objects = videos.of(page.first("videoName", "video_name").text(""))
        frame = page.first("frameIndex", "index").whole() + FIRST
        for node in page.get("labels").items():
            label, ident = node.get("category").text("object"), videos.ident(node.get("id"), node.path)
            if objects.named(label) is not None:
                _labelled(objects, node, ident, label, frame)


def _labelled(objects: Objects, node: Node, ident: str, label: str, frame: int) -> None:
    said = {name: str(each.value) for name, each in node.get("attributes").members() if isinstance(each.value, str)}
    if node.get("rle").value:
        height, width = node.get("rle").get("size").numbers(2)
        area = Rle(counts_of(node.get("rle").get("counts").value), int(width), int(height))
        objects.area(ident, label, frame, area, _where(node))
    elif node.get("box2d").value:
        x1, y1, x2, y2 = (node.get("box2d").get(name).number() for name in ("x1", "y1", "x2", "y2"))
        item = objects.of(ident, label, Geometry.BOX, _where(node))
        item.add(frame, [x1, y1, x2 - x1 + 1, y2 - y1 + 1], 0, said)
    for number, ring in enumerate(node.get("poly2d").items()):
        points = [value for point in ring.get("vertices").items() for value in point.numbers(2)]
        if ring.get("closed").value is False:
            objects.of(f"{ident}.{number}", label, Geometry.LINE, _where(node)).add(frame, points, 0, said)
        else:
            objects.other("polygon", ident, label, frame, Polygons((points,)), _where(node))


def _sagemaker(document: Node, videos: _Videos) -> None:
    objects = videos.of()
    for page in document.get("tracking-annotations").items():
        frame = page.get("frame-no").whole() + FIRST
        for node in page.get("annotations").items():
            name = node.get("object-name").text("")
            label = name.partition(":")[0] or node.get("class-id").text("object")
            ident = videos.ident(node.first("object-id", "object-name"), node.path)
            coords = [node.get(side).number() for side in ("left", "top", "width", "height")]
            if objects.named(label) is not None:
                objects.of(ident, label, Geometry.BOX, _where(node)).add(frame, coords)


def _datumaro(document: Node, videos: _Videos) -> None:
    objects = videos.of()
    labels = [node.get("name").text() for node in document.get("categories").get("label").get("labels").items()]
    for item in document.get("items").items():
        frame = _item_frame(item)
        for node in item.get("annotations").items():
            at = node.get("label_id").value
            label = labels[at] if isinstance(at, int) and 0 <= at < len(labels) else "object"
            if objects.named(label) is not None:
                _annotation(objects, videos, node, label, frame)


def _item_frame(item: Node) -> int:
    told, name = item.get("attr").get("frame"), item.get("id").text("")
    if told.value is not None:
        return told.whole() + FIRST
    if number := LAST_NUMBER.search(name):
        return int(number.group(1)) + FIRST
    raise item.fault(f"item '{name}' has no frame: neither attr.frame nor a number in its id", "export a video")


def _annotation(objects: Objects, videos: _Videos, node: Node, label: str, frame: int) -> None:
    kind = node.get("type").text("")
    ident = videos.ident(node.get("attributes").get("track_id"), node.path)
    if kind == "bbox":
        objects.of(ident, label, Geometry.BOX, _where(node)).add(frame, node.get("bbox").numbers(4))
    elif kind == "polyline":
        objects.of(ident, label, Geometry.LINE, _where(node)).add(frame, node.get("points").numbers())
    elif kind == "points":
        points = node.get("points").numbers()
        for at in range(0, len(points) - 1, 2):
            called = ident if len(points) == 2 else f"{ident}.{at // 2 + 1}"
            objects.of(called, label, Geometry.POINT, _where(node)).add(frame, points[at : at + 2])
    elif kind == "polygon":
        objects.other("polygon", ident, label, frame, Polygons((node.get("points").numbers(),)), _where(node))


def _supervisely(document: Node, videos: _Videos) -> None:
    objects = videos.of()
    width, height = document.get("size").get("width"), document.get("size").get("height")
    if width.value and height.value:
        videos.sizes[objects.key] = width.whole(), height.whole()
    titles = {node.first("key", "id").text(): node.get("classTitle").text() for node in document.get("objects").items()}
    for page in document.get("frames").items():
        frame = page.get("index").whole() + FIRST
        for node in page.get("figures").items():
            ident = node.first("objectKey", "objectId").text()
            label = titles.get(ident, "object")
            if objects.named(label) is not None:
                _figure(objects, node, ident, label, frame)
    for node in document.get("tags").items():
        if node.get("value").value is not None and not node.get("frameRange").value:
            answer = (Answer(Feature(node.get("value").text())),)
            asked = Classification(Feature(node.get("name").text()), AnswerKind.RADIO, answer, _where(node))
            objects.classifications.append(asked)


def _figure(objects: Objects, node: Node, ident: str, label: str, frame: int) -> None:
    kind = node.get("geometryType").text("")
    corners = node.get("geometry").get("points").get("exterior")
    points = [value for point in corners.items() for value in point.numbers(2)]
    if kind == "rectangle" and len(points) == 4:
        left, top = min(points[0], points[2]), min(points[1], points[3])
        points = [left, top, abs(points[2] - points[0]), abs(points[3] - points[1])]
        objects.of(ident, label, Geometry.BOX, _where(node)).add(frame, points)
    elif kind in FIGURES and points:
        geometry, used = FIGURES[kind]
        objects.of(ident, label, geometry, _where(node)).add(frame, points[:used])
    else:
        objects.other(kind or "figure", ident, label, frame, Polygons((points or [0.0] * 6,)), _where(node))


LAYOUTS: Mapping[ListFormat, Callable[[Node, _Videos], None]] = {
    "scalabel": _scalabel,
    "sagemaker": _sagemaker,
    "datumaro": _datumaro,
    "supervisely": _supervisely,
}


def _layout(value: object) -> ListFormat | None:
    top = value if isinstance(value, dict) else {"frames": value}
    for name, keys in KEYS.items():
        if keys <= top.keys():
            return name
    return "scalabel" if _has_numbered_labels(top.get("frames")) else None


def _has_numbered_labels(frames: object) -> bool:
    first = frames[0] if isinstance(frames, list) and frames else None
    return isinstance(first, dict) and "labels" in first and not NUMBERED.isdisjoint(first)


def _recognise(look: Glance) -> Guess | None:
    found = _layout(look.json)
    return None if found is None else Guess(CERTAIN, f"frames as {found} lists them")


READER = Reader(
    FrameListLabels,
    read,
    _recognise,
    endings=(".json",),
    signs="JSON with frameIndex and labels (Scalabel), tracking-annotations (SageMaker), categories and items "
    "(Datumaro), or frames and objects (Supervisely)",
    takes="boxes, points, polylines, masks (Scalabel), tags of a video (Supervisely)",
    leaves="polygons (see unrepresentable), 3D boxes, tags of frames",
)
