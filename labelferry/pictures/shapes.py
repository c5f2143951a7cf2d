"""Tracks, masks and answers -> what is visible of them on one frame.

Labelbox interpolates a track linearly between two keyframes of one segment, and draws nothing between two segments; a
mask is visible on its own frames only.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from labelferry.model import Answer, Classification, Geometry, LabelledVideo, Track
from labelferry.model.frames import FIRST_FRAME, Span, coalesce
from labelferry.model.tracks import Coords

__all__ = ["DrawnLabels", "DrawnShape", "answers_at", "frames_to_show", "ranges_of", "shapes_at"]


@dataclass(frozen=True, slots=True)
class DrawnLabels:
    """The labels of a row to draw.

    Args:
        videos: the labels of each line.
        refused: for each line, whether the service refused it.
        left_out: number of further lines that are not drawn.
        temporal_base: number of the first frame in ranges of answers.
        names: what each line is called, which also tells its colour; by default its class.
    """

    videos: tuple[LabelledVideo, ...]
    refused: tuple[bool, ...]
    left_out: int = 0
    temporal_base: int = FIRST_FRAME
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DrawnShape:
    """A box, point or line on one frame; ``coords`` as in Track, one keyframe of it."""

    geometry: Geometry
    coords: Coords
    name: str
    refused: bool


def shapes_at(content: DrawnLabels, frame: int) -> Iterator[DrawnShape]:
    """Yield the shapes of the tracks on a frame, linearly interpolated between keyframes."""
    for number, (video, refused) in enumerate(zip(content.videos, content.refused, strict=True)):
        for track in video.tracks:
            coords = _coords_at(track, frame)
            if coords is not None:
                name = content.names[number] if content.names else str(track.feature)
                yield DrawnShape(track.geometry, coords, name, refused)


def _coords_at(track: Track, frame: int) -> Coords | None:
    before = int(np.searchsorted(track.frames, frame, side="right")) - 1
    if before < 0:
        return None
    after, here = before + 1, track.points(before)
    if int(track.frames[before]) == frame:
        return here
    if after == len(track) or track.segment[before] != track.segment[after]:
        return None
    there = track.points(after)
    if here.shape != there.shape:
        return here
    part = (frame - int(track.frames[before])) / int(track.frames[after] - track.frames[before])
    return np.asarray(here + (there - here) * part, dtype=np.float64)


def answers_at(content: DrawnLabels, frame: int) -> Iterator[str]:
    """Yield the answers of the row that apply on a frame, as ``question: answer``."""
    number = frame - FIRST_FRAME + content.temporal_base
    for video in content.videos:
        for question in video.classifications:
            said = [str(answer) for answer in question.answers if _holds(answer, number)]
            if said:
                yield f"{question.feature}: {', '.join(said)}"


def _holds(answer: Answer, number: int) -> bool:
    return not answer.spans or any(span.start <= number <= span.end for span in answer.spans)


def frames_to_show(content: DrawnLabels, count: int) -> list[int]:
    """Return up to ``count`` frames with visible labels, spread over the video, in order."""
    masked = _masked(content)
    spans = _spans_to_show(content, masked=bool(masked))
    # Masks are on single frames and get up to half of the places; all of them when nothing else is visible.
    of_masks = min(len(masked), count // 2 if spans else count)
    chosen = {masked[place] for place in _spread(len(masked), of_masks)}
    chosen.update(_nth(spans, place) for place in _spread(sum(map(_length, spans)), count - of_masks))
    return sorted(chosen)


def _masked(content: DrawnLabels) -> list[int]:
    return sorted({frame.frame for video in content.videos for masks in video.masks for frame in masks.frames})


def _spans_to_show(content: DrawnLabels, *, masked: bool) -> Sequence[Span]:
    """Return the spans of tracks; those of answers when nothing is drawn at all; else the first frame."""
    moving = coalesce(span for video in content.videos for track in video.tracks for span in ranges_of(track))
    if moving or masked:
        return moving
    return coalesce(_answered(content)) or (Span(FIRST_FRAME, FIRST_FRAME),)


def _answered(content: DrawnLabels) -> Iterator[Span]:
    shift = FIRST_FRAME - content.temporal_base
    for question in _questions(content.videos):
        for answer in question.answers:
            yield from (Span(span.start + shift, span.end + shift) for span in answer.spans)


def _questions(videos: Iterable[LabelledVideo]) -> Iterator[Classification]:
    for video in videos:
        yield from video.classifications


def ranges_of(track: Track) -> Iterator[Span]:
    """Yield the frames from the first to the last keyframe of each segment."""
    for segment in np.unique(track.segment):
        frames = track.frames[track.segment == segment]
        yield Span(int(frames[0]), int(frames[-1]))


def _spread(total: int, count: int) -> list[int]:
    """Return ``count`` positions among ``total``, each in the middle of its part."""
    if total <= count:
        return list(range(total))
    return [(2 * number + 1) * total // (2 * count) for number in range(count)]


def _nth(spans: Iterable[Span], place: int) -> int:
    for span in spans:
        if place < _length(span):
            return span.start + place
        place -= _length(span)
    raise IndexError(place)


def _length(span: Span) -> int:
    return span.end - span.start + 1
