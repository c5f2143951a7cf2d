"""COCO files with video in them -> LabelledVideo: COCO-VID, TAO, YouTube-VIS, CVAT's COCO export, BURST and SA-V.

Frames: ``frame_id`` or ``frame_index`` of an image, from 0; else the number in its file name. YouTube-VIS has a list
for each object, one entry a frame of the JPEGs that it ships; SA-V annotates every fourth frame of its videos. A
segmentation (run lengths or polygons) becomes a mask, an annotation without one a box. Frames without an annotation end
a segment. Facts: https://cocodataset.org/#format-data, https://github.com/TAO-Dataset/tao,
https://youtube-vos.org/dataset/vis/, https://github.com/facebookresearch/sam2/tree/main/sav_dataset.
"""

from collections.abc import Collection, Iterator, Mapping
from itertools import zip_longest
from pathlib import PurePath
from typing import Any, Literal

from pydantic import Field

from labelferry.model import LabelledVideo, Where
from labelferry.model.input_rules import ReaderRule
from labelferry.model.keys import legal
from labelferry.sources.coco_burst import SEQUENCES, of_sequences
from labelferry.sources.coco_images import Image, images_of
from labelferry.sources.coco_shapes import IDENTITIES, CocoShapes, area_of
from labelferry.sources.documents import Node, document_of
from labelferry.sources.glance import Glance
from labelferry.sources.keys import GlobalKey
from labelferry.sources.numbering import Gaps
from labelferry.sources.objects import Objects, ShapedEntry
from labelferry.sources.reader import CERTAIN, LIKELY, Guess, Reader
from labelferry.sources.source import Source
from labelferry.sources.text import empty, fault

__all__ = ["READER", "CocoLabels", "read"]

FIRST_FRAME = 1


class CocoLabels(ShapedEntry):
    """A COCO file whose annotations have track ids: COCO-VID, TAO, YouTube-VIS, CVAT's COCO, BURST, SA-V."""

    format: Literal["coco"]
    global_key: GlobalKey | None = Field(
        default=None, description="The video, when the file has one; by default the name that the file gives it"
    )
    shapes: Literal["masks", "boxes"] = Field(
        default="masks", description="What becomes of an annotation with a segmentation: its mask, or its box"
    )
    frame_base: Literal[0, 1] | None = Field(
        default=None, description="Number of the first frame, where frames are numbers in names of pictures"
    )
    frame_step: int | None = Field(
        default=None, ge=1, description="Video frames from one of the file's frames to the next; SA-V says it itself"
    )
    gaps: Gaps = Field(
        default="close",
        description="close: a segment ends before every missing frame; bridge: a track is one segment, and Labelbox "
        "interpolates boxes",
    )


def read(source: Source[CocoLabels]) -> Iterator[LabelledVideo]:
    """Read the videos of a file, one after another.

    Args:
        source: the file; takes findings about categories without a name and annotations without identity.

    Yields:
        One video for each that has annotations.

    Raises:
        SourceError: when it is not COCO, an image has no frame number, or an object has two shapes in a frame.
    """
    document = document_of(source)
    if isinstance(document.get("masklet").value, list):
        yield _of_masklets(document, source)
        return
    names = {node.get("id").key: node.get("name").text(str(node.get("id").key)) for node in
             document.get("categories").items()}  # fmt: skip
    if isinstance(document.get("sequences").value, list):
        yield from _of_burst(document, names, source)
        return
    images = images_of(document, source.entry.frame_base, source.note)
    videos = _videos(document, images, source)
    _fill(document, images, videos, names, source)
    filled = [(objects, size) for objects, size in videos.values() if objects.objects or objects.areas.objects]
    if not filled:
        raise empty(source.file, "no annotations")
    for objects, size in filled:
        yield objects.finished(size, step=source.entry.frame_step or 1, gaps=source.entry.gaps)


Videos = dict[Any, tuple[Objects, tuple[int, int] | None]]


def _sizes(images: Mapping[Any, Image]) -> dict[Any, tuple[int, int]]:
    """The size of the images of each video."""
    return {image.video: image.size for image in images.values() if image.size}


def _videos(document: Node, images: Mapping[Any, Image], source: Source[CocoLabels]) -> Videos:
    """The videos by their ids; the id None for a file that names none."""
    told = {node.get("id").key: node for node in document.get("videos").items()}
    sizes = _sizes(images)
    own = source.entry.global_key
    _refuse_one_key(source, len(told))
    if not told:
        key = own or legal(PurePath(source.file).stem)
        return {None: _video(key, _size(document) or next(iter(sizes.values()), None), source)}
    videos: Videos = {}
    for ident, node in told.items():
        named = legal(node.first("name", "file_name").text(str(ident)).strip("/"))
        videos[ident] = _video(own or named, _size(node) or sizes.get(ident), source)
    return videos


def _refuse_one_key(source: Source[CocoLabels], videos: int) -> None:
    if source.entry.global_key and videos > 1:
        what = f"a file of {videos} videos, and one global_key"
        raise fault(source.file, None, what, "leave it out: each video has the name that the file gives it")


def _video(
    key: str, size: tuple[int, int] | None, source: Source[CocoLabels]
) -> tuple[Objects, tuple[int, int] | None]:
    return _objects(key, source), size or source.known_size(key)


def _objects(key: str, source: Source[CocoLabels]) -> Objects:
    entry = source.entry
    return Objects(key, Where(source.file, detail=key), source.note, entry.unrepresentable, entry.classes)


def _size(node: Node) -> tuple[int, int] | None:
    width, height = node.first("width", "video_width"), node.first("height", "video_height")
    return (width.whole(), height.whole()) if width.value and height.value else None


