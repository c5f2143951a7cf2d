"""Classifications: questions answered by options or text, for a whole video or for ranges of its frames."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from labelferry.errors import AnnotationError
from labelferry.model.feature import Feature, Where, refuse_blank
from labelferry.model.frames import LARGEST, Span, spans_of

__all__ = ["Answer", "AnswerKind", "Classification"]


class AnswerKind(StrEnum):
    """How a question is answered.

    ``TEMPORAL`` is a list of options with frames that may be a radio's or a checklist's: the temporal classes and
    Labelbox's own lines do not say which, only the ontology does.
    """

    RADIO = "radio"
    CHECKLIST = "checklist"
    TEXT = "text"
    TEMPORAL = "temporal"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: an option (``feature``) or a text, with the ranges of frames to which it applies.

    ``spans`` is empty for an answer about the whole video, or inside a keyframe.
    """

    feature: Feature | None = None
    text: str | None = None
    spans: tuple[Span, ...] = ()
    classifications: tuple["Classification", ...] = ()
    confidence: float | None = None
    custom_metrics: tuple[Mapping[str, Any], ...] = ()

    def __str__(self) -> str:
        return str(self.feature) if self.feature else repr(self.text)


@dataclass(frozen=True, slots=True)
class Classification:
    """A question and its answers.

    Args:
        feature: the question.
        question: how it is answered.
        answers: one or more.
        where: its place in the user's files.
        confidence: of the question as a whole.
        custom_metrics: of the question as a whole, each a mapping of ``name`` and ``value``.
        uuid: the caller's own line id; only for a question that is a line of its own.

    Raises:
        AnnotationError: when there is no answer, an answer is blank or of the wrong kind, only some have frames, or a
            score is not a number.
    """

    feature: Feature
    question: AnswerKind
    answers: tuple[Answer, ...]
    where: Where
    confidence: float | None = None
    custom_metrics: tuple[Mapping[str, Any], ...] = ()
    uuid: str | None = None

    def __post_init__(self) -> None:
        if not self.answers:
            raise AnnotationError(f"{self}: no answer; give at least one or leave the annotation out")
        for answer in self.answers:
            self._check(answer)
        if len(self.answers) > 1 and not self.framed and self.question in (AnswerKind.TEXT, AnswerKind.RADIO):
            raise AnnotationError(f"{self}: {len(self.answers)} answers at once; a {self.question} takes one")
        _check_scores(self.confidence, self.custom_metrics, self)
        refuse_blank(self.uuid, "uuid", self)
        with_frames = {bool(answer.spans) for answer in self.answers}
        if len(with_frames) > 1:
            raise AnnotationError(f"{self}: some answers have frames and some have none; give them to all or to none")

    def __str__(self) -> str:
        return f"{self.where}: {self.question} '{self.feature}'"

    @property
    def framed(self) -> bool:
        """Whether the answers apply to ranges of frames."""
        return bool(self.answers[0].spans)

    def _check(self, answer: Answer) -> None:
        if self.question is AnswerKind.TEXT:
            self._check_text(answer)
        elif answer.feature is None or answer.text is not None:
            raise AnnotationError(f"{self}: an option has no name; name it as the ontology does")
        if wrong := [span for span in answer.spans if not 0 <= span.start <= span.end <= LARGEST]:
            spans_of(wrong, str(self))
        _check_scores(answer.confidence, answer.custom_metrics, self)

    def _check_text(self, answer: Answer) -> None:
        if answer.feature is not None or not (answer.text or "").strip():
            raise AnnotationError(f"{self}: an empty text; give some text or leave the annotation out")
        if not answer.spans and (answer.confidence is not None or answer.custom_metrics):
            raise AnnotationError(f"{self}: a text without frames has no scores of its own; give them to the question")


def _check_scores(confidence: float | None, metrics: Sequence[Mapping[str, Any]], of: Classification) -> None:
    if confidence is not None and not _is_number(confidence):
        raise AnnotationError(f"{of}: confidence is {confidence!r}; give a finite number")
    for metric in metrics:
        if metric.keys() != {"name", "value"} or not _is_number(metric["value"]):
            raise AnnotationError(f"{of}: custom metric {dict(metric)!r}; give a name and a value, a finite number")
        refuse_blank(metric["name"], "name of a custom metric", of)


def _is_number(value: object) -> bool:
    """Return whether it is a JSON number; booleans are not."""
    return type(value) is int or (type(value) is float and math.isfinite(value))
