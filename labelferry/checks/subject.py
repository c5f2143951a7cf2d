"""What is known besides the labels, and what the checks have in common."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from labelferry.model.answers import Answer, Classification
from labelferry.model.feature import Feature
from labelferry.model.findings import Finding, on
from labelferry.model.frames import FIRST_FRAME, Span, coalesce
from labelferry.model.keys import identity
from labelferry.model.media import Media
from labelferry.model.video import LabelledVideo, RowRef
from labelferry.ontology.tree import Ontology

__all__ = [
    "Facts",
    "PlacedClassification",
    "RowCheck",
    "Stage",
    "answered",
    "by_row",
    "each_video",
    "groups",
    "shown",
    "whole_row",
]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known besides the labels.

    Args:
        ontology: None when there is none yet: rules that need one are left out.
        media: facts about each video, by the identity of its global key.
        temporal_base: the number of a video's first frame in ranges of answers.
        rows: global keys of the manifest by their identity, None when it is not known.
    """

    ontology: Ontology | None
    media: Mapping[str, Media]
    temporal_base: int = FIRST_FRAME
    rows: Mapping[str, str] | None = None

    def media_of(self, row: RowRef) -> Media:
        """Return the facts about the video of a row."""
        return self.media.get(identity(row.global_key or ""), Media())


RowCheck = Callable[[Sequence[LabelledVideo]], Iterable[Finding]]
"""Checks all labels of one row."""

Stage = Callable[[Facts], RowCheck]
"""The checks of one family of rules, or some of them, given the facts."""


def by_row(videos: Iterable[LabelledVideo]) -> Iterable[list[LabelledVideo]]:
    """Return the labels of each row together, whatever its key's spelling."""
    rows: dict[str, list[LabelledVideo]] = {}
    for video in videos:
        rows.setdefault(video.row.identity, []).append(video)
    return rows.values()


def each_video(check: Callable[[LabelledVideo], Iterable[Finding]]) -> RowCheck:
    """Return a check of a row that looks at its videos one by one."""
    return lambda videos: (finding for video in videos for finding in on(video.row, check(video)))


def whole_row(check: RowCheck) -> RowCheck:
    """Return a check of a row whose findings are about all of it."""
    return lambda videos: on(videos[0].row, check(videos))


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
