"""Radio, Checklist and Text values -> questions and answers, nested to any depth."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from labelferry.errors import AnnotationError
from labelferry.model import Answer, AnswerKind, Classification, Feature, Where
from labelferry.types import (
    Checklist,
    ClassificationAnnotation,
    ClassificationAnswer,
    Radio,
    Text,
    VideoClassificationAnnotation,
)

__all__ = [
    "answers_of",
    "feature_of",
    "global_classification",
    "metrics_of",
    "one_value",
    "question_of",
    "sub_classifications",
    "uuid_of",
]


def global_classification(annotation: ClassificationAnnotation, where: Where) -> Classification:
    """Return the answered question of a whole video, which becomes a line."""
    return replace(_classification(annotation, where), uuid=uuid_of(annotation))


def _classification(annotation: ClassificationAnnotation, where: Where) -> Classification:
    value, what = annotation.value, f"{where}: '{annotation.name or annotation.feature_schema_id}'"
    return Classification(
        feature=feature_of(annotation),
        question=question_of(value),
        answers=answers_of(value, where),
        where=where,
        confidence=one_value([annotation.confidence, value.confidence], "confidence", what),
        custom_metrics=metrics_of(one_value([annotation.custom_metrics, value.custom_metrics], "custom_metrics", what)),
    )


QUESTIONS = {Radio: AnswerKind.RADIO, Checklist: AnswerKind.CHECKLIST, Text: AnswerKind.TEXT}


def question_of(value: Radio | Checklist | Text) -> AnswerKind:
    """Return the kind of a value's answers; a user's subclass counts as its base."""
    return next(question for kind, question in QUESTIONS.items() if isinstance(value, kind))


def answers_of(value: Radio | Checklist | Text, where: Where) -> tuple[Answer, ...]:
    """Return the answers of a value, without frames."""
    if isinstance(value, Text):
        return (Answer(text=value.answer, classifications=sub_classifications(value.classifications, where)),)
    options = (value.answer,) if isinstance(value, Radio) else value.answer
    return tuple(_option(option, where) for option in options)


def _option(option: ClassificationAnswer, where: Where) -> Answer:
    return Answer(
        feature=feature_of(option),
        classifications=sub_classifications(option.classifications, where),
        confidence=option.confidence,
        custom_metrics=metrics_of(option.custom_metrics),
    )


def sub_classifications(given: Sequence[ClassificationAnnotation] | None, where: Where) -> tuple[Classification, ...]:
    """Return nested questions at all levels; they are not lines of their own and have no uuid."""
    return tuple(_classification(annotation, where) for annotation in given or ())


def feature_of(annotation: Any) -> Feature:
    """Return the name and schema id of an annotation, an answer or a mask instance."""
    return Feature(annotation.name, annotation.feature_schema_id)


def uuid_of(annotation: Any) -> str | None:
    """Return the line id that the caller gave an annotation."""
    uuid = (annotation.extra or {}).get("uuid")
    return None if uuid is None else str(uuid)


def metrics_of(given: Sequence[Mapping[str, Any]] | None) -> tuple[Mapping[str, Any], ...]:
    """Return a copy of the custom metrics."""
    return tuple(dict(metric) for metric in given or ())


def one_value(given: Sequence[Any], name: str, what: str) -> Any:
    """Return the value that all that have one agree on, or None.

    Raises:
        AnnotationError: when two differ: the line has room for one.
    """
    values = [value for value in given if value is not None]
    if any(value != values[0] for value in values):
        raise AnnotationError(f"{what}: {name} is both {values[0]!r} and {values[-1]!r}; one line can have only one")
    return values[0] if values else None


def same_annotation(group: Sequence[VideoClassificationAnnotation], name: str, what: str) -> Any:
    """Return the value that all annotations of a group have under ``name``.

    Raises:
        AnnotationError: when they differ.
    """
    values = [getattr(annotation, name) for annotation in group]
    if any(value != values[0] for value in values):
        raise AnnotationError(
            f"{what}: {name} changes over the frames, and one line can have only one; put it on the answers instead"
        )
    return values[0]
