"""The values that every source is turned into and every later station takes: frozen, without I/O."""

from labelferry.model.answers import Answer, AnswerKind, Classification
from labelferry.model.feature import Feature, Where
from labelferry.model.frames import Span
from labelferry.model.masks import Composite, MaskObject, Masks
from labelferry.model.tracks import Geometry, Track
from labelferry.model.video import Labelled, LabelledVideo, RowRef

__all__ = [
    "Answer",
    "AnswerKind",
    "Classification",
    "Composite",
    "Feature",
    "Geometry",
    "Labelled",
    "LabelledVideo",
    "MaskObject",
    "Masks",
    "RowRef",
    "Span",
    "Track",
    "Where",
]