def _fill(
    document: Node, images: Mapping[Any, Image], videos: Videos, names: Mapping[Any, str], source: Source[CocoLabels]
) -> None:
    unnamed: dict[str, None] = {}
    alone = 0
    points = {names[node.get("id").key]: [each.text("") for each in node.get("keypoints").items()] for node in
              document.get("categories").items()}  # fmt: skip
    shapes = CocoShapes(source.entry.shapes == "masks", points)
    for node in document.get("annotations").items():
        category = node.get("category_id").key
        if category not in names:
            unnamed[str(category)] = None
        label = names.get(category, str(category))
        ident = _identity(node)
        listed = any(isinstance(node.get(name).value, list) for name in ("segmentations", "bboxes"))
        alone += ident is None and not listed  # an annotation of YouTube-VIS is a track
        called = ident or f"annotation {node.get('id').text(node.path)}"
        if listed:
            _of_list(node, called, label, (videos, shapes), source)
            continue
        image = images.get(node.get("image_id").key)
        if image is None:
            raise node.fault(f"image_id {node.get('image_id').shown} is not among the images")
        objects = _objects_of(videos, image.video, node)
        shapes.take(node, objects, called, label, _frame(image.frame, source))
    _note_unknown(source, unnamed, alone)


def _note_unknown(source: Source[CocoLabels], unnamed: Collection[str], alone: int) -> None:
    where = Where(source.file)
    if unnamed:
        shown, first = ", ".join(list(unnamed)[:10]), next(iter(unnamed))
        source.note(ReaderRule.CLASS_NUMBERS.at(where, column="category_id", numbers=shown, first=first))
    if alone:
        source.note(ReaderRule.IDENTITY_MISSING.at(where, count=alone, ids="none"))


def _objects_of(videos: Videos, video: Any, node: Node) -> Objects:
    found = videos.get(video) or videos.get(None) or (next(iter(videos.values())) if len(videos) == 1 else None)
    if found is None:
        raise node.fault(f"video_id {video!r} is not among the videos")
    return found[0]


def _frame(number: int, source: Source[CocoLabels]) -> int:
    return number * (source.entry.frame_step or 1) + FIRST_FRAME


def _identity(node: Node) -> str | None:
    """The track of an annotation; CVAT has it among the attributes."""
    for place in (node, node.get("attributes")):
        for name in IDENTITIES:
            if (value := place.get(name).value) is not None and not isinstance(value, (bool, list, dict)):
                return str(value)
    return None


def _of_list(node: Node, ident: str, label: str, to: tuple[Videos, CocoShapes], source: Source[CocoLabels]) -> None:
    """YouTube-VIS: one object with an entry a frame, which may be empty."""
    videos, shapes = to
    objects = _objects_of(videos, node.get("video_id").key, node)
    ident = ident if not ident.startswith("annotation ") else node.get("id").text(node.path)
    missing = Node(None, node.file)
    lists = (list(node.get(name).items()) for name in ("segmentations", "bboxes"))
    for at, (segmentation, box) in enumerate(zip_longest(*lists, fillvalue=missing)):
        path = segmentation.path or box.path
        entry = Node({"segmentation": segmentation.value, "bbox": box.value}, node.file, path)
        shapes.take(entry, objects, ident, label, _frame(at, source))


def _of_masklets(document: Node, source: Source[CocoLabels]) -> LabelledVideo:
    """SA-V: run lengths by annotated frame and object; the objects are called by their numbers."""
    key = source.entry.global_key or legal(document.get("video_id").text(PurePath(source.file).stem))
    frames = list(document.get("masklet").items())
    count = document.get("video_frame_count").value or len(frames)
    step = source.entry.frame_step or max(1, round(float(count) / max(1, len(frames))))
    objects = _objects(key, source)
    idents = dict(enumerate(node.text() for node in document.get("masklet_id").items()))
    for at, frame in enumerate(frames):
        for place, node in enumerate(frame.items()):
            if (area := area_of(node)) is not None:
                ident, where = idents.get(place, str(place)), Where(source.file, detail=node.path)
                objects.area(ident, "object", at * step + FIRST_FRAME, area, where)
    if not objects.areas.objects:
        raise empty(source.file, "no masks")
    return objects.finished(_size(document) or source.known_size(key), gaps="close")


def _of_burst(document: Node, names: Mapping[Any, str], source: Source[CocoLabels]) -> Iterator[LabelledVideo]:
    own, gaps = source.entry.global_key, source.entry.gaps
    texts = {str(ident): name for ident, name in names.items()}
    found = list(of_sequences(document, texts, lambda name: _objects(own or name, source), gaps))
    if not found:
        raise empty(source.file, "no annotations")
    _refuse_one_key(source, len(found))
    yield from found


def _recognise(look: Glance) -> Guess | None:
    if not isinstance(look.json, dict):
        return None
    if {"masklet", "masklet_id"} <= look.keys:
        return Guess(CERTAIN, "masklet and masklet_id, as in SA-V")
    if look.keys >= SEQUENCES:
        return Guess(CERTAIN, "sequences and categories, as in BURST")
    if "annotations" not in look.keys or not look.keys & {"images", "videos"}:
        return None
    options = {} if look.json.get("videos") else {"global_key": "{stem}"}
    certainty = CERTAIN if "categories" in look.keys else LIKELY
    return Guess(certainty, "images or videos, annotations and categories", options)


READER = Reader(
    CocoLabels,
    read,
    _recognise,
    endings=(".json",),
    signs="JSON with annotations and images or videos; or with sequences (BURST), or masklet (SA-V)",
    takes="boxes, masks (run lengths, polygons) and key points with track ids, CVAT's attributes",
    leaves="areas under others, iscrowd, scores",
)
