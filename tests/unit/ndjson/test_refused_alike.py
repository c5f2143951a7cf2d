"""What no line can represent: the model refuses it, so that it is never written, and so does the reader."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from labelferry.errors import AnnotationError, SourceError
from labelferry.model import (
    Answer,
    AnswerKind,
    Classification,
    Composite,
    Feature,
    Geometry,
    LabelledVideo,
    MaskObject,
    Masks,
    RowRef,
    Span,
    Track,
    Where,
)
from labelferry.model.frames import LARGEST
from labelferry.ndjson import encode, read_line
from labelferry.ndjson.at import DEEPEST

HERE = Where("labels.ndjson", 3)
CAR, RAIN = Feature("car"), Answer(Feature("rain"))
ROW = {"dataRow": {"globalKey": "clip"}}
POINT = {"x": 1, "y": 2}

Json = dict[str, Any]


def track(frame: int = 1, **columns: Any) -> Track:
    usual = {"geometry": Geometry.POINT, "coords": np.ones((1, 2)), "segment": np.zeros(1, dtype=np.int64)}
    return Track(CAR, frames=np.array([frame]), where=HERE, **{**usual, **columns})


def asked(answer: Answer = RAIN, question: AnswerKind = AnswerKind.RADIO, **scores: Any) -> Classification:
    return Classification(Feature("weather"), question, (answer,), HERE, **scores)


def masks(uuid: str) -> Masks:
    return Masks((Composite(1, b"png"),), (MaskObject((1, 2, 3), CAR),), HERE, uuid)


def keyframe(**keys: Any) -> Json:
    return {"name": "car", "segments": [{"keyframes": [{"frame": 1, **keys}]}]}


def question(answer: Any, **keys: Any) -> Json:
    return {"name": "weather", "answer": answer, **keys}


def mask(**frame: Any) -> Json:
    return {"masks": {"frames": [{"index": 1, **frame}], "instances": [{"colorRGB": [1, 2, 3], "name": "car"}]}}


LINE = {"geometry": Geometry.LINE, "coords": np.ones((0, 2)), "offsets": np.array([0, 0])}
METRIC = {"name": "iou", "value": 0.5}

REFUSED: dict[str, tuple[Callable[[], Any], Json, str]] = {
    "a blank name": (lambda: Feature(" "), keyframe(point=POINT) | {"name": " "}, "blank"),
    "a blank schema id": (lambda: Feature("car", "\t"), keyframe(point=POINT) | {"schemaId": "\t"}, "blank"),
    "a schema id of nothing": (lambda: Feature("car", ""), keyframe(point=POINT) | {"schemaId": ""}, "blank"),
    "a blank uuid of a track": (lambda: track(uuid=" "), keyframe(point=POINT) | {"uuid": " "}, "blank"),
    "a blank uuid of a question": (lambda: asked(uuid=" "), question({"name": "rain"}, uuid=" "), "blank"),
    "a blank uuid of masks": (lambda: masks(""), mask(imBytes="cG5n") | {"uuid": ""}, "blank"),
    "a blank text": (lambda: asked(Answer(text=" \n"), AnswerKind.TEXT), question(" \n"), "blank text|empty text"),
    "a blank text for frames": (
        lambda: asked(Answer(text=" ", spans=(Span(1, 2),)), AnswerKind.TEXT),
        question([{"value": " ", "frames": [{"start": 1, "end": 2}]}]),
        "blank text|empty text",
    ),
    "a blank row id": (lambda: RowRef(id=" "), {**keyframe(point=POINT), "dataRow": {"id": " "}}, "blank"),
    "an illegal global key": (
        lambda: RowRef("clip#1"),
        {**keyframe(point=POINT), "dataRow": {"globalKey": "clip#1"}},
        "'clip#1' contains '#'",
    ),
    "a frame beyond any video": (
        lambda: track(LARGEST + 1),
        keyframe(point=POINT, frame=LARGEST + 1),
        "larger than any video|beyond any video",
    ),
    "a range beyond any video": (
        lambda: asked(Answer(CAR, spans=(Span(1, LARGEST + 1),))),
        question({"name": "rain", "frames": [{"start": 1, "end": LARGEST + 1}]}),
        "larger than any video|beyond any video",
    ),
    "a range backwards": (
        lambda: asked(Answer(CAR, spans=(Span(1, 5), Span(9, 2)))),
        question({"name": "rain", "frames": [{"start": 9, "end": 2}]}),
        "starts at frame 9 and ends at 2",
    ),
    "a mask below zero": (lambda: Composite(-1, b"png"), mask(index=-1, imBytes="cG5n"), "-1 is negative"),
    "a mask without a picture": (lambda: Composite(1), mask(), "exactly one of"),
    "a mask of no bytes": (lambda: Composite(1, b""), mask(imBytes=""), "exactly one of|blank"),
    "a mask with two pictures": (lambda: Composite(1, b"a", "b"), mask(imBytes="YQ==", instanceURI="b"), "exactly one"),
    "a mask at a blank URL": (lambda: Composite(1, uri=" "), mask(instanceURI=" "), "blank"),
    "a line without points": (lambda: track(**LINE), keyframe(line=[]), "without points|an empty list"),
    "a confidence that is no number": (
        lambda: asked(confidence=math.inf),
        question({"name": "rain"}, confidence=None),
        "confidence",
    ),
    "a confidence of an answer": (
        lambda: asked(Answer(CAR, confidence=math.nan)),
        question({"name": "rain", "confidence": None}),
        "confidence",
    ),
    "a metric that is no number": (
        lambda: asked(custom_metrics=(METRIC | {"value": True},)),
        question({"name": "rain"}, customMetrics=[METRIC | {"value": True}]),
        "True",
    ),
    "a metric without a value": (
        lambda: asked(custom_metrics=({"name": "iou"},)),
        question({"name": "rain"}, customMetrics=[{"name": "iou"}]),
        "name (and a|or) value",
    ),
    "a metric without a name": (
        lambda: asked(Answer(CAR, custom_metrics=(METRIC | {"name": " "},))),
        question({"name": "rain", "customMetrics": [METRIC | {"name": " "}]}),
        "blank",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_by_both(case: str) -> None:
    make, line, words = REFUSED[case]
    with pytest.raises(AnnotationError, match=words):
        make()
    with pytest.raises(SourceError, match=rf"(?s)^labels\.ndjson:3: (?=.*; ).*({words})"):
        read_line(ROW | line, HERE)


WRONG: dict[str, tuple[Callable[[], Any], str]] = {
    "scores of a text that stand beside it": (
        lambda: asked(Answer(text="wet", confidence=0.5), AnswerKind.TEXT),
        r"labels\.ndjson:3.*'weather'.*no scores of its own.*question",
    ),
    "a global key with spaces around it": (lambda: RowRef(" clip"), "' clip'.*space"),
    "a blank global key": (lambda: RowRef(" "), "blank"),
    "answers at a keyframe that is not there": (lambda: track(answers={1: (asked(),)}), "keyframe 1.*there are 1"),
    "points that no keyframe has": (lambda: track(**LINE | {"offsets": np.array([0])}), "shape"),
    "points before the first keyframe": (
        lambda: track(**LINE | {"coords": np.ones((2, 2)), "offsets": np.array([1, 2])}),
        "shape",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_refused_since_a_line_has_no_place_for_it(case: str) -> None:
    make, words = WRONG[case]
    with pytest.raises(AnnotationError, match=words):
        make()


def nested(levels: int) -> Classification:
    """Texts, which take the fewest levels of JSON."""
    made = asked(Answer(text="wet"), AnswerKind.TEXT)
    for _ in range(levels):
        made = asked(Answer(text="wet", classifications=(made,)), AnswerKind.TEXT)
    return made


def _without_row(line: Json) -> Json:
    return {key: value for key, value in line.items() if key not in {"uuid", "dataRow"}}


def test_questions_are_nested_as_deeply_as_they_are_read() -> None:
    (line,) = encode([LabelledVideo(RowRef("clip"), HERE, classifications=(nested(DEEPEST),))])
    (found,) = read_line(line.data, HERE).classifications
    assert found.answers == nested(DEEPEST).answers
    refusal = r"labels\.ndjson:3: text 'weather': questions nested more than 100 .*; nest less deeply"
    with pytest.raises(AnnotationError, match=refusal):
        list(encode([LabelledVideo(RowRef("clip"), HERE, classifications=(nested(DEEPEST + 1),))]))
    deeper = ROW | question("wet", classifications=[_without_row(line.data)])
    with pytest.raises(SourceError, match="questions nested more than 100 levels deep"):
        read_line(deeper, HERE)


def test_the_limits_are_taken_by_both() -> None:
    line = keyframe(point=POINT, frame=LARGEST)
    assert read_line(ROW | line, HERE).tracks[0].frames.tolist() == track(LARGEST).frames.tolist() == [LARGEST]
    (read,) = read_line(ROW | question({"name": "car", "frames": [{"start": 0, "end": 0}]}), HERE).classifications
    assert read.answers == asked(Answer(CAR, spans=(Span(0, 0),))).answers
