"""Lines of a row -> when each of its tracks, masks and answers is there: bars on one scale of frames."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from labelferry.listing import counted
from labelferry.model import LabelledVideo
from labelferry.model.frames import FIRST_FRAME, Span, coalesce
from labelferry.pictures.shapes import DrawnLabels, ranges_of

__all__ = ["TimeLine", "time_lines"]

MOST_LINES, MOST_SPANS = 40, 200


@dataclass(frozen=True, slots=True)
class TimeLine:
    """When one thing is there.

    Args:
        name: of the track, the masks, or a question and its answer.
        text: its number of keyframes, or what it is.
        spans: the frames, counted from 1, in order; empty for an answer about the whole video.
        line: position of the line that it is of.
    """

    name: str
    text: str
    spans: tuple[Span, ...]
    line: int


def time_lines(content: DrawnLabels) -> tuple[list[TimeLine], int]:
    """Return the first time lines of a row's labels, and the number of the others."""
    every = _all(content)
    shown = list(islice(every, MOST_LINES))
    return shown, sum(1 for _ in every)


def _all(content: DrawnLabels) -> Iterator[TimeLine]:
    for number, video in enumerate(content.videos):
        name = content.names[number] if content.names else ""
        yield from _of_tracks(video, name, number)
        yield from _of_masks(video, number)
        yield from _of_answers(video, number, FIRST_FRAME - content.temporal_base)


def _of_tracks(video: LabelledVideo, name: str, number: int) -> Iterator[TimeLine]:
    for track in video.tracks:
        spans = _bounded(ranges_of(track))
        yield TimeLine(name or str(track.feature), counted(len(track), "keyframe"), spans, number)


def _of_masks(video: LabelledVideo, number: int) -> Iterator[TimeLine]:
    for masks in video.masks:
        spans = _bounded(Span(each.frame, each.frame) for each in masks.frames)
        name = ", ".join(dict.fromkeys(str(each.feature) for each in masks.instances))
        yield TimeLine(name, counted(len(masks.frames), "mask frame"), spans, number)


def _of_answers(video: LabelledVideo, number: int, shift: int) -> Iterator[TimeLine]:
    for question in video.classifications:
        for answer in question.answers:
            spans = _bounded(Span(span.start + shift, span.end + shift) for span in answer.spans)
            text = counted(len(answer.spans), "range") if spans else "whole video"
            yield TimeLine(f"{question.feature}: {answer}", text, spans, number)


def _bounded(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Join spans, first those that touch, then the nearest, until they are few enough to draw."""
    joined: Sequence[Span] = coalesce(spans)
    while len(joined) > MOST_SPANS:
        joined = [Span(one.start, other.end) for one, other in _pairs(joined)]
    return tuple(joined)


def _pairs(spans: Sequence[Span]) -> Iterator[tuple[Span, Span]]:
    for at in range(0, len(spans), 2):
        yield spans[at], spans[min(at + 1, len(spans) - 1)]
