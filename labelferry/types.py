"""The annotation classes of Labelbox's video guide, with its names and keyword arguments.

``import labelferry.types as lb_types`` runs the guide's Python code unchanged. Beyond it there are ``instance`` (tells
two tracks of one class in one Label apart) and ``feature_schema_id`` on the temporal classes. Objects are checked when
they are made and never changed afterwards by labelferry.

Facts: docs.labelbox.com/reference/import-video-annotations; behaviour compared with the official SDK 7.17.0.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, NoReturn

import numpy as np
from numpy.typing import NDArray

from labelferry.errors import AnnotationError
from labelferry.model.frames import as_frame
from labelferry.strict import Strict

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

Metrics = Sequence[Mapping[str, Any]] | None
URI = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://[^\s/]+")


@dataclass(slots=True)
class Point(Strict):
    """A point in pixels from the top left corner."""

    x: float
    y: float

    def __post_init__(self) -> None:
        if type(self.x) is not float or type(self.y) is not float:
            self.x, self.y = _number(self.x), _number(self.y)


@dataclass(slots=True)
class Rectangle(Strict):
    """A box between two opposite corners; which corner is which is put right when it is written."""

    start: Point
    end: Point

    def __post_init__(self) -> None:
        if type(self.start) is not Point or type(self.end) is not Point:
            raise AnnotationError("Rectangle: start and end must each be a Point")


@dataclass(slots=True)
class Line(Strict):
    """A polyline of two points or more."""

    points: Sequence[Point]

    def __post_init__(self) -> None:
        if len(self.points) < 2 or not all(type(point) is Point for point in self.points):
            raise AnnotationError("Line: points must be two or more Point objects")


@dataclass(slots=True)
class ClassificationAnswer(Strict):
    """An option chosen, with the questions nested under it."""

    name: str | None = None
    feature_schema_id: str | None = None
    confidence: float | None = None
    custom_metrics: Metrics = None
    classifications: Sequence["ClassificationAnnotation"] | None = None

    def __post_init__(self) -> None:
        _check_named(self)
        _check_confidence(self)
        self.classifications = _classifications(self, ClassificationAnnotation)


@dataclass(slots=True)
class Radio(Strict):
    """Exactly one option."""

    answer: ClassificationAnswer
    confidence: float | None = None
    custom_metrics: Metrics = None

    def __post_init__(self) -> None:
        if not isinstance(self.answer, ClassificationAnswer):
            raise AnnotationError("Radio: answer must be one ClassificationAnswer")
        _check_confidence(self)


@dataclass(slots=True)
class Checklist(Strict):
    """One option or more."""

    answer: Sequence[ClassificationAnswer]
    confidence: float | None = None
    custom_metrics: Metrics = None

    def __post_init__(self) -> None:
        self.answer = _list_of(self.answer, ClassificationAnswer, "Checklist: answer")
        if not self.answer:
            raise AnnotationError("Checklist: no answer; give at least one or leave the annotation out")
        _check_confidence(self)


@dataclass(slots=True)
class Text(Strict):
    """Free text, with the questions nested under it."""

    answer: str
    confidence: float | None = None
    custom_metrics: Metrics = None
    classifications: Sequence["ClassificationAnnotation"] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.answer, str) or not self.answer:
            raise AnnotationError("Text: answer must be some text; leave the annotation out when there is none")
        _check_confidence(self)
        self.classifications = _classifications(self, ClassificationAnnotation)


Value = Radio | Checklist | Text


@dataclass(slots=True)
class ClassificationAnnotation(Strict):
    """An answered question about the whole video, or, inside an object, about the object."""

    name: str | None = None
    value: Value = field(kw_only=True)
    feature_schema_id: str | None = None
    extra: Mapping[str, Any] | None = None
    confidence: float | None = None
    custom_metrics: Metrics = None

    def __post_init__(self) -> None:
        _check_named(self)
        if not isinstance(self.value, Value):
            raise AnnotationError(f"{_called(self)}: value must be a Radio, a Checklist or a Text")
        _check_confidence(self)
        _check_extra(self)


@dataclass(slots=True)
class VideoClassificationAnnotation(Strict):
    """An answered question at one frame; frames of one segment with equal answers become a range."""

    name: str | None = None
    value: Value = field(kw_only=True)
    frame: int = field(kw_only=True)
    segment_index: int | None = None
    feature_schema_id: str | None = None
    extra: Mapping[str, Any] | None = None
    confidence: float | None = None
    custom_metrics: Metrics = None

    def __post_init__(self) -> None:
        _check_named(self)
        if not isinstance(self.value, Value):
            raise AnnotationError(f"{_called(self)}: value must be a Radio, a Checklist or a Text")
        _check_frame(self)
        _check_confidence(self)
        _check_extra(self)


@dataclass(slots=True)
class VideoObjectAnnotation(Strict):
    """A box, point or line at one frame.

    Args:
        name: the tool's name in the ontology.
        value: Rectangle, Point or Line.
        frame: frame number, from 1.
        keyframe: False for a frame that Labelbox is to interpolate; it is left out when written.
        segment_index: numbers the stretches in which the object is visible.
        instance: tells this track from another one of the same class in the same Label.
    """

    UNSUPPORTED: ClassVar[Mapping[str, str]] = {
        "confidence": "Labelbox takes no confidence on video objects; leave it out",
        "custom_metrics": "Labelbox takes no custom metrics on video objects; leave them out",
    }

    name: str | None = None
    value: Rectangle | Point | Line = field(kw_only=True)
    frame: int = field(kw_only=True)
    keyframe: bool = field(kw_only=True)
    segment_index: int | None = None
    classifications: Sequence[ClassificationAnnotation] | None = None
    feature_schema_id: str | None = None
    extra: Mapping[str, Any] | None = None
    instance: str | int | None = None

    def __post_init__(self) -> None:
        if not self.name:
            _check_named(self)
        if type(self.value) not in SHAPES:
            raise AnnotationError(
                f"{_called(self)}: value must be a Rectangle, a Point or a Line, not {type(self.value).__name__}"
            )
        _check_frame(self)
        if self.keyframe is not True and self.keyframe is not False:
            raise AnnotationError(f"{_called(self)}: keyframe must be True or False, not {self.keyframe!r}")
        if self.classifications is not None:
            self.classifications = _classifications(self, ClassificationAnnotation)
        if self.extra is not None:
            _check_extra(self)


SHAPES = (Rectangle, Point, Line)


@dataclass(slots=True)
class MaskFrame(Strict):
    """The composite mask of one frame: PNG bytes, an RGB array, a file, or the address of a picture."""

    index: int
    instance_uri: str | None = None
    im_bytes: bytes | NDArray[np.uint8] | Path | None = None

    def __post_init__(self) -> None:
        self.index = as_frame(self.index, "MaskFrame")
        what = f"MaskFrame at frame {self.index}"
        if (self.instance_uri is None) == (self.im_bytes is None):
            raise AnnotationError(f"{what}: give exactly one of im_bytes and instance_uri")
        if self.instance_uri is not None and not (isinstance(self.instance_uri, str) and URI.match(self.instance_uri)):
            raise AnnotationError(f"{what}: instance_uri {self.instance_uri!r} is not a URL")
        if self.im_bytes is not None and not isinstance(self.im_bytes, (bytes, np.ndarray, Path)):
            raise AnnotationError(f"{what}: im_bytes must be PNG bytes, an RGB array or a pathlib.Path")
        if isinstance(self.im_bytes, bytes) and not self.im_bytes:
            raise AnnotationError(f"{what}: im_bytes is empty; give the bytes of a PNG")


@dataclass(slots=True)
class MaskInstance(Strict):
    """The colour of one object in the composites, and its tool."""

    color_rgb: tuple[int, int, int]
    name: str | None = None
    feature_schema_id: str | None = None
    classifications: Sequence[ClassificationAnnotation] | None = None

    def __post_init__(self) -> None:
        _check_named(self)
        self.color_rgb = _colour(self.color_rgb, _called(self))
        self.classifications = _classifications(self, ClassificationAnnotation)


@dataclass(slots=True)
class VideoMaskAnnotation(Strict):
    """Composite masks over frames, and the instances in them."""

    frames: Sequence[MaskFrame]
    instances: Sequence[MaskInstance]
    extra: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        self.frames = _list_of(self.frames, MaskFrame, "VideoMaskAnnotation: frames")
        self.instances = _list_of(self.instances, MaskInstance, "VideoMaskAnnotation: instances")
        _check_extra(self)


@dataclass(slots=True)
class TemporalClassificationAnswer(Strict):
    """An option, the ranges of frames in which it holds, and the questions nested under it."""

    name: str | None = None
    frames: Sequence[tuple[int, int]] = ()
    classifications: Sequence["Temporal"] | None = None
    feature_schema_id: str | None = None

    def __post_init__(self) -> None:
        _check_named(self)
        self.classifications = _classifications(self, Temporal)


@dataclass(slots=True)
class TemporalClassificationQuestion(Strict):
    """A radio or checklist question answered over ranges of frames."""

    name: str | None = None
    value: Sequence[TemporalClassificationAnswer] = ()
    classifications: Sequence["Temporal"] | None = None
    feature_schema_id: str | None = None

    def __post_init__(self) -> None:
        _check_named(self)
        self.value = _list_of(self.value, TemporalClassificationAnswer, f"{_called(self)}: value")
        self.classifications = _classifications(self, Temporal)


@dataclass(slots=True)
class TemporalClassificationText(Strict):
    """Texts over ranges of frames: ``(start, end, text)``."""

    name: str | None = None
    value: Sequence[tuple[int, int, str]] = ()
    classifications: Sequence["Temporal"] | None = None
    feature_schema_id: str | None = None

    def __post_init__(self) -> None:
        _check_named(self)
        self.classifications = _classifications(self, Temporal)


Temporal = TemporalClassificationQuestion | TemporalClassificationText
Annotation = (
    ClassificationAnnotation | VideoClassificationAnnotation | VideoObjectAnnotation | VideoMaskAnnotation | Temporal
)


@dataclass(slots=True)
class Label(Strict):
    """Annotations of one data row; a bare annotation counts as a list of one.

    Args:
        data: ``{"global_key": ...}`` or ``{"uid": <data row id>}``.
        annotations: any of the classes above.
        is_benchmark_reference: ground truth only: the label becomes a benchmark.
    """

    data: Mapping[str, str]
    annotations: Sequence[Annotation] | Annotation = ()
    is_benchmark_reference: bool = False

    def __post_init__(self) -> None:
        given = {key: value for key, value in dict(self.data).items() if value is not None}
        if len(given) != 1 or not given.keys() <= {"global_key", "uid"} or not all(given.values()):
            raise AnnotationError(
                f"Label: data is {dict(self.data)!r}; give exactly one of global_key and uid (the data row's id)"
            )
        self.data = given
        if isinstance(self.annotations, Annotation):
            self.annotations = (self.annotations,)
        self.annotations = _list_of(self.annotations, Annotation, "Label: annotations")


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


def _called(annotation: Any) -> str:
    name = annotation.name or annotation.feature_schema_id
    return f"{type(annotation).__name__} '{name}'"


def _check_named(annotation: Any) -> None:
    name, schema_id = annotation.name, annotation.feature_schema_id
    if not (name or schema_id) or not isinstance(name or "", str) or (name is not None and not name.strip()):
        raise AnnotationError(
            f"{type(annotation).__name__}: name is {name!r}; give the ontology's name for it, or a feature_schema_id"
        )


def _check_frame(annotation: Any) -> None:
    if type(annotation.frame) is not int or annotation.frame < 0:
        annotation.frame = as_frame(annotation.frame, _called(annotation))
    index = annotation.segment_index
    if index is not None and (type(index) is not int or index < 0):
        try:
            annotation.segment_index = as_frame(index, _called(annotation))
        except AnnotationError as error:
            raise AnnotationError(
                f"{_called(annotation)}: segment_index is {index!r} at frame {annotation.frame}; "
                "it must be a whole number, 0 or more"
            ) from error


def _check_confidence(annotation: Any) -> None:
    value = annotation.confidence
    if value is not None and (isinstance(value, bool) or not 0 <= _number(value) <= 1):
        raise AnnotationError(f"{type(annotation).__name__}: confidence is {value!r}; it must lie between 0 and 1")


def _check_extra(annotation: Any) -> None:
    extra = annotation.extra
    if extra is None:
        return
    unknown = sorted(set(extra) - {"uuid"})
    if unknown:
        raise AnnotationError(
            f"{type(annotation).__name__}: extra has {', '.join(map(repr, unknown))}, which Labelbox has no place for; "
            "only 'uuid' is written"
        )


def _classifications(annotation: Any, kind: Any) -> tuple[Any, ...] | None:
    given = annotation.classifications
    return None if given is None else _list_of(given, kind, f"{_called_or_class(annotation)}: classifications")


def _called_or_class(annotation: Any) -> str:
    return _called(annotation) if hasattr(annotation, "name") else type(annotation).__name__


def _list_of(value: Any, kind: Any, what: str) -> tuple[Any, ...]:
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Sequence):
        raise AnnotationError(f"{what} must be a list, not {type(value).__name__}")
    for item in value:
        if not isinstance(item, kind):
            raise AnnotationError(f"{what} cannot hold a {type(item).__name__}")
    return tuple(value)


def _number(value: Any) -> float:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.number)):
        raise AnnotationError(f"{value!r} is not a number; give coordinates in pixels")
    return float(value)


def _colour(value: Any, what: str) -> tuple[int, int, int]:
    channels = tuple(value) if isinstance(value, (Sequence, np.ndarray)) and not isinstance(value, str) else ()
    whole = all(isinstance(c, (int, np.integer)) and not isinstance(c, bool) and 0 <= c <= 255 for c in channels)
    if len(channels) != 3 or not whole:
        raise AnnotationError(f"{what}: color_rgb is {value!r}; give three whole numbers from 0 to 255")
    return int(channels[0]), int(channels[1]), int(channels[2])
