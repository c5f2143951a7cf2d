"""The layouts of JSON files that list frames with their objects -> the objects of each video.

All count frames from 0; where each is documented: ``frame_lists``.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING

from labelferry.model import Answer, AnswerKind, Classification, Feature, Geometry, LabelledVideo, Where
from labelferry.model.frames import LARGEST, Span, coalesce
from labelferry.model.input_rules import ReaderRule
from labelferry.model.keys import legal
from labelferry.sources.areas import Area, Ellipse, Polygons, Rle
from labelferry.sources.documents import Node
from labelferry.sources.moments import question
from labelferry.sources.objects import Objects
from labelferry.sources.source import Source
from labelferry.sources.text import empty

if TYPE_CHECKING:
    from labelferry.sources.frame_lists import FrameListLabels

__all__ = ["FrameVideos", "datumaro", "sagemaker", "scalabel", "supervisely"]

FIRST = 1
LAST_NUMBER = re.compile(r"(\d+)\D*$")
FIGURES = {"point": (Geometry.POINT, 2), "line": (Geometry.LINE, None), "polyline": (Geometry.LINE, None)}
"""Supervisely's figures that a tool can hold, and how many of their numbers it takes."""
OF_DATUMARO = {"track_id", "keyframe", "outside", "occluded", "rotation", "frame"}
"""Attributes that Datumaro itself gives an annotation."""


class FrameVideos:
    """The objects of each video of a file."""

    def __init__(self, source: "Source[FrameListLabels]") -> None:
        self.source = source
        self.objects: dict[str, Objects] = {}
        self.sizes: dict[str, tuple[int, int]] = {}
        self.tags: dict[tuple[str, str], dict[str, list[Span]]] = {}
        self.alone = 0

    def of(self, name: str = "") -> Objects:
        """The objects of a video; of the one that the file is about when it is not named."""
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

    def tagged(self, objects: Objects, name: str, answer: str, span: Span) -> None:
        """Take an answer that holds for some frames."""
        self.tags.setdefault((objects.key, name), {}).setdefault(answer, []).append(span)

    def attributed(self, objects: Objects, attributes: Node, frame: int) -> None:
        """Take what is said of a whole frame."""
        for name, answer in _said(attributes).items():
            self.tagged(objects, name, answer, Span(frame, frame))

    def finished(self) -> Iterator[LabelledVideo]:
        """Yield the videos.

        Raises:
            SourceError: when there are none.
        """
        for (key, name), answers in self.tags.items():
            objects = self.objects[key]
            whole = {answer: coalesce(spans) for answer, spans in answers.items()}
            objects.classifications.append(question(name, whole, objects.where))
        if self.alone:
            where = Where(self.source.file)
            self.source.note(ReaderRule.IDENTITY_MISSING.at(where, count=self.alone, ids="none"))
        found = [each for each in self.objects.values() if not each.is_empty]
        if not found:
            raise empty(self.source.file, "no objects in its frames")
        for objects in found:
            size = self.sizes.get(objects.key) or self.source.known_size(objects.key)
            yield objects.finished(size, gaps=self.source.entry.gaps)


def _where(node: Node) -> Where:
    return Where(node.file, detail=node.path)


def scalabel(document: Node, videos: FrameVideos) -> None:
    """Scalabel and BDD100K: the right and bottom pixel are part of a box."""
    for page in _pages(document):
        objects = videos.of(page.first("videoName", "video_name").text("") or document.get("name").text(""))
        frame = page.first("frameIndex", "frame_index", "index").whole() + FIRST
        videos.attributed(objects, page.get("attributes"), frame)
        for node in page.first("labels", "objects").items():
            label, ident = node.get("category").text("object"), videos.ident(node.get("id"), node.path)
            if objects.named(label) is not None:
                _labelled(objects, node, ident, label, frame)


def _pages(document: Node) -> Iterator[Node]:
    """The frames of a file: one list, or a list for each video."""
    frames = document if isinstance(document.value, list) else document.get("frames")
    for page in frames.items():
        yield from page.items() if isinstance(page.value, list) else (page,)


