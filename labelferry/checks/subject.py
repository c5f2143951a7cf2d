"""The subject of the checks."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from labelferry.model.answers import Answer, Classification
from labelferry.model.feature import Feature
from labelferry.model.findings import Finding
from labelferry.model.frames import FIRST_FRAME, Span, coalesce
from labelferry.model.keys import identity
from labelferry.model.media import Media
from labelferry.model.video import LabelledVideo, RowRef
from labelferry.ontology.tree import Ontology

__all__ = ["Family", "PlacedClassification", "Subject", "answered", "groups", "shown"]


@dataclass(frozen=True, slots=True)
class Subject:
    """All labels with what is known about them.

    Args:
        videos: the labels.
        ontology: None when there is none yet: rules that need one are left out.
        media: facts about each video, by canonical global key.
        temporal_base: the number of a video's first frame in ranges of answers.
        rows: global keys of the manifest by their identity, None when it is not known.
    """

    videos: Sequence[LabelledVideo]
    ontology: Ontology | None
    media: Mapping[str, Media]
    temporal_base: int = FIRST_FRAME
    rows: Mapping[str, str] | None = None

    def media_of(self, row: RowRef) -> Media:
        """Return the facts about the video of a row."""
        return self.media.get(identity(row.global_key or ""), Media())

    def by_row(self) -> Iterable[list[LabelledVideo]]:
        """Return the labels of each row together, whatever its key's spelling."""
        rows: dict[str, list[LabelledVideo]] = {}
        for video in self.videos:
            key = identity(video.row.global_key) if video.row.global_key else video.row.key
            rows.setdefault(key, []).append(video)
        return rows.values()


Family = Callable[[Subject], Iterable[Finding]]
"""The checks of one family of rules."""


@dataclass(frozen=True, slots=True)
class PlacedClassification:
    """A classification in its place.

    Args:
        asked: the classification.
        path: the names above it, for messages.
        parent: the answer that it is nested in, if any.
    """

    asked: Classification
    path: str
    parent: Answer | None = None

    def __str__(self) -> str:
        return f"{self.path}'{self.asked.feature}'"

    def inside(self, answer: Answer) -> "list[PlacedClassification]":
        """Return the classifications nested in one of the answers."""
        return [PlacedClassification(one, f"{self} > '{answer}' > ", answer) for one in answer.classifications]


def groups(video: LabelledVideo) -> Iterator[tuple[Feature, list[PlacedClassification]]]:
    """Yield the sub-classifications of each keyframe, whole track and mask instance, with their tool."""
    for track in video.tracks:
        if track.classifications:
            yield track.feature, _under(f"'{track.feature}'", track.classifications)
        for keyframe, classifications in track.answers.items():
            yield track.feature, _under(f"'{track.feature}' frame {int(track.frames[keyframe])}", classifications)
    for masks in video.masks:
        for instance in masks.instances:
            yield instance.feature, _under(f"'{instance.feature}'", instance.classifications)


def _under(path: str, classifications: Iterable[Classification]) -> list[PlacedClassification]:
    return [PlacedClassification(one, f"{path} > ") for one in classifications]


def answered(video: LabelledVideo) -> Iterator[PlacedClassification]:
    """Yield every classification of a video at every depth, parents first."""
    for classification in video.classifications:
        yield from _deep(PlacedClassification(classification, ""))
    for _, group in groups(video):
        for one in group:
            yield from _deep(one)


def _deep(answered: PlacedClassification) -> Iterator[PlacedClassification]:
    yield answered
    for answer in answered.asked.answers:
        for inner in answered.inside(answer):
            yield from _deep(inner)


def shown(spans: Iterable[Span]) -> str:
    """Return spans as text."""
    return ", ".join(f"{span.start}-{span.end}" for span in coalesce(spans))
