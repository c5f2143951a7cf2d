"""Frame ranges: ``[{"start": 29, "end": 35}]``, both ends inclusive.

Public sources disagree on whether ranges of classifications count from 0 or, like keyframes, from 1, so both are
accepted unless a test settles it.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

Span = tuple[int, int]
MOST_FRAMES = 20_000
"""Frames of the longest video, as documented: the bound of one whose length is not known, so exports stay small."""


def is_frame(value: object) -> bool:
    """Return whether a value is a whole number (JSON's true is not)."""
    return isinstance(value, int) and not isinstance(value, bool)


class Limits(NamedTuple):
    """The frames that ranges may contain, both included."""

    first: int = 0
    last: int = MOST_FRAMES


ANY = Limits()


def limits(frame_count: int, base: int | None) -> Limits:
    """Return the limits of ranges in a video; ``base`` is the number of its first frame, None for either."""
    return Limits(base or 0, frame_count - (base == 0))


def faults(frames: object, allowed: Limits) -> Iterator[str]:
    """Yield what is wrong with a list of ranges."""
    if not isinstance(frames, list) or not frames:
        yield "frames must be a list of at least one {start, end}"
        return
    for entry in frames:
        yield from _entry_faults(entry, allowed)


def _entry_faults(entry: object, allowed: Limits) -> Iterator[str]:
    if not isinstance(entry, dict) or not (is_frame(entry.get("start")) and is_frame(entry.get("end"))):
        yield f"A frame range needs whole numbers for start and end, not {entry}"
        return
    start, end = entry["start"], entry["end"]
    if start < allowed.first:
        yield f"Frame {start} is before the first frame"
    if start > end:
        yield f"Frame range starts after its end: {start} > {end}"
    if end > allowed.last:
        yield f"Frame {end} is beyond the last frame, {allowed.last}"


def read(frames: list[dict[str, Any]]) -> list[Span]:
    """Return valid ranges as pairs."""
    return [(entry["start"], entry["end"]) for entry in frames]


def joined(spans: Iterable[Span]) -> list[Span]:
    """Return the same frames in as few ranges as possible, in order."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def numbers(spans: Iterable[Span]) -> list[int]:
    """Return every frame of some ranges, in order."""
    return [frame for start, end in joined(spans) for frame in range(start, end + 1)]


def outside(child: Iterable[Span], parent: Iterable[Span]) -> list[Span]:
    """Return the ranges of a child that its parent does not cover."""
    cover = joined(parent)
    return [(start, end) for start, end in child if not any(a <= start and end <= b for a, b in cover)]


def overlap(one: Iterable[Span], other: Iterable[Span]) -> Span | None:
    """Return the first frames that two lists of ranges share, or None."""
    others = list(other)
    for start, end in one:
        for a, b in others:
            if max(start, a) <= min(end, b):
                return max(start, a), min(end, b)
    return None
