"""What every source is turned into, and what every later station takes. Frozen values, no I/O."""

from labelferry.model.answers import Answer, Classification, Question
from labelferry.model.feature import Feature, Where
from labelferry.model.frames import Span
from labelferry.model.masks import MaskFrame, MaskInstance, Masks
from labelferry.model.tracks import Geometry, Track
from labelferry.model.video import Labelled, LabelledVideo, RowRef

__all__ = [
    "Answer",
    "Classification",
    "Feature",
    "Geometry",
    "Labelled",
    "LabelledVideo",
    "MaskFrame",
    "MaskInstance",
    "Masks",
    "Question",
    "RowRef",
    "Span",
    "Track",
    "Where",
]
