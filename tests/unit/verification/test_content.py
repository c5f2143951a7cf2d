"""Answers of a row: the frames where they hold, where nobody says, and how often they are given at once."""

import pytest

from labelferry.model import Span
from labelferry.verification.content import RowAnswer, RowContent, Thing

Spans = list[tuple[int, int]]


def answer(spans: Spans, unsure: Spans | None = None) -> RowAnswer:
    made = RowAnswer("f:1")
    made.add([Span(*span) for span in spans], [Span(*span) for span in unsure or []])
    return made


HOLDS: dict[str, tuple[Spans, Spans, Spans, Spans, bool]] = {
    "the same": ([(1, 5)], [], [(1, 5)], [], True),
    "cut in two": ([(1, 5)], [], [(1, 2), (3, 5)], [], True),
    "a frame less": ([(1, 5)], [], [(1, 4)], [], False),
    "a frame less, of which nobody says": ([(1, 5)], [], [(1, 4)], [(5, 5)], True),
    "of which nobody says on the other side": ([(1, 5)], [(5, 5)], [(1, 4)], [], True),
    "the frame before the gap is another": ([(1, 9)], [], [(1, 3), (7, 9)], [(5, 6)], False),
    "the frame after the gap is another": ([(1, 9)], [], [(1, 3), (7, 9)], [(4, 5)], False),
    "a gap of which nobody says": ([(1, 9)], [], [(1, 3), (7, 9)], [(4, 6)], True),
    "a gap in parts": ([(1, 9)], [], [(1, 3), (7, 9)], [(4, 4), (5, 6)], True),
    "a gap that begins before": ([(3, 9)], [], [(5, 9)], [(1, 4)], True),
    "everything unsure": ([(1, 9)], [(1, 9)], [], [], True),
    "a hole of one frame": ([(1, 9)], [], [(1, 4), (6, 9)], [(5, 5)], True),
    "a hole beside": ([(1, 4), (6, 9)], [], [(1, 9)], [(10, 12)], False),
}


@pytest.mark.parametrize(("one", "unsure", "other", "doubts", "same"), HOLDS.values(), ids=HOLDS)
def test_two_answers_hold_on_the_same_frames(
    one: Spans, unsure: Spans, other: Spans, doubts: Spans, same: bool
) -> None:
    first, second = answer(one, unsure), answer(other, doubts)
    assert (first.holds_as(second), second.holds_as(first)) == (same, same)


def test_where_an_answer_holds_or_may_hold() -> None:
    found = answer([(1, 3)], [(4, 6), (9, 9)])
    assert found.coverage == ((1, 3),)
    assert found.at_most == ((1, 6), (9, 9))


@pytest.mark.parametrize(
    ("spans", "copies"),
    [
        ([], 1),
        ([(1, 3)], 1),
        ([(1, 3), (4, 6)], 1),
        ([(1, 3), (3, 6)], 2),
        ([(1, 9), (2, 4), (4, 6)], 3),
        ([(1, 1), (3, 5), (4, 6)], 2),
    ],
)
def test_how_often_an_answer_is_given_at_once(spans: Spans, copies: int) -> None:
    made = RowAnswer("f:1")
    for span in spans or [()]:
        made.add([Span(*span)] if span else [])
    assert (made.copies, made.times) == (copies, max(1, len(spans)))


def test_an_answer_for_the_whole_video_is_counted_each_time() -> None:
    made = RowAnswer("f:1")
    made.add([])
    made.add([])
    assert made.copies == 2


def test_a_shape_on_a_frame() -> None:
    thing = Thing("car", "bbox", {1: (1.0,)}, "f:1", between={1: (9.0,), 2: (2.0,)})
    assert [thing.shape(frame) for frame in (1, 2, 3)] == [(1.0,), (2.0,), None]


def test_a_row_takes_the_place_of_the_first_answer() -> None:
    row = RowContent()
    row.answer(("q", "a"), [Span(1, 2)], "f:1")
    row.answer(("q", "a"), [Span(5, 6)], "f:9", [Span(7, 7)])
    (found,) = row.answers.values()
    assert (found.place, found.times, found.coverage, found.unsure) == ("f:1", 2, ((1, 2), (5, 6)), [(7, 7)])
    row.cannot_read("car", "line")
    row.cannot_read("car", "mask")
    assert row.unreadable == {"car": ["line", "mask"]}
