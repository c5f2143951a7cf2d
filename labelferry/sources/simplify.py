"""Tracks with fewer keyframes: those that Labelbox's linear interpolation returns are left out.

Labelbox interpolates linearly between the keyframes of a segment, so a keyframe is needed where it is off the straight
line, in time, between its neighbours. The keyframes are chosen as Ramer, Douglas and Peucker do for lines:
https://en.wikipedia.org/wiki/Ramer-Douglas-Peucker_algorithm.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from labelferry.model.tracks import Coords, Geometry, Track
from labelferry.model.video import LabelledVideo

__all__ = ["Simplify", "simplified"]


class Simplify(BaseModel):
    """Leave out keyframes of boxes and points that linear interpolation returns."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tolerance: float = Field(
        ge=0, allow_inf_nan=False, description="How far off a returned coordinate may be, in pixels"
    )


def simplified(video: LabelledVideo, rule: Simplify) -> LabelledVideo:
    """Return a video whose tracks have no more keyframes than they need; lines and keyframes with answers stay."""
    return replace(video, tracks=tuple(_track(track, rule.tolerance) for track in video.tracks))


def _track(track: Track, tolerance: float) -> Track:
    if track.geometry is Geometry.LINE:
        return track
    kept = _needed(track, tolerance)
    if kept.all():
        return track
    rows = np.flatnonzero(kept)
    positions = {int(row): at for at, row in enumerate(rows)}
    return replace(
        track,
        frames=track.frames[rows],
        coords=track.coords[rows],
        segment=track.segment[rows],
        answers={positions[at]: group for at, group in track.answers.items()},
        places=None if track.places is None else track.places[rows],
    )


def _needed(track: Track, tolerance: float) -> NDArray[np.bool_]:
    """Which keyframes stay: the ends of segments, those with answers, and what interpolation would not return."""
    kept = np.zeros(len(track), dtype=bool)
    changes = np.flatnonzero(np.diff(track.segment))
    kept[[0, len(track) - 1, *changes, *(changes + 1), *track.answers]] = True
    fixed = np.flatnonzero(kept)
    spans = list(zip(fixed[:-1].tolist(), fixed[1:].tolist(), strict=True))
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        off = _off(track.frames[first : last + 1], track.coords[first : last + 1])
        worst = int(off.argmax())
        if off[worst] > tolerance:
            kept[first + worst] = True
            spans += [(first, first + worst), (first + worst, last)]
    return kept


def _off(frames: NDArray[np.int64], coords: Coords) -> NDArray[np.float64]:
    """How far each keyframe is from the line between the first and the last: the largest of its coordinates."""
    share = ((frames - frames[0]) / (frames[-1] - frames[0]))[:, None]
    off: NDArray[np.float64] = np.abs(coords - (coords[0] * (1 - share) + coords[-1] * share)).max(axis=1)
    off[[0, -1]] = 0.0
    return off
