"""Differing labels, shifted by one frame -> whether that is the only difference."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from labelferry.model.frames import Span
from labelferry.verification.compare import compare
from labelferry.verification.content import RowContent, Thing
from labelferry.verification.result import CountedPart

__all__ = ["offset_of"]

V = TypeVar("V")


Offset = Mapping[CountedPart, int]
SUSPECTS: tuple[Offset, ...] = tuple(
    dict.fromkeys(parts, frames)
    for parts in ([CountedPart.ANSWERS], [CountedPart.OBJECTS], [*CountedPart])
    for frames in (1, -1)
)


def offset_of(row: str, sent: RowContent, held: RowContent, tolerance: float) -> Offset:
    """Return by how many frames the held content is later than it was sent, if nothing else differs.

    Args:
        row: global key.
        sent: the expected content.
        held: the actual content, which differs.
        tolerance: pixels within which coordinates agree.
    """
    found = (each for each in SUSPECTS if not compare(row, sent, _earlier(held, each), tolerance).differs)
    return next(found, {})


def _earlier(content: RowContent, by: Offset) -> RowContent:
    objects, answers = by.get(CountedPart.OBJECTS, 0), by.get(CountedPart.ANSWERS, 0)
    return replace(
        content,
        things=[_moved(thing, -objects) for thing in content.things],
        answers={
            path: replace(answer, spans=[*_spans(answer.spans, -answers)], unsure=[*_spans(answer.unsure, -answers)])
            for path, answer in content.answers.items()
        },
    )


def _moved(thing: Thing, by: int) -> Thing:
    return replace(
        thing,
        keyframes=_frames(thing.keyframes, by),
        ranges=thing.ranges and tuple(_spans(thing.ranges, by)),
        answers=_frames(thing.answers, by),
        between=_frames(thing.between, by),
    )


def _frames(by_frame: Mapping[int, V], by: int) -> dict[int, V]:
    return {frame + by: value for frame, value in by_frame.items()}


def _spans(spans: Iterable[Span], by: int) -> Iterator[Span]:
    return (Span(span.start + by, span.end + by) for span in spans)
