"""Each case in which the official SDK is wrong, silent or unhelpful: here it is written without loss, or refused.

The ids are those of ``labelbox/sdk-behaviour.md``, section 2.
"""

import json
import math
from collections.abc import Callable
from typing import Any

import pytest

import labelferry
import labelferry.types as T
from labelferry.errors import AnnotationError

Row = dict[str, Any]


def serialize(*annotations: Any, **label: Any) -> list[Row]:
    data = label.pop("data", {"global_key": "g"})
    return list(labelferry.to_ndjson([T.Label(data=data, annotations=list(annotations), **label)]))


def box(frame: Any, segment: int | None = 0, x: float = 1, name: str = "b", **kwargs: Any) -> T.VideoObjectAnnotation:
    value = T.Rectangle(start=T.Point(x=x, y=2), end=T.Point(x=x + 5, y=7))
    keyframe = kwargs.pop("kf", True)
    return T.VideoObjectAnnotation(
        name=name, frame=frame, segment_index=segment, keyframe=keyframe, value=value, **kwargs
    )


def radio(frame: int, answer: str = "a", segment: int = 0, name: str = "r", **kwargs: Any) -> Any:
    value = T.Radio(answer=T.ClassificationAnswer(name=answer))
    return T.VideoClassificationAnnotation(name=name, frame=frame, segment_index=segment, value=value, **kwargs)


def text(frame: int, answer: str, **kwargs: Any) -> Any:
    return T.VideoClassificationAnnotation(
        name="t", frame=frame, segment_index=0, value=T.Text(answer=answer), **kwargs
    )


def answer(name: str, frames: list[tuple[int, int]], nested: Any = None) -> T.TemporalClassificationAnswer:
    return T.TemporalClassificationAnswer(name=name, frames=frames, classifications=nested)


def question(name: str, *answers: Any, **kwargs: Any) -> T.TemporalClassificationQuestion:
    return T.TemporalClassificationQuestion(name=name, value=list(answers), **kwargs)


def mask(png: bytes = b"x", index: int = 1, colour: Any = (1, 2, 3)) -> T.VideoMaskAnnotation:
    return T.VideoMaskAnnotation(
        frames=[T.MaskFrame(index=index, im_bytes=png)], instances=[T.MaskInstance(color_rgb=colour, name="m")]
    )


def frames(rows: list[Row]) -> list[list[int]]:
    return [[k["frame"] for k in segment["keyframes"]] for row in rows for segment in row["segments"]]


def spans(*pairs: tuple[int, int]) -> list[Row]:
    return [{"start": start, "end": end} for start, end in pairs]


