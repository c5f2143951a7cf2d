"""How two things differ: told in the order of frames, whatever order they come in."""

from dataclasses import replace

import pytest

from labelferry.model import Span
from labelferry.verification import LabelDifference, MismatchKind
from labelferry.verification.content import FrameShape, Thing
from labelferry.verification.things import between, unsaid_segments, whole
from labelferry.verification.wording import first_change, told_frames

SHAPES: dict[int, FrameShape] = {9: (9.0, 0.0, 5.0, 5.0), 1: (1.0, 0.0, 5.0, 5.0), 5: (5.0, 0.0, 5.0, 5.0)}
SENT = Thing("car", "bbox", SHAPES, "f:1", (Span(1, 9),))
RED, BLUE, BIG = ("colour", "red"), ("colour", "blue"), ("size", "big")


def told(held: Thing, sent: Thing = SENT) -> list[tuple[str, str, int | None, float | None]]:
    found = list(between("clip", sent, held, 0.5))
    assert all((each.row, each.feature, each.place) == ("clip", "car", "f:1") for each in found)
    return [(str(each.kind), each.what, each.frame, each.pixels) for each in found]


def moved(**frames: float) -> Thing:
    """Shapes that are to the right by some pixels, by frame."""
    by = {int(frame.strip("f")): pixels for frame, pixels in frames.items()}
    shapes: dict[int, FrameShape] = {f: (s[0] + by.get(f, 0), *s[1:]) for f, s in SHAPES.items()}  # type: ignore[operator,index,misc]
    return replace(SENT, keyframes=shapes)


def test_nothing_differs() -> None:
    assert told(SENT) == []
    assert told(moved(f9=0.5)) == []


def test_one_keyframe_moved() -> None:
    assert told(moved(f9=2.0)) == [("moved", "frame 9 by 2 px", 9, 2.0)]


def test_several_keyframes_moved() -> None:
    assert told(moved(f9=2.0, f1=3.25)) == [("moved", "frames 1 to 9 (2 of them) by up to 3.25 px", 1, 3.25)]


def test_a_keyframe_of_another_shape() -> None:
    held = replace(SENT, keyframes={**SHAPES, 5: (5.0, 0.0)})
    assert told(held) == [("moved", "frame 5 into another shape", 5, None)]


def test_keyframes_that_are_missing_or_extra() -> None:
    held = replace(SENT, keyframes={12: SHAPES[9], 11: SHAPES[9], 5: SHAPES[5]})
    assert told(held) == [
        ("missing", "keyframe at frames 1 to 9 (2 of them)", 1, None),
        ("extra", "keyframe at frames 11 to 12 (2 of them)", 11, None),
    ]


def test_a_shape_that_the_service_shows_on_a_frame_is_there() -> None:
    held = replace(SENT, keyframes={1: SHAPES[1], 9: SHAPES[9]}, between={5: SHAPES[5]})
    assert told(held) == []


def test_segments() -> None:
    held = replace(SENT, ranges=(Span(1, 4), Span(6, 9)))
    assert told(held) == [("moved", "segments frames 1-4, 6-9 instead of frames 1-9", 5, None)]
    for one, other in ((SENT, replace(SENT, ranges=None)), (replace(SENT, ranges=None), SENT)):
        assert told(other, one) == []
    assert [unsaid_segments(SENT, each) for each in (SENT, replace(SENT, ranges=None))] == [False, True]
    assert not unsaid_segments(replace(SENT, ranges=None), replace(SENT, ranges=None))


def test_answers_on_keyframes() -> None:
    """Only where both have the keyframe; in the order of frames, then of their names."""
    sent = replace(SENT, answers={9: frozenset({RED, BIG}), 1: frozenset({BLUE})})
    held = replace(SENT, answers={9: frozenset({BLUE}), 7: frozenset({RED}), 5: frozenset({BIG})})
    assert told(held, sent) == [
        ("missing", "answer colour > blue at frame 1", 1, None),
        ("extra", "answer size > big at frame 5", 5, None),
        ("missing", "answer colour > red at frame 9", 9, None),
        ("missing", "answer size > big at frame 9", 9, None),
        ("extra", "answer colour > blue at frame 9", 9, None),
    ]
    gone = replace(held, keyframes={1: SHAPES[1], 5: SHAPES[5]})
    assert [each for each in told(gone, sent) if "answer" in each[1]] == [
        ("missing", "answer colour > blue at frame 1", 1, None),
        ("extra", "answer size > big at frame 5", 5, None),
    ]


def test_a_thing_as_a_whole() -> None:
    what = "box with 3 keyframes, frames 1 to 9 (3 of them)"
    assert whole(MismatchKind.MISSING, "clip", SENT) == LabelDifference(
        MismatchKind.MISSING, "clip", "car", "f:1", what, 1
    )
    empty = whole(MismatchKind.EXTRA, "clip", replace(SENT, keyframes={}))
    assert (empty.what, empty.frame) == ("box with 0 keyframes, no frames", None)


@pytest.mark.parametrize(
    ("sent", "held", "frame"),
    [
        ([(1, 9)], [(1, 9)], None),
        ([(1, 9)], [(1, 8)], 9),
        ([(1, 9)], [(2, 9)], 1),
        ([(1, 9)], [], 1),
        ([(5, 9), (1, 2)], [(1, 2), (6, 9)], 5),
    ],
)
def test_the_first_frame_that_only_one_has(
    sent: list[tuple[int, int]], held: list[tuple[int, int]], frame: int | None
) -> None:
    assert first_change([Span(*each) for each in sent], [Span(*each) for each in held]) == frame


def test_frames_in_words() -> None:
    assert [told_frames(each) for each in ([], [3], [3, 4], [3, 7, 9])] == [
        "no frames",
        "frame 3",
        "frames 3 to 4 (2 of them)",
        "frames 3 to 9 (3 of them)",
    ]
