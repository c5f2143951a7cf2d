"""Classifications: questions answered by options or text, for a whole video or for ranges of its frames."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from labelferry.errors import AnnotationError
from labelferry.model.feature import Feature, Where
from labelferry.model.frames import Span

__all__ = ["Answer", "Classification", "Question"]


class Question(StrEnum):
    """How a question is answered.

    ``TEMPORAL`` is a list of options with frames that may stand for a radio or a checklist: the temporal classes and
    Labelbox's own lines do not say which, only the ontology does.
    """

    RADIO = "radio"
    CHECKLIST = "checklist"
    TEXT = "text"
    TEMPORAL = "temporal"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: an option (``feature``) or a text, with the ranges of frames where it holds.

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

    Raises:
        AnnotationError: when there is no answer, an answer is empty or of the wrong sort, or only some have frames.
    """

    feature: Feature
    question: Question
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
        if len(self.answers) > 1 and not self.framed and self.question in (Question.TEXT, Question.RADIO):
            raise AnnotationError(f"{self}: {len(self.answers)} answers at once; a {self.question} takes one")
        with_frames = {bool(answer.spans) for answer in self.answers}
        if len(with_frames) > 1:
            raise AnnotationError(f"{self}: some answers have frames and some have none; give them to all or to none")

    def __str__(self) -> str:
        return f"{self.where}: {self.question} '{self.feature}'"

    @property
    def framed(self) -> bool:
        """Whether the answers hold for ranges of frames."""
        return bool(self.answers[0].spans)

    def _check(self, answer: Answer) -> None:
        if self.question is Question.TEXT:
            if answer.feature is not None or not answer.text:
                raise AnnotationError(f"{self}: an empty text; give some text or leave the annotation out")
        elif answer.feature is None or answer.text is not None:
            raise AnnotationError(f"{self}: an option has no name; name it as the ontology does")
