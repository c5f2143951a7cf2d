"""Labelbox's own lines: every form that is accepted, and every one that is refused."""

import json
import math
from base64 import b64encode
from typing import Any

import pytest

from labelferry.errors import SourceError
from labelferry.model import AnswerKind, Geometry, LabelledVideo, Span, Where
from labelferry.ndjson.at import At

LINES = {"format": "ndjson", "path": "labels.ndjson"}
BOX = {"left": 1, "top": 2.5, "width": 3, "height": 4}
ROW = {"dataRow": {"globalKey": "street"}}


def _segments(*frames: list[int], **shape: Any) -> list[Any]:
    return [{"keyframes": [{"frame": frame, **(shape or {"bbox": BOX})} for frame in each]} for each in frames]


TRACK = {"name": "car", **ROW, "segments": _segments([1, 5], [8])}
QUESTION = {"name": "weather", **ROW, "answer": {"name": "rain"}}
MASK = {
    **ROW,
    "masks": {
        "frames": [{"index": 1, "imBytes": b64encode(b"png").decode()}],
        "instances": [{"colorRGB": [1, 2, 3], "name": "road"}],
    },
}


@pytest.fixture
def one(read: Any) -> Any:
    """Read one line; keys given as None are removed from it."""

    def reading(line: dict[str, Any], **changes: Any) -> LabelledVideo:
        line = {key: value for key, value in (line | changes).items() if value is not ...}
        (video,) = read(json.dumps(line), **LINES)
        assert isinstance(video, LabelledVideo)
        return video

    return reading


def test_reads_a_track_with_its_segments(one: Any) -> None:
    video = one(TRACK, uuid="u-1", isBenchmarkReferenceLabel=True)
    (track,) = video.tracks
    assert (video.row.global_key, video.benchmark, track.uuid) == ("street", True, "u-1")
    assert (track.frames.tolist(), track.segment.tolist()) == ([1, 5, 8], [0, 0, 1])
    assert track.coords.tolist() == [[1, 2.5, 3, 4]] * 3
    assert str(track.where) == "labels.ndjson:1"


def test_reads_one_line_written_over_several(read: Any) -> None:
    (video,) = read(json.dumps(TRACK, indent=2), **LINES)
    assert video.tracks[0].frames.tolist() == [1, 5, 8]


def test_reads_points_and_lines(one: Any) -> None:
    point, other = {"x": 1, "y": 2}, {"x": 3.5, "y": -4}
    (track,) = one(TRACK, segments=_segments([1, 2], point=point)).tracks
    assert (track.geometry, track.coords.tolist()) == (Geometry.POINT, [[1, 2], [1, 2]])
    keyframes = [{"frame": 1, "line": [point, other]}, {"frame": 2, "line": [point, other, point]}]
    (track,) = one(TRACK, segments=[{"keyframes": keyframes}]).tracks
    assert (track.geometry, track.offsets.tolist()) == (Geometry.LINE, [0, 2, 5])
    assert track.points(0).tolist() == [[1, 2], [3.5, -4]]


def test_puts_keyframes_and_segments_in_order(one: Any) -> None:
    keyframes = [
        {"frame": 9, "bbox": BOX},
        {"frame": "7", "bbox": BOX, "classifications": [{"name": "q", "answer": "x"}]},
    ]
    (track,) = one(TRACK, segments=[{"keyframes": keyframes}, *_segments([2, 1])]).tracks
    assert (track.frames.tolist(), track.segment.tolist()) == ([1, 2, 7, 9], [0, 0, 1, 1])
    assert list(track.answers) == [2]


