"""The annotation classes of Labelbox's video guide, with its names and keyword arguments.

``import labelferry.types as lb_types`` runs the guide's Python code unchanged. Additions are ``instance`` (tells two
tracks of one class in one Label apart) and ``feature_schema_id`` on the temporal classes. Objects are checked when they
are created and never changed afterwards by labelferry.

Facts: docs.labelbox.com/reference/import-video-annotations; behaviour compared with the official SDK 7.17.0.
"""

from typing import NoReturn

from labelferry.types.answers import Checklist, ClassificationAnnotation, ClassificationAnswer, Radio, Text
from labelferry.types.label import Label
from labelferry.types.masks import MaskFrame, MaskInstance, VideoMaskAnnotation
from labelferry.types.shapes import Line, Point, Rectangle
from labelferry.types.temporal import (
    TemporalClassificationAnswer,
    TemporalClassificationQuestion,
    TemporalClassificationText,
)
from labelferry.types.video import VideoClassificationAnnotation, VideoObjectAnnotation

__all__ = [
    "Checklist",
    "ClassificationAnnotation",
    "ClassificationAnswer",
    "Label",
    "Line",
    "MaskFrame",
    "MaskInstance",
    "Point",
    "Radio",
    "Rectangle",
    "TemporalClassificationAnswer",
    "TemporalClassificationQuestion",
    "TemporalClassificationText",
    "Text",
    "VideoClassificationAnnotation",
    "VideoMaskAnnotation",
    "VideoObjectAnnotation",
]

REPLACEMENTS = {
    "ObjectAnnotation": "tools on video are frame-based: use VideoObjectAnnotation",
    "Polygon": "polygons cannot be imported on video: draw them into a mask (VideoMaskAnnotation) or use a Line",
    "Mask": "use VideoMaskAnnotation with MaskFrame and MaskInstance",
    "MaskData": "use MaskFrame",
}


def __getattr__(name: str) -> NoReturn:
    if name in REPLACEMENTS:
        raise AttributeError(f"labelferry.types has no {name}: {REPLACEMENTS[name]}")
    raise AttributeError(f"module 'labelferry.types' has no attribute {name!r}")
