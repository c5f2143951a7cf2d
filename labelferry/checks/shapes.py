"""Shapes -> boxes with an area, inside the picture."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from labelferry.checks.subject import Facts, RowCheck, each_video
from labelferry.model.findings import Finding
from labelferry.model.media import Media
from labelferry.model.rule import Rule
from labelferry.model.rules import ShapeRule
from labelferry.model.tracks import Coords, Geometry, Track
from labelferry.model.video import LabelledVideo

__all__ = ["check"]

LARGEST_FRACTION = 2.0
"""Fractions may lie a little outside the picture; no box of two pixels is meant."""

ChosenFrames = NDArray[np.bool_]
"""Mask over the keyframes of a track, true for those that break a rule."""


def check(facts: Facts) -> RowCheck:
    """Check shapes."""
    return each_video(lambda video: _video(video, facts.media_of(video.row)))


def _video(video: LabelledVideo, media: Media) -> Iterator[Finding]:
    partly: list[tuple[Track, ChosenFrames]] = []
    for track in video.tracks:
        if track.geometry is Geometry.BOX:
            flat = (track.coords[:, 2] <= 0) | (track.coords[:, 3] <= 0)
            yield from _found(ShapeRule.BOX_WITHOUT_AREA, track, flat)
        outside = _outside(track, media)
        if outside is not None:
            yield from _found(ShapeRule.SHAPE_OUTSIDE, track, outside[0], _picture(media))
            partly += [(track, outside[1])] if outside[1].any() else []
    yield from _partly_outside(partly, media)
    yield from _fractions(video)


def _found(rule: Rule, track: Track, chosen: ChosenFrames, picture: str = "") -> Iterator[Finding]:
    if chosen.any():
        first = int(np.argmax(chosen))
        yield rule.at(
            track.where_of(first),
            frame=int(track.frames[first]),
            track=track.instance,
            feature=track.feature,
            count=int(np.count_nonzero(chosen)),
            picture=picture,
        )


def _partly_outside(partly: list[tuple[Track, ChosenFrames]], media: Media) -> Iterator[Finding]:
    """Yield one finding for all tracks: shapes at the edge are common, and rarely a mistake."""
    if partly:
        track, chosen = partly[0]
        first = int(np.argmax(chosen))
        yield ShapeRule.SHAPE_PARTLY_OUTSIDE.at(
            track.where_of(first),
            frame=int(track.frames[first]),
            track=track.instance,
            feature=track.feature,
            count=sum(int(np.count_nonzero(each)) for _, each in partly),
            tracks=len(partly),
            picture=_picture(media),
        )


def _fractions(video: LabelledVideo) -> Iterator[Finding]:
    """Boxes that all lie inside one pixel are fractions of the picture."""
    boxes = [track.coords for track in video.tracks if track.geometry is Geometry.BOX]
    if boxes and all(_within_pixel(coords) for coords in boxes):
        yield ShapeRule.SHAPES_LIKE_FRACTIONS.at(
            video.where, count=sum(len(coords) for coords in boxes), video=video.row
        )


def _within_pixel(coords: Coords) -> bool:
    small = np.abs(coords) <= LARGEST_FRACTION
    return bool(small.all() and (coords[:, 2:] > 0).all() and (coords != np.floor(coords)).any())


def _outside(track: Track, media: Media) -> tuple[ChosenFrames, ChosenFrames] | None:
    """Return which keyframes are wholly and which partly outside the picture; None when none is.

    An unknown size has no far edge.
    """
    low, high = _corners(track)
    far = np.array([media.width or np.inf, media.height or np.inf])
    if low.min() >= 0 and (high.max(axis=0) <= far).all():
        return None
    wholly: ChosenFrames = np.any((high < 0) | (low > far), axis=1)
    partly: ChosenFrames = np.any((low < 0) | (high > far), axis=1) & ~wholly
    return wholly, partly


def _corners(track: Track) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the least and the largest x and y of each keyframe, shape [n, 2]; a box may have a negative size."""
    if track.geometry is Geometry.BOX:
        low, size = track.coords[:, :2], track.coords[:, 2:]
        return np.minimum(low, low + size), np.maximum(low, low + size)
    if track.offsets is None:
        return track.coords, track.coords
    starts = track.offsets[:-1]
    return np.minimum.reduceat(track.coords, starts), np.maximum.reduceat(track.coords, starts)


def _picture(media: Media) -> str:
    return f"the picture ({media.width}x{media.height})" if media.width and media.height else "the picture"
