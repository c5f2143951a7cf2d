"""Tracks find their own among thousands, though an export does not say which is which."""

from dataclasses import replace

import numpy as np
import pytest

from labelferry.model import Span
from labelferry.verification.content import FrameShape, Thing
from labelferry.verification.pairing import FAR, pair

TOLERANCE = 1e-3


def thing(place: str, keyframes: dict[int, tuple[float, ...]], name: str = "car") -> Thing:
    shapes: dict[int, FrameShape] = dict(keyframes)
    return Thing(name, "bbox", shapes, place, ranges=((min(keyframes), max(keyframes)),))


def walk(left: float, frames: range = range(1, 11)) -> dict[int, tuple[float, ...]]:
    return {frame: (left + frame, 10.0, 20.0, 20.0) for frame in frames}


def places(found: list[tuple[Thing, Thing]]) -> dict[str, str]:
    return {one.place: other.place for one, other in found}


def test_order_does_not_matter_and_equal_ones_are_counted() -> None:
    sent = [thing("a", walk(0)), thing("b", walk(50)), thing("c", walk(0))]
    held = [thing("x", walk(50)), thing("y", walk(0))]
    paired = pair(sent, held, TOLERANCE)
    assert places(paired.pairs) == {"a": "y", "b": "x"}
    assert [each.place for each in paired.missing] == ["c"]
    assert paired.extra == []


def test_crossing_tracks_keep_their_own() -> None:
    one, other = walk(0), walk(5)
    moved = {**one, 6: other[6]}
    paired = pair([thing("a", one), thing("b", other)], [thing("y", other), thing("x", moved)], TOLERANCE)
    assert places(paired.pairs) == {"a": "x", "b": "y"}


def test_another_name_or_geometry_is_another_thing() -> None:
    paired = pair([thing("a", walk(0))], [thing("x", walk(0), name="bus")], TOLERANCE)
    assert (paired.pairs, len(paired.missing), len(paired.extra)) == ([], 1, 1)


@pytest.mark.parametrize(("off", "together"), [(FAR - 1, True), (FAR + 1, False)])
def test_a_track_that_nothing_agrees_with_is_another_when_it_is_far(off: float, together: bool) -> None:
    paired = pair([thing("a", walk(0))], [thing("x", walk(off))], TOLERANCE)
    assert bool(paired.pairs) is together


def answered(place: str, off: float, answer: str, last: int = 10) -> Thing:
    """A track that is a little off, with an answer on its first keyframe."""
    found = frozenset({("colour", answer)})
    return replace(thing(place, walk(off)), answers={1: found, 99: found}, ranges=(Span(1, last),))


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("by", ["answers", "ranges"])
def test_of_tracks_that_agree_in_place_the_rest_decides(by: str, order: int) -> None:
    def two(off: float) -> list[Thing]:
        other = answered("b", off, "blue") if by == "answers" else answered("b", off, "red", 20)
        return [answered("a", off, "red"), other]

    paired = pair(two(0.0), two(TOLERANCE / 2)[::order], TOLERANCE)
    assert places(paired.pairs) == {"a": "a", "b": "b"}


def test_each_thing_has_one_partner_at_most() -> None:
    """The nearest have each other; who is left is missing, or extra."""
    near, far = thing("near", walk(4)), thing("far", walk(9))
    paired = pair([far, near], [thing("x", walk(3))], TOLERANCE)
    assert ([(one.place, other.place) for one, other in paired.pairs], paired.missing) == ([("near", "x")], [far])
    paired = pair([thing("x", walk(3))], [far, near], TOLERANCE)
    assert ([(one.place, other.place) for one, other in paired.pairs], paired.extra) == ([("x", "near")], [far])


def test_a_track_on_other_frames_is_another() -> None:
    paired = pair([thing("a", walk(0))], [thing("x", walk(0, range(20, 30)))], TOLERANCE)
    assert (len(paired.missing), len(paired.extra)) == (1, 1)


CROWD = 100
"""Too many for every pair to be ranked: only the nearest are."""


@pytest.mark.parametrize("axis", ["x", "y", "frame"])
def test_a_crowd_that_shares_all_but_one_thing_finds_its_own(axis: str) -> None:
    """People in a row, one above the other, or one after the other: the one thing that tells them apart decides."""

    def crowd(off: float) -> list[Thing]:
        def at(number: int) -> dict[int, tuple[float, ...]]:
            x, y = (500.0 + 3 * number * (axis == each) for each in ("x", "y"))
            start = 1 + 20 * number * (axis == "frame")
            return dict.fromkeys(range(start, start + 5), (x, y + off, 20.0, 40.0))

        return [thing(str(number), at(number)) for number in range(CROWD)]

    paired = pair(crowd(0.0), crowd(0.25)[::-1], TOLERANCE)
    assert places(paired.pairs) == {str(number): str(number) for number in range(CROWD)}
    assert (paired.missing, paired.extra) == ([], [])


@pytest.mark.parametrize("kind", ["as they were", "as 32-bit floats", "all a little off"])
def test_hundreds_find_each_other(kind: str) -> None:
    random = np.random.default_rng(7)
    boxes = random.uniform(0, 2000, size=(100, 20, 4))
    back = boxes.astype(np.float32).astype(np.float64) if kind == "as 32-bit floats" else boxes
    back = back + (0.01 if kind == "all a little off" else 0)
    sent = [thing(str(n), {f: tuple(row) for f, row in enumerate(track.tolist(), 1)}) for n, track in enumerate(boxes)]
    held = [thing(str(n), {f: tuple(row) for f, row in enumerate(track.tolist(), 1)}) for n, track in enumerate(back)]
    paired = pair(sent, held[::-1], TOLERANCE)
    assert len(paired.pairs) == 100
    assert all(one.place == other.place for one, other in paired.pairs)
