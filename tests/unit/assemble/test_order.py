"""Annotations come in any order: the lines are the same, and so is what is refused."""

from collections.abc import Callable, Sequence
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import labelferry
import labelferry.types as T
from labelferry.assemble import assemble
from labelferry.errors import AnnotationError
from labelferry.model import LabelledVideo, Span


def built(annotations: Sequence[Any]) -> LabelledVideo:
    (video,) = assemble([T.Label(data={"global_key": "g"}, annotations=annotations)])
    return video


def box(frame: int, x: float, *, keyframe: bool = True, segment: int | None = 0) -> T.VideoObjectAnnotation:
    value = T.Rectangle(start=T.Point(x=x, y=2), end=T.Point(x=x + 5, y=7))
    return T.VideoObjectAnnotation(name="car", frame=frame, keyframe=keyframe, segment_index=segment, value=value)


def point(frame: int, x: float, *, keyframe: bool = True) -> T.VideoObjectAnnotation:
    value = T.Point(x=x, y=2)
    return T.VideoObjectAnnotation(name="nose", frame=frame, keyframe=keyframe, segment_index=0, value=value)


def line(frame: int, x: float, *, keyframe: bool = True) -> T.VideoObjectAnnotation:
    value = T.Line(points=[T.Point(x=x, y=1), T.Point(x=x + 3, y=1), T.Point(x=9, y=9)])
    return T.VideoObjectAnnotation(name="lane", frame=frame, keyframe=keyframe, segment_index=0, value=value)


SHAPES: dict[str, Callable[..., T.VideoObjectAnnotation]] = {"box": box, "point": point, "line": line}
BETWEEN = {
    "the first two": (3, 2.0),
    "the first two, rounded": (3, 2.5),
    "the last two": (7, 52.0),
    "the last two, off the straight way from first to last": (6, 28.0),
}


def three(make: Callable[..., T.VideoObjectAnnotation]) -> list[Any]:
    """Keyframes at 1, 5 and 9: slow first, then fast."""
    return [make(1, 0.0), make(5, 4.0), make(9, 100.0)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("where", BETWEEN)
def test_a_frame_between_two_of_three_keyframes_is_left_out(shape: str, where: str) -> None:
    make, (frame, x) = SHAPES[shape], BETWEEN[where]
    for annotations in permutations([*three(make), make(frame, x, keyframe=False)]):
        (track,) = built(annotations).tracks
        assert track.frames.tolist() == [1, 5, 9]
        assert [float(track.points(at).flat[0]) for at in range(3)] == [0.0, 4.0, 100.0]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("frame", "x"), [(3, 25.0), (3, 2.6), (3, 1.4), (7, 75.0), (7, 6.0)])
def test_one_that_they_do_not_bring_back_is_refused(shape: str, frame: int, x: float) -> None:
    """25 at frame 3 is on the straight line from the first keyframe to the last, unlike Labelbox's interpolation."""
    make = SHAPES[shape]
    for annotations in permutations([*three(make), make(frame, x, keyframe=False)]):
        with pytest.raises(AnnotationError, match=f"frame {frame} .*keyframe"):
            built(annotations)


def radio(frame: int, name: str, segment: int | None = 0) -> T.VideoClassificationAnnotation:
    value = T.Radio(answer=T.ClassificationAnswer(name=name))
    return T.VideoClassificationAnnotation(name="weather", frame=frame, segment_index=segment, value=value)


MIXED = [
    box(9, 30.0, segment=1),
    box(5, 4.0),
    box(1, 0.0),
    box(3, 2.0, keyframe=False),
    radio(4, "dry"),
    radio(1, "dry"),
    radio(12, "wet", 1),
    radio(15, "dry", 1),
    T.ClassificationAnnotation(name="note", value=T.Text(answer="a street")),
]


@settings(max_examples=20)
@given(st.permutations(MIXED))
def test_the_lines_are_the_same_in_any_order(annotations: list[Any]) -> None:
    def lines(given_: list[Any]) -> list[str]:
        return sorted(map(str, labelferry.to_ndjson([T.Label(data={"global_key": "g"}, annotations=given_)])))

    assert lines(annotations) == lines(MIXED)


def test_runs_of_frames_are_segments_in_any_order() -> None:
    for annotations in permutations([box(frame, 0.0, segment=None) for frame in (1, 2, 9)]):
        (track,) = built(annotations).tracks
        assert (track.frames.tolist(), track.segment.tolist()) == ([1, 2, 9], [0, 0, 1])


def child(*frames: tuple[int, int]) -> T.TemporalClassificationQuestion:
    answers = [T.TemporalClassificationAnswer(name="sun", frames=frames)]
    return T.TemporalClassificationQuestion(name="why", value=answers)


PARENT = [(0, 10), (11, 20), (40, 50)]


ORDERS = [*permutations(PARENT)]


@pytest.mark.parametrize("parents", ORDERS)
@pytest.mark.parametrize("children", [[(5, 15), (41, 41), (0, 3)], [(0, 3), (5, 15), (41, 41)]])
def test_temporal_ranges_out_of_order_contain_their_children(parents: Any, children: Any) -> None:
    answer = T.TemporalClassificationAnswer(name="on", frames=parents, classifications=[child(*children)])
    (light,) = built([T.TemporalClassificationQuestion(name="light", value=[answer])]).classifications
    (on,) = light.answers
    ((sun,),) = [nested.answers for nested in on.classifications]
    assert set(on.spans) == {Span(*span) for span in PARENT}
    assert set(sun.spans) == {Span(5, 15), Span(41, 41), Span(0, 3)}


def test_temporal_answers_out_of_order_keep_their_ranges() -> None:
    ranges = [("on", (30, 39)), ("off", (10, 29)), ("on", (0, 9)), ("off", (40, 50))]
    for order in permutations(ranges):
        answers = [T.TemporalClassificationAnswer(name=name, frames=[frames]) for name, frames in order]
        (light,) = built([T.TemporalClassificationQuestion(name="light", value=answers)]).classifications
        assert {str(answer): set(answer.spans) for answer in light.answers} == {
            "on": {Span(0, 9), Span(30, 39)},
            "off": {Span(10, 29), Span(40, 50)},
        }


@pytest.mark.parametrize("parents", ORDERS)
def test_a_child_between_ranges_is_refused_in_any_order(parents: Any) -> None:
    answer = T.TemporalClassificationAnswer(name="on", frames=parents, classifications=[child((15, 25))])
    with pytest.raises(AnnotationError, match=r"'sun'.*15 to 25.*parent"):
        built([T.TemporalClassificationQuestion(name="light", value=[answer])])


def test_each_frame_keeps_the_confidence_of_its_answer() -> None:
    said = [(1, "dry", 0.25), (5, "wet", 0.75), (9, "dry", None)]
    (asked,) = built(
        [
            T.VideoClassificationAnnotation(
                name="weather", frame=frame, value=T.Radio(answer=T.ClassificationAnswer(name=name), confidence=sure)
            )
            for frame, name, sure in said
        ]
    ).classifications
    assert {answer.spans: (str(answer), answer.confidence) for answer in asked.answers} == {
        (Span(frame, frame),): (name, sure) for frame, name, sure in said
    }