def test_reads_questions_of_a_track_and_of_its_keyframes(one: Any) -> None:
    question = {"name": "pose", "answer": [{"name": "sits"}]}
    keyframes = [
        {"frame": 1, "bbox": BOX, "classifications": []},
        {"frame": 2, "bbox": BOX, "classifications": [question]},
    ]
    (track,) = one(TRACK, segments=[{"keyframes": keyframes}], classifications=[{"name": "id", "answer": "7"}]).tracks
    ((asked,),) = track.answers.values()
    assert (asked.question, str(asked.answers[0])) == (AnswerKind.CHECKLIST, "sits")
    assert track.classifications[0].answers[0].text == "7"


FRAMES = [{"start": 1, "end": 5}, {"start": 8, "end": 9}]
SPANS = ((1, 5), (8, 9))


@pytest.mark.parametrize(
    ("answer", "frames", "question", "spans"),
    [
        ({"name": "rain"}, ..., AnswerKind.RADIO, ()),
        ({"name": "rain", "frames": FRAMES}, ..., AnswerKind.RADIO, SPANS),
        ({"name": "rain"}, FRAMES, AnswerKind.RADIO, SPANS),
        ([{"name": "rain"}], ..., AnswerKind.CHECKLIST, ()),
        ([{"name": "rain"}, {"schemaId": "s"}], FRAMES, AnswerKind.CHECKLIST, SPANS),
        ([{"name": "rain", "frames": FRAMES}], ..., AnswerKind.TEMPORAL, SPANS),
        ("wet", ..., AnswerKind.TEXT, ()),
        ("wet", FRAMES, AnswerKind.TEXT, SPANS),
        ([{"value": "wet", "frames": FRAMES}], ..., AnswerKind.TEXT, SPANS),
        ({"value": "wet"}, FRAMES, AnswerKind.TEXT, SPANS),
    ],
)
def test_tells_the_kind_of_question_by_its_answer(
    one: Any, answer: Any, frames: Any, question: AnswerKind, spans: tuple[Span, ...]
) -> None:
    (asked,) = one(QUESTION, answer=answer, frames=frames).classifications
    assert asked.question is question
    assert {given.spans for given in asked.answers} == {spans}
    assert asked.answers[0].text == ("wet" if question is AnswerKind.TEXT else None)
    assert one(QUESTION, answer=..., answers=answer, frames=frames).classifications == (asked,)


def test_reads_questions_inside_questions_to_any_depth(one: Any) -> None:
    line: dict[str, Any] = {"name": "q0", "answer": {"name": "a0"}}
    for depth in range(1, 60):
        answer = {"name": f"a{depth}", "classifications": [line]}
        line = {"name": f"q{depth}", "answer": answer if depth % 2 else [answer]}
    (asked,) = one(QUESTION | line).classifications
    names = []
    while asked.answers[0].classifications:
        names.append(str(asked.feature))
        (asked,) = asked.answers[0].classifications
    assert names == [f"q{depth}" for depth in range(59, 0, -1)]
    assert str(asked.answers[0]) == "a0"


def test_keeps_confidence_metrics_and_schema_ids(one: Any) -> None:
    metrics = [{"name": "iou", "value": 0.5}]
    answer = {"schemaId": "s2", "confidence": 0.25, "customMetrics": metrics}
    line = QUESTION | {"schemaId": "s1", "confidence": 1, "customMetrics": metrics, "answer": answer, "uuid": "u"}
    (asked,) = one(line).classifications
    assert (asked.feature.name, asked.feature.schema_id, asked.uuid) == ("weather", "s1", "u")
    assert (asked.confidence, asked.custom_metrics) == (1, tuple(metrics))
    assert (asked.answers[0].feature.schema_id, asked.answers[0].confidence) == ("s2", 0.25)
    assert asked.answers[0].custom_metrics == tuple(metrics)


def test_keeps_questions_under_a_text(one: Any) -> None:
    (asked,) = one(QUESTION, answer="wet", classifications=[{"name": "how", "answer": "very"}]).classifications
    assert asked.answers[0].classifications[0].answers[0].text == "very"


