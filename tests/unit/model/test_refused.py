"""What no labelled video can hold, however it was made: refused with its place, its subject and the way out."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from labelferry.errors import AnnotationError
from labelferry.model import (
    Answer,
    AnswerKind,
    Classification,
    Composite,
    Feature,
    Geometry,
    MaskObject,
    Masks,
    RowRef,
    Span,
    Track,
    Where,
)
from labelferry.model.frames import LARGEST, as_frame, spans_of

HERE = Where("boxes.csv", 7)
CAR = Feature("car")


def track(frames: list[int], segment: list[int] | None = None, **columns: Any) -> Track:
    given = {"coords": np.ones((len(frames), 4)), "geometry": Geometry.BOX} | columns
    return Track(CAR, frames=np.array(frames), segment=np.array(segment or [0] * len(frames)), where=HERE, **given)


def line(offsets: list[int] | None, points: Any) -> Track:
    more = None if offsets is None else np.array(offsets)
    return track([1, 2], geometry=Geometry.LINE, coords=np.array(points, dtype=float), offsets=more)


def asked(question: AnswerKind, *answers: Answer) -> Classification:
    return Classification(Feature("weather"), question, answers, HERE)


def option(name: str = "dry", *spans: tuple[int, int]) -> Answer:
    return Answer(Feature(name), spans=tuple(Span(*span) for span in spans))


def masks(*frames: int, instances: int = 1) -> Masks:
    return Masks(tuple(Composite(frame, b"png") for frame in frames), (MaskObject((1, 2, 3), CAR),) * instances, HERE)


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "a feature without name and id": (lambda: Feature(), "name.*feature_schema_id"),
    "a row without key and id": (lambda: RowRef(), "exactly one of global_key and .*id"),
    "a row with key and id": (lambda: RowRef("g", "i"), "exactly one of global_key and .*id"),
    "a question without answer": (lambda: asked(AnswerKind.RADIO), r"boxes\.csv:7.*'weather'.*no answer.*leave"),
    "a radio with two answers": (
        lambda: asked(AnswerKind.RADIO, option(), option("wet")),
        r"boxes\.csv:7.*'weather'.*2 answers.*radio takes one",
    ),
    "a text with two answers": (
        lambda: asked(AnswerKind.TEXT, Answer(text="a"), Answer(text="b")),
        "2 answers.*text takes one",
    ),
    "frames for one answer of two": (
        lambda: asked(AnswerKind.CHECKLIST, option("dry", (1, 2)), option("cold")),
        r"boxes\.csv:7.*'weather'.*some .*frames.*all or to none",
    ),
    "an empty text": (lambda: asked(AnswerKind.TEXT, Answer(text="")), r"'weather'.*empty text.*leave"),
    "an option for a text": (lambda: asked(AnswerKind.TEXT, option()), r"'weather'.*empty text"),
    "an option without name": (lambda: asked(AnswerKind.RADIO, Answer()), r"'weather'.*option has no name.*ontology"),
    "a text for an option": (lambda: asked(AnswerKind.RADIO, Answer(text="dry")), r"option has no name"),
    "a text and an option": (lambda: asked(AnswerKind.RADIO, Answer(CAR, text="dry")), r"option has no name"),
    "a frame that is none": (lambda: as_frame("1.5", "'car'"), r"'car'.*'1\.5'.*whole number"),
    "a frame below zero": (lambda: as_frame("-3", "'car'"), r"'car'.*-3.*negative"),
    "a time for a frame": (lambda: as_frame(LARGEST + 1, "'car'"), rf"'car'.*{LARGEST + 1}.*larger than any video"),
    "ranges that are none": (lambda: spans_of([], "'car'"), r"'car'.*no frames.*\(start, end\)"),
    "a range of three": (lambda: spans_of([(1, 2, 3)], "'car'"), r"'car'.*\(1, 2, 3\).*\(start, end\)"),
    "a range backwards": (lambda: spans_of([(9, 2)], "'car'"), r"'car'.*frame 9.*at 2.*swap"),
    "masks without a frame": (lambda: masks(), r"boxes\.csv:7.*mask.*one frame and one instance"),
    "masks without an instance": (lambda: masks(1, instances=0), r"mask.*one frame and one instance"),
    "two masks for one frame": (lambda: masks(8, 31, 8), r"boxes\.csv:7.*two .*frame 8.*one picture"),
    "a track without keyframes": (
        lambda: track([], coords=np.ones((0, 4))),
        r"boxes\.csv:7.*'car'.*no keyframes.*at least one",
    ),
    "a box of two numbers": (lambda: track([1], coords=np.ones((1, 2))), r"'car'.*1 keyframe, .*shape \(1, 2\)"),
    "fewer boxes than keyframes": (lambda: track([1, 2], coords=np.ones((1, 4))), r"2 keyframes.*\(1, 4\)"),
    "fewer segments than keyframes": (lambda: track([1, 2], segment=[0]), r"2 keyframes.*\(2, 4\)"),
    "a box with offsets": (lambda: track([1, 2], offsets=np.array([0, 1, 2])), r"2 keyframes"),
    "a line without offsets": (lambda: line(None, [[1, 2], [3, 4]]), r"'car'.*2 keyframes"),
    "a keyframe below zero": (lambda: track([-2, 1]), r"'car'.*frame -2.*negative"),
    "two keyframes for one frame": (
        lambda: track([1, 3, 3]),
        r"boxes\.csv:7.*'car'.*two keyframes for frame 3.*instance",
    ),
    "keyframes back in time": (lambda: track([4, 9, 6]), r"'car'.*follow each other.*frame 6"),
    "a segment back in time": (lambda: track([4, 9, 6], [0, 0, 1]), r"'car'.*segments.*frame 6"),
    "segments that go back": (lambda: track([4, 6, 9], [0, 1, 0]), r"'car'.*segments.*frame 9"),
    "a box at no number": (
        lambda: track([4, 9], coords=np.array([[1.0, 2, 3, 4], [1, np.nan, 3, 4]])),
        r"boxes\.csv:7.*'car'.*frame 9.*finite",
    ),
    "a line to infinity": (
        lambda: line([0, 3, 5], [[1, 1], [2, 2], [3, 3], [1, 1], [np.inf, 2]]),
        r"'car'.*frame 2.*finite",
    ),
    "the first point of a line": (
        lambda: line([0, 3, 5], [[1, 1], [2, 2], [3, 3], [np.inf, 1], [1, 2]]),
        r"'car'.*frame 2.*finite",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_place_and_way_out(case: str) -> None:
    act, message = REFUSED[case]
    with pytest.raises(AnnotationError, match=f"(?s){message}"):
        act()


def test_the_limits_themselves_are_taken() -> None:
    assert (as_frame(LARGEST, "x"), as_frame("0", "x"), spans_of([(4, 4)], "x")) == (LARGEST, 0, (Span(4, 4),))
    assert track([0, 9, 9, 12], [0, 0, 1, 1]).segments == 2
    assert line([0, 3, 5], [[n, n] for n in range(5)]).points(1).tolist() == [[3, 3], [4, 4]]
    assert asked(AnswerKind.TEXT, *(Answer(text=text, spans=(Span(1, 2),)) for text in "ab")).framed
    assert not asked(AnswerKind.TEMPORAL, option(), option("wet")).framed