class TestWrittenRight:
    """Where the SDK writes something else than it was given."""

    def test_w1_changing_radio(self) -> None:
        (row,) = serialize(radio(1), radio(4), radio(5, "b", 1), radio(9, "b", 1))
        assert row["answer"] == [{"name": "a", "frames": spans((1, 4))}, {"name": "b", "frames": spans((5, 9))}]

    def test_w1_changing_checklist(self) -> None:
        def at(frame: int, *names: str) -> Any:
            value = T.Checklist(answer=[T.ClassificationAnswer(name=name) for name in names])
            return T.VideoClassificationAnnotation(name="c", frame=frame, segment_index=0, value=value)

        (row,) = serialize(at(1, "x", "y"), at(5, "x"), at(9, "x", "y"))
        assert row["answer"] == [{"name": "x", "frames": spans((1, 9))}, {"name": "y", "frames": spans((1, 1), (9, 9))}]

    def test_w2_shared_boundary_frame(self) -> None:
        assert frames(serialize(box(1), box(10), box(10, 1, 99), box(20, 1))) == [[1, 10], [10, 20]]

    def test_w5_text_that_returns(self) -> None:
        (row,) = serialize(text(1, "a"), text(2, "a"), text(3, "b"), text(9, "a"))
        assert row["answer"] == [
            {"value": "a", "frames": spans((1, 2), (9, 9))},
            {"value": "b", "frames": spans((3, 3))},
        ]

    def test_w6_schema_ids_at_every_depth(self) -> None:
        i = "c" * 25
        nested = T.ClassificationAnnotation(
            feature_schema_id=i, value=T.Radio(answer=T.ClassificationAnswer(feature_schema_id=i))
        )
        outer = T.ClassificationAnnotation(
            feature_schema_id=i,
            value=T.Radio(answer=T.ClassificationAnswer(feature_schema_id=i, classifications=[nested])),
        )
        (row,) = serialize(outer)
        assert row["schemaId"] == i
        assert row["answer"] == {"schemaId": i, "classifications": [{"schemaId": i, "answer": {"schemaId": i}}]}
        instance = T.MaskInstance(color_rgb=(1, 2, 3), feature_schema_id=i, name="m")
        (row,) = serialize(T.VideoMaskAnnotation(frames=[T.MaskFrame(index=1, im_bytes=b"x")], instances=[instance]))
        assert row["masks"]["instances"] == [{"colorRGB": [1, 2, 3], "name": "m", "featureSchemaId": i}]

    def test_d3_child_over_adjacent_parent_ranges(self) -> None:
        (row,) = serialize(question("q", answer("p", [(0, 10), (11, 20)], [question("c", answer("x", [(5, 15)]))])))
        assert row["answer"][0]["classifications"] == [
            {"name": "c", "answer": [{"name": "x", "frames": spans((5, 15))}]}
        ]

    def test_d5_question_level_nesting(self) -> None:
        (row,) = serialize(
            question(
                "q",
                answer("p", [(0, 4)]),
                answer("o", [(5, 9)]),
                classifications=[question("c", answer("x", [(6, 7)]))],
            )
        )
        assert "classifications" not in row["answer"][0]
        assert row["answer"][1]["classifications"][0]["answer"] == [{"name": "x", "frames": spans((6, 7))}]

    def test_d8_confidence_on_values(self) -> None:
        radio_value = T.Radio(confidence=0.3, answer=T.ClassificationAnswer(name="a"))
        assert serialize(T.ClassificationAnnotation(name="q", value=radio_value))[0]["confidence"] == 0.3
        text_value = T.Text(answer="a")
        assert serialize(T.ClassificationAnnotation(name="q", confidence=0.4, value=text_value))[0]["confidence"] == 0.4

    def test_d9_frame_text_keeps_everything(self) -> None:
        nested = T.ClassificationAnnotation(name="n", value=T.Text(answer="x"))
        annotation = T.VideoClassificationAnnotation(
            name="t",
            frame=1,
            confidence=0.5,
            extra={"uuid": "u"},
            value=T.Text(answer="a", classifications=[nested]),
        )
        (row,) = serialize(annotation)
        assert (row["uuid"], row["confidence"]) == ("u", 0.5)
        assert row["answer"] == [
            {"value": "a", "frames": spans((1, 1)), "classifications": [{"name": "n", "answer": "x"}]}
        ]

    def test_d10_mask_instance_classifications(self) -> None:
        sub = T.ClassificationAnnotation(name="sub_free_text", value=T.Text(answer="x"))
        instance = T.MaskInstance(color_rgb=(1, 2, 3), name="m", classifications=[sub])
        (row,) = serialize(T.VideoMaskAnnotation(frames=[T.MaskFrame(index=1, im_bytes=b"x")], instances=[instance]))
        assert row["masks"]["instances"][0]["classifications"] == [{"name": "sub_free_text", "answer": "x"}]

    def test_a11_sparse_keyframes_without_segment_index(self) -> None:
        assert frames(serialize(box(0, None), box(10, None), box(20, None))) == [[0], [10], [20]]

    def test_a14_integral_strings_and_floats(self) -> None:
        assert frames(serialize(box("7"), box(8.0))) == [[7, 8]]

    def test_e4_temporal_on_a_data_row_id(self) -> None:
        (row,) = serialize(question("q", answer("p", [(0, 1)])), data={"uid": "d" * 25})
        assert row["dataRow"] == {"id": "d" * 25}

    def test_e9_no_classifications(self) -> None:
        assert "classifications" not in serialize(box(1, classifications=None))[0]["segments"][0]["keyframes"][0]

    def test_a4_a8_a9_are_for_the_checks(self) -> None:
        """Unknown names, flat boxes and contradictions between labels are written as they are; `check` finds them."""
        assert serialize(radio(1, "no_such_answer", name="no_such_feature"))
        flat = T.Rectangle(start=T.Point(x=-5, y=-5), end=T.Point(x=-5, y=-5))
        row = serialize(T.VideoObjectAnnotation(name="b", frame=1, keyframe=True, value=flat))[0]
        assert row["segments"][0]["keyframes"][0]["bbox"] == {"top": -5, "left": -5, "height": 0, "width": 0}
        labels = [T.Label(data={"global_key": "g"}, annotations=[radio(1, name)]) for name in "ab"]
        assert len(list(labelferry.to_ndjson(labels))) == 2


