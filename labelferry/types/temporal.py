"""Questions and texts answered over ranges of frames, nested to any depth."""

from collections.abc import Sequence
from dataclasses import dataclass

from labelferry.types.rules import called, check_named, classifications_of, list_of
from labelferry.types.strict import Strict

__all__ = [
    "TemporalAnnotation",
    "TemporalClassificationAnswer",
    "TemporalClassificationQuestion",
    "TemporalClassificationText",
]


@dataclass(slots=True)
class TemporalClassificationAnswer(Strict):
    """An option, the ranges of frames in which it applies, and the questions nested under it."""

    name: str | None = None
    frames: Sequence[tuple[int, int]] = ()
    classifications: Sequence["TemporalAnnotation"] | None = None
    feature_schema_id: str | None = None

    def __post_init__(self) -> None:
        check_named(self)
        self.classifications = classifications_of(self, TemporalAnnotation)


@dataclass(slots=True)
class TemporalClassificationQuestion(Strict):
    """A radio or checklist question answered over ranges of frames."""

    name: str | None = None
    value: Sequence[TemporalClassificationAnswer] = ()
    classifications: Sequence["TemporalAnnotation"] | None = None
    feature_schema_id: str | None = None

    def __post_init__(self) -> None:
        check_named(self)
        self.value = list_of(self.value, TemporalClassificationAnswer, f"{called(self)}: value")
        self.classifications = classifications_of(self, TemporalAnnotation)


@dataclass(slots=True)
class TemporalClassificationText(Strict):
    """Texts over ranges of frames: ``(start, end, text)``."""

    name: str | None = None
    value: Sequence[tuple[int, int, str]] = ()
    classifications: Sequence["TemporalAnnotation"] | None = None
    feature_schema_id: str | None = None

    def __post_init__(self) -> None:
        check_named(self)
        self.value = list_of(self.value, (tuple, list), f"{called(self)}: value")
        self.classifications = classifications_of(self, TemporalAnnotation)


TemporalAnnotation = TemporalClassificationQuestion | TemporalClassificationText
