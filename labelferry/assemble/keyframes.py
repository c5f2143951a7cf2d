"""Frames that may be left out: those that are not keyframes, if Labelbox's interpolation reproduces them.

Labelbox shows a segment from its first to its last keyframe, moves shapes linearly in between, and keeps an answer
until the next keyframe that changes it.
"""

from collections.abc import Sequence
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from labelferry.errors import AnnotationError
from labelferry.types import Line, Point, Rectangle, VideoObjectAnnotation

__all__ = ["check_left_out"]

KEYFRAME = attrgetter("keyframe")
TOLERANCE = 0.5
"""Tolerance in pixels: an interpolated frame that was rounded to whole pixels is still the same."""


def check_left_out(
    group: Sequence[VideoObjectAnnotation], order: NDArray[np.intp], segments: NDArray[np.int64], what: str
) -> list[int]:
    """Return which annotations are keyframes, in order; refuse others whose content these do not reproduce.

    Raises:
        AnnotationError: with the frame and the segment.
    """
    ordered: list[int] = order.tolist()
    if all(map(KEYFRAME, group)):
        return ordered
    for members in np.split(order, np.flatnonzero(np.diff(segments[order])) + 1):
        _check_segment([group[at] for at in members.tolist()], f"{what}, segment {int(segments[members[0]])}")
    return [at for at in ordered if group[at].keyframe]


def _check_segment(members: list[VideoObjectAnnotation], what: str) -> None:
    keyframes = [member for member in members if member.keyframe]
    if not keyframes:
        raise AnnotationError(f"{what}: no keyframe at all; set keyframe=True on its first and last frame")
    starts = [member.frame for member in keyframes]
    for member in members:
        if member.keyframe:
            continue
        after = int(np.searchsorted(starts, member.frame, side="right"))
        if after == 0 or (after == len(starts) and member.frame != starts[-1]):
            raise AnnotationError(
                f"{what}: frame {member.frame} lies outside its keyframes {starts[0]} to {starts[-1]} and would "
                "be lost; make it a keyframe"
            )
        _check_between(member, keyframes[after - 1], keyframes[min(after, len(keyframes) - 1)], what)


def _check_between(
    member: VideoObjectAnnotation, before: VideoObjectAnnotation, after: VideoObjectAnnotation, what: str
) -> None:
    have, low, high = _flat(member), _flat(before), _flat(after)
    span = after.frame - before.frame
    share = (member.frame - before.frame) / span if span else 0.0
    same = have.shape == low.shape == high.shape and bool(
        np.all(np.abs(low + (high - low) * share - have) <= TOLERANCE)
    )
    if not same:
        raise AnnotationError(
            f"{what}: the shape at frame {member.frame} is not what its keyframes interpolate to and would be lost; "
            "make it a keyframe"
        )
    if member.classifications and repr(member.classifications) != repr(before.classifications):
        raise AnnotationError(
            f"{what}: the classifications at frame {member.frame} change there and would be lost; make it a keyframe"
        )


def _flat(annotation: VideoObjectAnnotation) -> NDArray[np.float64]:
    value = annotation.value
    match value:
        case Rectangle():
            points: Sequence[Point] = (value.start, value.end)
        case Line():
            points = value.points
        case _:
            points = (value,)
    return np.array([(point.x, point.y) for point in points], dtype=np.float64)