class TestPure:
    """Serialising changes nothing and gives the same again."""

    @pytest.mark.parametrize("make", [mask, lambda: radio(3), lambda: box(1)])
    def test_s1_s2_objects_are_not_changed(self, make: Callable[[], Any]) -> None:
        annotation = make()
        before = repr(annotation)
        assert serialize(annotation) == serialize(annotation)
        assert repr(annotation) == before

    def test_s3_uuid_depends_on_content_only(self) -> None:
        assert serialize(radio(1)) == serialize(radio(1))
        assert serialize(radio(1))[0]["uuid"] != serialize(radio(2))[0]["uuid"]

    def test_s3_equal_lines_have_different_uuids(self) -> None:
        labels = [T.Label(data={"global_key": "g"}, annotations=[box(1)]) for _ in range(3)]
        assert len({row["uuid"] for row in labelferry.to_ndjson(labels)}) == 3

    def test_s4_every_line_has_a_uuid(self) -> None:
        rows = serialize(radio(1), text(1, "a"), box(1), question("q", answer("p", [(0, 1)])), mask())
        assert len({row["uuid"] for row in rows}) == 5

    def test_s5_all_bad_labels_are_named_and_nothing_is_emitted(self) -> None:
        labels = [T.Label(data={"global_key": str(i)}, annotations=[box(1, kf=i % 2 == 0)]) for i in range(5)]
        lines = labelferry.to_ndjson(labels)
        with pytest.raises(AnnotationError, match=r"(?s)label 2.*label 4"):
            next(lines)

    def test_output_is_json(self) -> None:
        for row in serialize(mask(), box(1)):
            assert json.loads(json.dumps(row, allow_nan=False)) == row


