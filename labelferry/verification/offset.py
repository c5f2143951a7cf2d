"""Labels that differ, read one frame earlier or later -> whether that is all that is wrong with them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from labelferry.model.frames import Span
from labelferry.verification.compare import compare
from labelferry.verification.content import Content, Thing
from labelferry.verification.result import Part

__all__ = ["offset_of"]

V = TypeVar("V")


Offset = Mapping[Part, int]
SUSPECTS: tuple[Offset, ...] = tuple(
    dict.fromkeys(parts, frames) for parts in ([Part.ANSWERS], [Part.OBJECTS], [*Part]) for frames in (1, -1)
)


def offset_of(row: str, sent: Content, held: Content, tolerance: float) -> Offset:
    """Return by how many frames what is held stands later than it was sent, where nothing else differs; else nothing.

    Args:
        row: global key.
        sent: what should be there.
        held: what is there, and differs.
        tolerance: pixels within which coordinates agree.
    """
    found = (each for each in SUSPECTS if not compare(row, sent, _earlier(held, each), tolerance).differs)
    return next(found, {})


def _earlier(content: Content, by: Offset) -> Content:
    objects, answers = by.get(Part.OBJECTS, 0), by.get(Part.ANSWERS, 0)
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