def _labelled(objects: Objects, node: Node, ident: str, label: str, frame: int) -> None:
    said = _said(node.get("attributes"))
    if node.get("rle").value:
        objects.area(ident, label, frame, _mask(node.get("rle")), _where(node))
    elif node.get("box2d").value:
        x1, y1, x2, y2 = (node.get("box2d").get(name).number() for name in ("x1", "y1", "x2", "y2"))
        item = objects.of(ident, label, Geometry.BOX, _where(node))
        item.add(frame, [x1, y1, x2 - x1 + 1, y2 - y1 + 1], 0, said)
    rings: list[list[float]] = []
    for number, ring in enumerate(node.get("poly2d").items()):
        points = [value for point in ring.get("vertices").items() for value in point.numbers(2)]
        if ring.get("closed").value is False:
            objects.of(f"{ident}.{number}", label, Geometry.LINE, _where(node)).add(frame, points, 0, said)
        else:
            rings.append(points)
    if rings:
        objects.other("polygon", ident, label, frame, Polygons(tuple(rings)), _where(node))


def _said(attributes: Node, skipped: set[str] | frozenset[str] = frozenset()) -> dict[str, str]:
    """Attributes as texts; a truth value is true or false."""
    found = {name: node.value for name, node in attributes.members() if name not in skipped}
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in found.items()
        if isinstance(value, (str, int, float)) and str(value).strip()
    }


def sagemaker(document: Node, videos: FrameVideos) -> None:
    """SageMaker Ground Truth's ``SeqLabel.json``; as input for a job its keys are in camel case."""
    objects = videos.of()
    for page in document.get("tracking-annotations").items():
        frame = page.get("frame-no").whole() + FIRST
        videos.attributed(objects, page.get("frame-attributes"), frame)
        for shapes in ("annotations", "keypoints", "polylines", "polygons"):
            for node in page.get(shapes).items():
                name = node.first("object-name", "objectName").text("")
                label = node.get("label").text("") or name.partition(":")[0] or node.get("class-id").text("object")
                ident = videos.ident(node.first("object-id", "objectId", "object-name", "objectName"), node.path)
                if objects.named(label) is not None:
                    _seen(objects, node, ident, label, frame)


def _seen(objects: Objects, node: Node, ident: str, label: str, frame: int) -> None:
    said = _said(node.first("label-category-attributes", "labelCategoryAttributes"))
    points = [point.get(axis).number() for point in node.get("vertices").items() for axis in ("x", "y")]
    if ".polygons[" in node.path:
        objects.other("polygon", ident, label, frame, Polygons((points,)), _where(node))
        return
    geometry, coords = Geometry.LINE, points
    if not points:
        geometry = Geometry.POINT if node.get("x").value is not None else Geometry.BOX
        sides = ("x", "y") if geometry is Geometry.POINT else ("left", "top", "width", "height")
        coords = [node.get(side).number() for side in sides]
    objects.of(ident, label, geometry, _where(node)).add(frame, coords, 0, said)


def datumaro(document: Node, videos: FrameVideos) -> None:
    """Datumaro: the frame is among an item's attributes or in its id."""
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


def _annotation(objects: Objects, videos: FrameVideos, node: Node, label: str, frame: int) -> None:
    kind, attributes = node.get("type").text(""), node.get("attributes")
    if attributes.get("outside").value is True:
        return
    if kind == "label":
        videos.tagged(objects, "label", label, Span(frame, frame))
        return
    ident, said = videos.ident(attributes.get("track_id"), node.path), _said(attributes, OF_DATUMARO)
    if kind == "bbox":
        objects.of(ident, label, Geometry.BOX, _where(node)).add(frame, node.get("bbox").numbers(4), 0, said)
    elif kind == "polyline":
        objects.of(ident, label, Geometry.LINE, _where(node)).add(frame, node.get("points").numbers(), 0, said)
    elif kind == "points":
        points = node.get("points").numbers()
        for at in range(0, len(points) - 1, 2):
            called = ident if len(points) == 2 else f"{ident}.{at // 2 + 1}"
            objects.of(called, label, Geometry.POINT, _where(node)).add(frame, points[at : at + 2], 0, said)
    elif kind == "mask":
        objects.area(ident, label, frame, _mask(node.get("rle")), _where(node))
    else:
        objects.other(kind or "annotation", ident, label, frame, _area(kind, node.get("points")), _where(node))