REFUSED = {
    "W3": (lambda: serialize(box(5, None), box(5, None, 99), box(6, None)), "two keyframes for frame 5.*instance"),
    "W4": (lambda: serialize(box(1), box(6), box(1, 0, 500), box(6, 0, 505)), "two keyframes for frame 1.*instance"),
    "W7": (lambda: serialize(radio(1, name="x"), box(2, name="x")), "'x' is given as an object and as a classif"),
    "W8": (lambda: serialize(radio(1, confidence=0.9), radio(2, confidence=0.1)), "confidence changes over the frames"),
    "D1": (
        lambda: serialize(question("q", answer("p", [(0, 10)], [question("c", answer("x", [(5, 15)]))]))),
        "'q' = 'p' > 'c' = 'x': frames 5 to 15.*parent",
    ),
    "D2": (
        lambda: serialize(question("q", answer("p", [(0, 10)], [question("c", answer("x", [(2, 4), (50, 60)]))]))),
        "frames 50 to 60",
    ),
    "D4": (
        lambda: serialize(question("q", answer("p", [(0, 10)], [question("c", answer("x", [(50, 60)]))]))),
        "frames 50 to 60",
    ),
    "D6": (
        lambda: T.TemporalClassificationQuestion(name="q", answers=[answer("p", [(0, 1)])]),
        "unknown argument 'answers'",
    ),
    "D7 answer": (lambda: serialize(question("q", answer("p", []))), "no frames"),
    "D7 text": (lambda: serialize(T.TemporalClassificationText(name="t", value=[])), "no values"),
    "D11 metrics": (lambda: box(1, custom_metrics=[{"name": "a", "value": 1}]), "no custom metrics on video objects"),
    "D11 confidence": (lambda: box(1, confidence=None), "no confidence on video objects"),
    "D12": (lambda: box(1, None, segment_idx=0), "did you mean 'segment_index'"),
    "D13": (lambda: box(5, classifications=[radio(99)]), "cannot contain a VideoClassificationAnnotation"),
    "A1 object": (lambda: box(-5), "frame -5 is negative"),
    "A1 classification": (lambda: radio(-3), "frame -3 is negative"),
    "A1 temporal": (lambda: serialize(question("q", answer("p", [(-9, -5)]))), "frame -9 is negative"),
    "A1 mask": (lambda: mask(index=-1), "frame -1 is negative"),
    "A2": (lambda: serialize(question("q", answer("p", [(10, 5)]))), "starts at frame 10 and ends at 5"),
    "A3 nan": (lambda: serialize(box(1, x=math.nan)), "not a finite number"),
    "A3 infinity": (lambda: serialize(box(1, x=math.inf)), "not a finite number"),
    "A6": (
        lambda: serialize(
            T.VideoMaskAnnotation(
                frames=[T.MaskFrame(index=3, im_bytes=b"1"), T.MaskFrame(index=3, im_bytes=b"2")],
                instances=[T.MaskInstance(color_rgb=(1, 2, 3), name="m")],
            )
        ),
        "two composite masks for frame 3",
    ),
    "A7": (lambda: T.MaskInstance(color_rgb=(300, -1, 3), name="m"), "whole numbers from 0 to 255"),
    "A10": (lambda: serialize(box(3), box(3, 0, 50)), "two keyframes for frame 3"),
    "A12": (lambda: T.ObjectAnnotation, "VideoObjectAnnotation"),
    "A13 name": (lambda: box(1, name=""), "name is ''"),
    "A13 checklist": (lambda: T.Checklist(answer=[]), "no answer"),
    "A13 text": (lambda: T.Text(answer=""), "some text"),
    "A14 bool": (lambda: box(True), "not a whole number"),
    "A14 fraction": (lambda: box(1.5), "not a whole number"),
    "E1": (lambda: serialize(box(1), box(5, 1, kf=False)), "'b', segment 1: no keyframe at all"),
    "E2": (lambda: T.Polygon, "polygons cannot be imported on video"),
    "E3": (
        lambda: serialize(
            box(1),
            T.VideoObjectAnnotation(name="b", frame=2, keyframe=True, segment_index=0, value=T.Point(x=1, y=1)),
        ),
        "each tool has one shape",
    ),
    "E5": (lambda: serialize(box(1), data={"external_id": "e"}), "global_key and uid"),
    "E6": (lambda: box(1, -1), "whole number, 0 or more"),
    "E7": (lambda: mask(b""), "im_bytes is empty"),
    "E8": (
        lambda: serialize(
            T.TemporalClassificationText(name="t", value=[(0, 5, "a")]), question("t", answer("b", [(6, 9)]))
        ),
        "as a question and as a text",
    ),
    "P1": (lambda: serialize(box(1), box(2, None)), "segment_index is missing at frame 2"),
    "P2": (lambda: serialize(box(1), box(5, 1), box(7, 0)), "'b'.*follow each other in time"),
    "P3 confidence": (lambda: radio(1, confidence=1.5), "between 0 and 1"),
    "P3 line": (lambda: T.Line(points=[T.Point(x=1, y=1)]), "two or more"),
    "P3 uri": (lambda: T.MaskFrame(index=1, instance_uri="x"), "not a URL"),
    "P4 two keys": (lambda: T.Label(data={"global_key": "a", "uid": "b"}, annotations=[]), "exactly one"),
    "P4 no key": (lambda: T.Label(data={"url": "u"}, annotations=[]), "exactly one"),
    "keyframe=False alone carries a move": (
        lambda: serialize(box(1), box(5, x=99, kf=False), box(9)),
        "frame 5 is not what its keyframes interpolate to",
    ),
    "keyframe=False alone carries the end": (lambda: serialize(box(1), box(5, kf=False)), "frame 5 lies outside"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    act, message = REFUSED[case]
    with pytest.raises((AnnotationError, AttributeError), match=f"(?s){message}"):
        act()


def test_p4_bare_annotation_is_a_list_of_one() -> None:
    assert len(list(labelferry.to_ndjson([T.Label(data={"global_key": "a"}, annotations=radio(1))]))) == 1


def test_keyframe_false_that_interpolates_is_left_out() -> None:
    assert frames(serialize(box(1, x=0), box(5, x=4, kf=False), box(9, x=8))) == [[1, 9]]


@pytest.mark.parametrize("told", [{"instance": "two"}, {"extra": {"uuid": "two"}}])
def test_two_tracks_told_apart(told: Row) -> None:
    rows = serialize(box(1), box(6), box(1, 0, 500, **told), box(6, 0, 505, **told))
    assert frames(rows) == [[1, 6], [1, 6]]
