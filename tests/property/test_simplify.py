"""Keyframes that were left out come back by linear interpolation, within the tolerance; no others are left out."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from labelferry.model import Feature, Geometry, LabelledVideo, RowRef, Track, Where
from labelferry.sources.simplify import Simplify, simplified

WHERE = Where("tracks.csv", 1)
NUMBERS = st.floats(0, 100, width=32)


@st.composite
def tracks(draw: st.DrawFn) -> Track:
    """Boxes on some frames, in one to three segments."""
    frames = sorted(draw(st.sets(st.integers(1, 60), min_size=1, max_size=30)))
    coords = draw(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS), min_size=len(frames), max_size=len(frames)))
    hops = draw(st.lists(st.sampled_from([0, 0, 0, 1]), min_size=len(frames), max_size=len(frames)))
    segment = np.cumsum(np.array(hops, dtype=np.int64))
    values = np.array(coords, dtype=np.float64)
    return Track(Feature("car"), Geometry.BOX, np.array(frames, dtype=np.int64), values, segment, WHERE)


def fewer(track: Track, tolerance: float) -> Track:
    video = LabelledVideo(RowRef("a.mp4"), WHERE, tracks=(track,))
    return simplified(video, Simplify(tolerance=tolerance)).tracks[0]


@given(tracks(), st.sampled_from([0.0, 0.5, 10.0, 1000.0]))
def test_what_is_left_out_comes_back(track: Track, tolerance: float) -> None:
    found = fewer(track, tolerance)
    assert found.segments == track.segments
    for number in np.unique(track.segment):
        before, after = track.segment == number, found.segment == number
        frames = track.frames[before]
        assert {frames[0], frames[-1]} <= set(found.frames[after])
        for axis in range(4):
            back = np.interp(frames, found.frames[after], found.coords[after, axis])
            assert np.abs(back - track.coords[before, axis]).max() <= tolerance + 1e-9


def test_lines_stay_as_they_are() -> None:
    segment, offsets = np.zeros(3, dtype=np.int64), np.array([0, 2, 4, 6])
    lines = Track(Feature("lane"), Geometry.LINE, np.arange(1, 4), np.ones((6, 2)), segment, WHERE, offsets)
    assert fewer(lines, 100.0) is lines


@given(st.integers(3, 50), NUMBERS, st.integers(-3, 3))
def test_a_straight_line_needs_its_ends(length: int, start: float, step: int) -> None:
    frames = np.arange(1, length + 1)
    coords = np.tile([[0.0], [0.0], [9.0], [9.0]], length).T
    coords[:, 0] = start + step * frames
    track = Track(Feature("car"), Geometry.BOX, frames, coords, np.zeros(length, dtype=np.int64), WHERE)
    assert fewer(track, 1e-6).frames.tolist() == [1, length]
