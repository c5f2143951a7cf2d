"""JSON files that list frames with their objects -> LabelledVideo: Scalabel, SageMaker, Datumaro, Supervisely.

All count frames from 0. Scalabel (BDD100K) has ``frameIndex`` and ``box2d``, whose right and bottom pixel are part of
the box; SageMaker Ground Truth's ``SeqLabel.json`` has ``frame-no``; Datumaro has the frame among an item's attributes
or in its id, the track among the annotation's; Supervisely has ``index`` and figures of objects. Facts:
https://doc.scalabel.ai/, https://docs.aws.amazon.com/sagemaker/latest/dg/sms-video-object-tracking.html,
https://openvinotoolkit.github.io/datumaro/ and https://docs.supervisely.com/ (video annotation JSON).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from pydantic import Field

from labelferry.model import LabelledVideo
from labelferry.sources.documents import Node, document_of
from labelferry.sources.frame_layouts import FrameVideos, datumaro, sagemaker, scalabel, supervisely
from labelferry.sources.glance import Glance
from labelferry.sources.keys import GlobalKey
from labelferry.sources.numbering import Gaps
from labelferry.sources.objects import ShapedEntry
from labelferry.sources.reader import CERTAIN, Guess, Reader
from labelferry.sources.source import Source

__all__ = ["READER", "FrameListLabels", "read"]

ListFormat = Literal["scalabel", "sagemaker", "datumaro", "supervisely"]
KEYS: dict[ListFormat, set[str]] = {
    "sagemaker": {"tracking-annotations"},
    "datumaro": {"categories", "items"},
    "supervisely": {"frames", "objects"},
}
"""The keys at the top by which a layout is known; Scalabel's frames are known by their own."""
NUMBERED = {"frameIndex", "frame_index", "index", "videoName"}
OBJECTS_OF_BDD = {"box2d", "poly2d", "seg2d"}
"""Shapes of the objects in BDD100K's first files, whose frames have objects, not labels."""


class FrameListLabels(ShapedEntry):
    """A JSON file of frames with their objects: Scalabel or BDD100K, SageMaker, Datumaro, Supervisely."""

    format: Literal["frame-list"]
    global_key: GlobalKey | None = Field(
        default=None, description="The video, when the file has one and does not name it; by default the file's name"
    )
    gaps: Gaps = Field(default="close", description="Whether a missing frame ends a segment (close) or not (bridge)")


def read(source: Source[FrameListLabels]) -> Iterator[LabelledVideo]:
    """Read a file: a video for each that it names.

    Raises:
        SourceError: when it is none of the layouts, or a value in it is not what it should be.
    """
    document, videos = document_of(source), FrameVideos(source)
    layout = _layout(document.value)
    if layout is None:
        raise document.fault("frames of none of the layouts that are known", "name the right format")
    LAYOUTS[layout](document, videos)
    yield from videos.finished()


LAYOUTS: Mapping[ListFormat, Callable[[Node, FrameVideos], None]] = {
    "scalabel": scalabel,
    "sagemaker": sagemaker,
    "datumaro": datumaro,
    "supervisely": supervisely,
}


def _layout(value: object) -> ListFormat | None:
    top = value if isinstance(value, dict) else {"frames": value}
    for name, keys in KEYS.items():
        if keys <= top.keys():
            return name
    return "scalabel" if _has_numbered_labels(top.get("frames")) else None


def _has_numbered_labels(frames: object) -> bool:
    first = frames[0] if isinstance(frames, list) and frames else None
    if isinstance(first, list):  # the frames of a video
        return _has_numbered_labels(first)
    if not isinstance(first, dict) or NUMBERED.isdisjoint(first):
        return False
    objects = Node(first, "").get("objects").items()
    return "labels" in first or any(OBJECTS_OF_BDD & dict(node.members()).keys() for node in objects)


def _recognise(look: Glance) -> Guess | None:
    found = _layout(look.json)
    return None if found is None else Guess(CERTAIN, f"frames as {found} lists them")


READER = Reader(
    FrameListLabels,
    read,
    _recognise,
    endings=(".json",),
    signs="JSON with frameIndex and labels or objects (Scalabel), tracking-annotations (SageMaker), categories and "
    "items (Datumaro), or frames and objects (Supervisely)",
    takes="boxes, points, polylines, masks (Scalabel, Datumaro), attributes, tags of a video and of frames",
    leaves="polygons, ellipses and cuboids (see unrepresentable), 3D boxes of Scalabel",
)
