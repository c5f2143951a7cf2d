"""Annotations at single frames: answered questions and objects."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from labelferry.errors import AnnotationError
from labelferry.model.frames import LARGEST
from labelferry.types.answers import AnswerValue, ClassificationAnnotation
from labelferry.types.rules import (
    CustomMetrics,
    called,
    check_extra,
    check_frame,
    check_named,
    check_scores,
    classifications_of,
)
from labelferry.types.shapes import Line, Point, Rectangle
from labelferry.types.strict import Strict, refuse_arguments

__all__ = ["VideoClassificationAnnotation", "VideoObjectAnnotation"]


@dataclass(slots=True)
class VideoClassificationAnnotation(Strict):
    """An answered question at one frame; frames of one segment with equal answers become a range."""

    name: str | None = None
    value: AnswerValue = field(kw_only=True)
    frame: int = field(kw_only=True)
    segment_index: int | None = None
    feature_schema_id: str | None = None
    extra: Mapping[str, Any] | None = None
    confidence: float | None = None
    custom_metrics: CustomMetrics = None

    def __post_init__(self) -> None:
        check_named(self)
        if not isinstance(self.value, AnswerValue):
            raise AnnotationError(f"{called(self)}: value must be a Radio, a Checklist or a Text")
        check_frame(self)
        check_scores(self)
        check_extra(self)


@dataclass(slots=True)
class VideoObjectAnnotation:
    """A box, point or line at one frame.

    Args:
        name: the tool's name in the ontology.
        value: Rectangle, Point or Line.
        frame: frame number, from 1.
        keyframe: False for a frame that Labelbox interpolates; it is left out of the line.
        segment_index: number of the stretch in which the object is visible.
        instance: tells this track from others of the same class in the same Label.
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

    if not TYPE_CHECKING:  # refuses as Strict does, in one call; checkers see the dataclass's own

        def __init__(
            self,
            name=None,
            segment_index=None,
            classifications=None,
            feature_schema_id=None,
            extra=None,
            instance=None,
            *,
            value=MISSING,
            frame=MISSING,
            keyframe=MISSING,
            **unknown,
        ) -> None:
            self.name = name
            self.value = value
            self.frame = frame
            self.keyframe = keyframe
            self.segment_index = segment_index
            self.classifications = classifications
            self.feature_schema_id = feature_schema_id
            self.extra = extra
            self.instance = instance
            # Nearly all annotations are seen to be right here, from locals; __post_init__ examines the others.
            timed = type(frame) is int and 0 <= frame <= LARGEST and (keyframe is True or keyframe is False)
            placed = segment_index is None or (type(segment_index) is int and segment_index >= 0)
            plain = feature_schema_id is None and classifications is None and extra is None and not unknown
            named = type(name) is str and name.strip()
            if timed and placed and plain and named and type(value) in SHAPES and type(self) is VideoObjectAnnotation:
                return
            if unknown or value is MISSING or frame is MISSING or keyframe is MISSING:
                refuse_arguments(type(self), unknown, value=value, frame=frame, keyframe=keyframe)
            self.__post_init__()

    def __post_init__(self) -> None:
        if type(self.name) is not str or not self.name.strip() or self.feature_schema_id is not None:
            check_named(self)
        if type(self.value) not in SHAPES:
            raise AnnotationError(
                f"{called(self)}: value must be a Rectangle, a Point or a Line, not {type(self.value).__name__}"
            )
        check_frame(self)
        if self.keyframe is not True and self.keyframe is not False:
            raise AnnotationError(f"{called(self)}: keyframe must be True or False, not {self.keyframe!r}")
        if self.classifications is not None:
            self.classifications = classifications_of(self, ClassificationAnnotation)
        if self.extra is not None:
            check_extra(self)


SHAPES = (Rectangle, Point, Line)
