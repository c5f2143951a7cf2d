"""Answered questions: radio, checklist and text, nested to any depth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from labelferry.errors import AnnotationError
from labelferry.types.rules import (
    CustomMetrics,
    called,
    check_extra,
    check_named,
    check_scores,
    classifications_of,
    list_of,
)
from labelferry.types.strict import Strict

__all__ = ["AnswerValue", "Checklist", "ClassificationAnnotation", "ClassificationAnswer", "Radio", "Text"]


@dataclass(slots=True)
class ClassificationAnswer(Strict):
    """An option chosen, with the questions nested under it."""

    name: str | None = None
    feature_schema_id: str | None = None
    confidence: float | None = None
    custom_metrics: CustomMetrics = None
    classifications: Sequence["ClassificationAnnotation"] | None = None

    def __post_init__(self) -> None:
        check_named(self)
        check_scores(self)
        self.classifications = classifications_of(self, ClassificationAnnotation)


@dataclass(slots=True)
class Radio(Strict):
    """Exactly one option."""

    answer: ClassificationAnswer
    confidence: float | None = None
    custom_metrics: CustomMetrics = None

    def __post_init__(self) -> None:
        if not isinstance(self.answer, ClassificationAnswer):
            raise AnnotationError("Radio: answer must be one ClassificationAnswer")
        check_scores(self)


@dataclass(slots=True)
class Checklist(Strict):
    """One or more options."""

    answer: Sequence[ClassificationAnswer]
    confidence: float | None = None
    custom_metrics: CustomMetrics = None

    def __post_init__(self) -> None:
        self.answer = list_of(self.answer, ClassificationAnswer, "Checklist: answer")
        if not self.answer:
            raise AnnotationError("Checklist: no answer; give at least one or leave the annotation out")
        check_scores(self)


@dataclass(slots=True)
class Text(Strict):
    """Free text, with the questions nested under it."""

    answer: str
    confidence: float | None = None
    custom_metrics: CustomMetrics = None
    classifications: Sequence["ClassificationAnnotation"] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.answer, str) or not self.answer.strip():
            raise AnnotationError(f"Text: answer is {self.answer!r}; give some text, or leave the annotation out")
        check_scores(self)
        self.classifications = classifications_of(self, ClassificationAnnotation)


AnswerValue = Radio | Checklist | Text


@dataclass(slots=True)
class ClassificationAnnotation(Strict):
    """An answered question about the whole video, or, inside an object, about the object."""

    name: str | None = None
    value: AnswerValue = field(kw_only=True)
    feature_schema_id: str | None = None
    extra: Mapping[str, Any] | None = None
    confidence: float | None = None
    custom_metrics: CustomMetrics = None

    def __post_init__(self) -> None:
        check_named(self)
        if not isinstance(self.value, AnswerValue):
            raise AnnotationError(f"{called(self)}: value must be a Radio, a Checklist or a Text")
        check_scores(self)
        check_extra(self)