def test_reads_masks(one: Any) -> None:
    frames = [{"index": "20", "instanceURI": "https://e.com/m.png"}, MASK["masks"]["frames"][0]]
    instances = [
        {"colorRGB": [255, 0, 9], "featureSchemaId": "s", "classifications": [{"name": "q", "answer": "x"}]},
        {"colorRGB": [1, 2, 3], "name": "road"},
    ]
    (masks,) = one(MASK, uuid="u", masks={"frames": frames, "instances": instances}).masks
    assert [(frame.frame, frame.png, frame.uri) for frame in masks.frames] == [
        (20, None, "https://e.com/m.png"),
        (1, b"png", None),
    ]
    assert [(held.colour, str(held.feature)) for held in masks.instances] == [
        ((255, 0, 9), "schema id s"),
        ((1, 2, 3), "road"),
    ]
    assert (len(masks.instances[0].classifications), masks.uuid) == (1, "u")


def test_reads_one_array_of_lines(read: Any) -> None:
    videos = read(json.dumps([TRACK, QUESTION], indent=1), **LINES | {"path": "labels.json"})
    assert [str(video.where) for video in videos] == ["labels.json (element 0)", "labels.json (element 1)"]


def test_takes_the_data_row_from_the_line_or_else_from_the_spec(read: Any) -> None:
    rows = [{}, {"dataRow": {"id": "row-1"}}, {"dataRow": {"globalKey": " a "}}]
    text = "\n\n".join(json.dumps({"name": "q", "answer": "x"} | row) for row in rows)
    videos = read(text, **LINES, global_key="spec")
    assert [str(video.row) for video in videos] == ["spec", "data row row-1", "a"]
    assert [video.where.line for video in videos] == [1, 3, 5]


def _keyframe(**keys: Any) -> dict[str, Any]:
    return TRACK | {"segments": [{"keyframes": [{"frame": 1} | keys]}]}


def _mask(frame: Any = None, instance: Any = None) -> dict[str, Any]:
    frames, instances = MASK["masks"]["frames"], MASK["masks"]["instances"]
    held = {"frames": frames if frame is None else [frame], "instances": instances if instance is None else [instance]}
    return MASK | {"masks": held}


def _without(line: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name != key}


