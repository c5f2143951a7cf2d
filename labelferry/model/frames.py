"""Frame numbers: the one place that turns a source's frames into Labelbox's numbers.

Labelbox counts a video's frames from 1 for tools and for what it exports (seen in its SDK's export fixture, where a
100-frame video has frames 1..100). Ranges of answers are most likely counted the same way (``model/rules.py`` says
why); since public sources disagree, the base is a setting of the spec (``frames.temporal_base``).
"""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labelferry.errors import AnnotationError

__all__ = ["FIRST_FRAME", "Frames", "Span", "as_frame", "coalesce", "contains", "runs", "spans_of"]

FIRST_FRAME = 1
LARGEST = 2**31 - 1
"""No video has more frames; larger numbers are something else, such as a timestamp."""
MOST_DIGITS = 18
"""Maximum length of a frame number given as text."""

Frames = NDArray[np.int64]
PAIRS = (tuple, list, np.ndarray)


class Span(NamedTuple):
    """A range of frames, both ends included."""

    start: int
    end: int


def as_frame(value: object, what: str) -> int:
    """Return ``value`` as a frame number.

    Integral strings and floats are accepted (the guide's mask indexes are strings); booleans, fractions and negative
    numbers are refused.

    Raises:
        AnnotationError: when ``value`` is not a frame number; ``what`` names its owner.
    """
    if type(value) is int and 0 <= value <= LARGEST:
        return value
    number = _integral(value)
    if number is None:
        raise AnnotationError(f"{what}: frame {value!r} is not a whole number; give the frame as an integer")
    if number < 0:
        raise AnnotationError(f"{what}: frame {number} is negative; frames count up from {FIRST_FRAME}")
    if number > LARGEST:
        raise AnnotationError(f"{what}: frame {number} is larger than any video has; give frame numbers, not times")
    return number


def _integral(value: object) -> int | None:
    if isinstance(value, (bool, np.bool_)):
        return None
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, str):
        text = value.strip()
        return int(text) if text.removeprefix("-").isdecimal() and len(text) <= MOST_DIGITS else None
    if isinstance(value, (float, np.floating)) and math.isfinite(value) and float(value).is_integer():
        return int(value)
    return None


def spans_of(value: Iterable[Sequence[object]], what: str) -> tuple[Span, ...]:
    """Return ``(start, end)`` pairs as spans, in the order given.

    Raises:
        AnnotationError: when there are none, a pair is not two frames, or it ends before it starts.
    """
    spans = []
    for pair in value if isinstance(value, Iterable) else [value]:
        if not isinstance(pair, PAIRS) or len(pair) != 2:
            raise AnnotationError(f"{what}: {pair!r} is not a (start, end) pair of frames")
        start, end = as_frame(pair[0], what), as_frame(pair[1], what)
        if start > end:
            raise AnnotationError(f"{what}: the range starts at frame {start} and ends at {end}; swap the two")
        spans.append(Span(start, end))
    if not spans:
        raise AnnotationError(f"{what}: no frames; give at least one (start, end) range")
    return tuple(spans)


def coalesce(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Join spans that overlap or touch, in ascending order: (0, 10), (11, 20) becomes (0, 20)."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start <= joined[-1].end + 1:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return tuple(joined)


def contains(parents: Sequence[Span], child: Span) -> bool:
    """Return whether ``child`` is entirely inside one of the coalesced ``parents``."""
    return any(parent.start <= child.start and child.end <= parent.end for parent in parents)


def runs(frames: Frames) -> NDArray[np.int64]:
    """Number the runs of consecutive frames: [1, 2, 5, 6, 9] becomes [0, 0, 1, 1, 2].

    Args:
        frames: ascending frame numbers, shape [n].
    """
    if not len(frames):
        return np.zeros(0, dtype=np.int64)
    return np.concatenate(([0], np.cumsum(np.diff(frames) != 1))).astype(np.int64)