def _mask(rle: Node) -> Rle:
    height, width = rle.get("size").numbers(2)
    try:
        return Rle.of(rle.get("counts").value, width, height)
    except ValueError as error:
        raise rle.fault(str(error)) from error


def _area(kind: str, points: Node) -> Area:
    numbers = points.numbers() if points.value is not None else []
    if kind == "ellipse" and len(numbers) == 4:
        left, top, right, bottom = numbers
        return Ellipse((left + right) / 2, (top + bottom) / 2, abs(right - left) / 2, abs(bottom - top) / 2)
    return Polygons((numbers[: len(numbers) // 2 * 2] or [0.0] * 6,))


def supervisely(document: Node, videos: FrameVideos) -> None:
    """Supervisely: figures of objects, tags of objects, frames and the video."""
    objects = videos.of()
    width, height = document.get("size").get("width"), document.get("size").get("height")
    if width.value and height.value:
        videos.sizes[objects.key] = width.whole(), height.whole()
    nodes = list(document.get("objects").items())
    titles = {node.first("key", "id").text(): node.get("classTitle").text() for node in nodes}
    said = {node.first("key", "id").text(): _tags_of(node) for node in nodes}
    for page in document.get("frames").items():
        frame = page.get("index").whole() + FIRST
        for node in page.get("figures").items():
            ident = node.first("objectKey", "objectId").text()
            label = titles.get(ident, "object")
            if objects.named(label) is not None:
                _figure(objects, node, (ident, label), frame, said.get(ident, {}))
    for node in document.get("tags").items():
        _tag(objects, videos, node)


def _tags_of(node: Node) -> dict[str, str]:
    """The tags of an object; one without a value says that it is so."""
    return {each.get("name").text(): each.get("value").text("true") for each in node.get("tags").items()}


def _tag(objects: Objects, videos: FrameVideos, node: Node) -> None:
    """A tag of the video, or of a range of its frames, the last of them included."""
    name, said = node.get("name").text(), node.get("value").text("true")
    if not node.get("frameRange").value:
        asked = Classification(Feature(name), AnswerKind.RADIO, (Answer(Feature(said)),), _where(node))
        objects.classifications.append(asked)
        return
    start, end = (int(each) for each in node.get("frameRange").numbers(2))
    if not 0 <= start <= end < LARGEST:
        raise node.get("frameRange").fault(f"{node.get('frameRange').shown} is not a range of frames")
    videos.tagged(objects, name, said, Span(start + FIRST, end + FIRST))


def _figure(objects: Objects, node: Node, of: tuple[str, str], frame: int, said: Mapping[str, str]) -> None:
    (ident, label), kind = of, node.get("geometryType").text("")
    corners = node.get("geometry").get("points").get("exterior")
    points = [value for point in corners.items() for value in point.numbers(2)]
    if kind == "rectangle" and len(points) == 4:
        left, top = min(points[0], points[2]), min(points[1], points[3])
        points = [left, top, abs(points[2] - points[0]), abs(points[3] - points[1])]
        objects.of(ident, label, Geometry.BOX, _where(node)).add(frame, points, 0, said)
    elif kind in FIGURES and points:
        geometry, used = FIGURES[kind]
        objects.of(ident, label, geometry, _where(node)).add(frame, points[:used], 0, said)
    else:
        objects.other(kind or "figure", ident, label, frame, Polygons((points or [0.0] * 6,)), _where(node))