BAD: list[tuple[Any, str]] = [
    (TRACK | {"sagments": 1}, "unknown key sagments; did you mean segments for sagments? Known here are"),
    (TRACK | {"confidence": 0.5}, "unknown key confidence"),
    (TRACK | {"answer": "x"}, "segments and answer together; give exactly one of segments, answer, answers, masks"),
    (ROW | {"name": "car"}, "none of segments, answer, answers, masks"),
    ([1], "[1] is not an object"),
    (_without(TRACK, "dataRow"), "no dataRow; add one to the line, or set global_key: in the spec"),
    (TRACK | {"dataRow": {"id": "a", "globalKey": "b"}}, "dataRow: globalKey and id together"),
    (TRACK | {"dataRow": {}}, "dataRow: none of globalKey, id"),
    (TRACK | {"dataRow": {"id": " "}}, "dataRow.id: a blank text"),
    (TRACK | {"dataRow": {"globalKey": "a#b"}}, "global key 'a#b' contains '#'"),
    (TRACK | {"dataRow": "street"}, "dataRow: 'street' is not an object"),
    (TRACK | {"uuid": 7}, "uuid: 7 is not text"),
    (TRACK | {"isBenchmarkReferenceLabel": 1}, "isBenchmarkReferenceLabel: 1 is not true or false"),
    (TRACK | {"name": " "}, "name: a blank text; fill it in"),
    (_without(TRACK, "name"), "neither name nor schemaId"),
    (TRACK | {"segments": []}, "segments: an empty list"),
    (TRACK | {"segments": {}}, "segments: {} is not a list"),
    (TRACK | {"segments": [{}]}, "segments[0]: no keyframes"),
    (TRACK | {"segments": [{"keyframes": [{"bbox": BOX}]}]}, "segments[0].keyframes[0]: no frame"),
    (TRACK | {"segments": _segments([2, 2])}, "two keyframes for frame 2 in one segment"),
    (TRACK | {"segments": _segments([1, 9], [5])}, "segments must follow each other in time"),
    (_keyframe(), "keyframes[0]: none of bbox, point, line"),
    (_keyframe(bbox=BOX, point={"x": 1, "y": 1}), "bbox and point together"),
    (_keyframe(bbox=BOX | {"height": "4"}), "keyframes[0].bbox.height: '4' is not a number"),
    (_keyframe(bbox=BOX | {"height": True}), "bbox.height: True is not a number"),
    (_keyframe(bbox=_without(BOX, "top")), "bbox: no top; give left, top, width, height"),
    (_keyframe(bbox=BOX | {"rotation": 1}), "bbox: unknown key rotation"),
    (_keyframe(bbox=BOX, frame=True), "frame True is not a whole number"),
    (_keyframe(bbox=BOX, frame=1.5), "frame 1.5 is not a whole number"),
    (_keyframe(bbox=BOX, frame=-1), "frame -1 is negative"),
    (_keyframe(bbox=BOX, frame=10**17), "is beyond any video"),
    (_keyframe(bbox=BOX, frame="9" * 5000), "is not a frame"),
    (_keyframe(line=[]), "line: an empty list"),
    (_keyframe(line=[{"x": 1}]), "line[0]: no y"),
    (TRACK | {"segments": [*_segments([1]), *_segments([5], point={"x": 1, "y": 1})]}, "bbox and point in one track"),
    (QUESTION | {"answer": []}, "answer: an empty list"),
    (QUESTION | {"answer": 7}, "answer: 7 is not an object"),
    (QUESTION | {"answer": " "}, "answer: a blank text"),
    (QUESTION | {"answer": None}, "answer: None is not an object"),
    (QUESTION | {"answer": ["a"]}, "answer[0]: 'a' is not an object"),
    (QUESTION | {"answer": {"name": "a", "colour": 1}}, "answer: unknown key colour"),
    (QUESTION | {"answer": {"name": "a", "value": "b"}}, "answer: both a value and an option"),
    (QUESTION | {"answer": [{"name": "a"}, {"value": "b"}]}, "answer: texts and options together"),
    (QUESTION | {"answer": [{"value": "a"}, {"value": "b"}]}, "answer: several texts without frames"),
    (
        QUESTION | {"answer": [{"name": "a", "frames": FRAMES}, {"name": "b"}]},
        "some answers have frames and some have none",
    ),
    (QUESTION | {"answer": {"name": "a", "frames": FRAMES}, "frames": FRAMES}, "frames here and next to the answer"),
    (QUESTION | {"frames": []}, "frames: an empty list"),
    (QUESTION | {"frames": [{"start": 5, "end": 1}]}, "the range starts at frame 5 and ends at 1"),
    (QUESTION | {"frames": [{"start": 5}]}, "frames[0]: a range without start or end"),
    (QUESTION | {"frames": [[1, 2]]}, "frames[0]: [1, 2] is not an object"),
    (QUESTION | {"confidence": "high"}, "confidence: 'high' is not a number"),
    (QUESTION | {"customMetrics": [{"name": "a"}]}, "customMetrics[0]: a metric without name or value"),
    (QUESTION | {"classifications": [{"name": "q", "answer": "x"}]}, "classifications next to the answer"),
    (QUESTION | {"answer": {"name": "a", "classifications": [{"name": "q"}]}}, "answer.classifications[0]: no answer"),
    (QUESTION | {"answer": {"name": "a", "classifications": None}}, "classifications: None is not a list"),
    (_mask(frame={"index": 1}), "masks.frames[0]: none of imBytes, instanceURI"),
    (_mask(frame={"imBytes": "aa"}), "masks.frames[0]: no index"),
    (_mask(frame={"index": 1, "imBytes": "a b="}), "masks.frames[0].imBytes: not base64"),
    (_mask(frame={"index": 1, "imBytes": "ä"}), "masks.frames[0].imBytes: not base64"),
    (_mask(frame={"index": 1, "imBytes": ""}), "masks.frames[0].imBytes: a blank text"),
    (_mask(instance={"colorRGB": [1, 2]}), "masks.instances[0].colorRGB: [1, 2] is not a colour"),
    (_mask(instance={"colorRGB": [1, 2, 256]}), "[1, 2, 256] is not a colour"),
    (_mask(instance={"colorRGB": [1, 2, True]}), "is not a colour"),
    (_mask(instance={"colorRGB": [1, 2, 3]}), "masks.instances[0]: neither name nor featureSchemaId"),
    (_mask(instance={"name": "road"}), "masks.instances[0]: no colorRGB"),
    (MASK | {"masks": {"frames": []}}, "masks: frames or instances are missing"),
    (MASK | {"name": "road"}, "unknown key name"),
]


@pytest.mark.parametrize(("line", "what"), BAD, ids=[what for _, what in BAD])
def test_refuses_a_bad_line_with_its_place(read: Any, line: Any, what: str) -> None:
    with pytest.raises(SourceError) as refused:
        read("\n" + json.dumps(QUESTION) + "\n" + json.dumps(line), **LINES)
    message = str(refused.value)
    assert message.startswith("labels.ndjson:3: ")
    assert what in message
    assert "; " in message, "every error says what to do"


@pytest.mark.parametrize(
    "text", ["{", "nothing", '{"a": NaN}', '{"a": 1e309}', "{'a': 1}", '{"a": 1} {"b": 2}', "\x00"]
)
def test_refuses_what_is_not_json(read: Any, text: str) -> None:
    with pytest.raises(SourceError, match=r"labels.ndjson:2: not JSON \(.*\); write one JSON object on each line"):
        read(json.dumps(QUESTION) + "\n" + text, **LINES)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('{"dataRow": {"globalKey": "a", "globalKey": "b"}, "name": "q", "answer": "x"}', "globalKey"),
        ('{"name": "q", "answer": "x", "name": "q"}', "name"),
        ('{"answer": [{"name": "\\u003a", "name": ":"}]}', "name"),
    ],
)
def test_refuses_a_key_that_is_given_twice(read: Any, text: str, key: str) -> None:
    with pytest.raises(SourceError, match=f"labels.ndjson:2: '{key}' is given twice in one object; give it once"):
        read(json.dumps(QUESTION) + "\n" + text, **LINES)


def test_takes_a_colon_written_as_an_escape(read: Any) -> None:
    (video,) = read(json.dumps(QUESTION | {"answer": "x"}).replace('"x"', '"\\u003a"'), **LINES)
    assert video.classifications[0].answers[0].text == ":"


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_refuses_numbers_that_are_not_finite(number: float) -> None:
    """A file cannot contain them, since JSON cannot; values from elsewhere can."""
    with pytest.raises(SourceError, match=r"labels\.ndjson:3: segments\[0\].*not a finite number.*correct"):
        (At(Where("labels.ndjson", 3)) / "segments" / 0).number(number)


def test_refuses_a_uuid_given_twice(read: Any) -> None:
    text = "\n".join(json.dumps(line | {"uuid": "u"}) for line in (QUESTION, TRACK))
    with pytest.raises(SourceError, match=r"labels.ndjson:2: uuid 'u' is also used at labels.ndjson:1; give each"):
        read(text, **LINES)


def test_refuses_questions_nested_beyond_reason(read: Any) -> None:
    line: dict[str, Any] = {"name": "q", "answer": "x"}
    for _ in range(150):
        line = {"name": "q", "answer": {"name": "a", "classifications": [line]}}
    with pytest.raises(SourceError, match="questions nested more than 100 levels deep"):
        read(json.dumps(line | ROW), **LINES)
