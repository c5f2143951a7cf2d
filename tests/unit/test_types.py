"""What the annotation classes take and what they refuse when they are made, beyond what the guide shows."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import labelferry
import labelferry.types as T
from labelferry.errors import AnnotationError


def lines(*annotations: Any) -> list[dict[str, Any]]:
    return list(labelferry.to_ndjson([T.Label(data={"global_key": "g"}, annotations=annotations)]))


def answered(**more: Any) -> T.ClassificationAnnotation:
    return T.ClassificationAnnotation(name="q", value=T.Text(answer="a"), **more)


def nested(levels: int) -> T.ClassificationAnnotation:
    made = answered()
    for _ in range(levels):
        answer = T.ClassificationAnswer(name="a", classifications=[made])
        made = T.ClassificationAnnotation(name="q", value=T.Radio(answer=answer))
    return made


@pytest.mark.parametrize("score", [0.5, np.float64(0.5), np.float32(0.5)])
def test_scores_of_models_are_written(score: Any) -> None:
    (line,) = lines(answered(confidence=score, custom_metrics=[{"name": "iou", "value": score}]))
    assert line["confidence"] == 0.5
    assert line["customMetrics"] == [{"name": "iou", "value": 0.5}]


@pytest.mark.parametrize("as_given", [Path, str])
def test_a_mask_comes_from_a_file(as_given: Callable[[Path], Any], tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), (1, 2, 3)).save(out, "PNG")
    path = tmp_path / "mask.png"
    path.write_bytes(out.getvalue())
    frame = T.MaskFrame(index=1, im_bytes=as_given(path))
    instances = [T.MaskInstance(color_rgb=(1, 2, 3), name="m")]
    (from_file,) = lines(T.VideoMaskAnnotation(frames=[frame], instances=instances))
    frame = T.MaskFrame(index=1, im_bytes=out.getvalue())
    assert [from_file] == lines(T.VideoMaskAnnotation(frames=[frame], instances=instances))


def test_classes_of_ones_own_are_written_too() -> None:
    class Choice(T.Radio):
        pass

    class Car(T.VideoObjectAnnotation):
        pass

    class Weather(T.VideoClassificationAnnotation):
        pass

    choice = Choice(answer=T.ClassificationAnswer(name="a"))
    made = [Car(name="c", frame=1, keyframe=True, value=POINT), Weather(name="w", frame=1, value=choice)]
    label = T.Label(data={"global_key": "g"}, annotations=made)
    assert {line["name"] for line in labelferry.to_ndjson([label])} == {"c", "w"}


def temporal(frames: Any) -> list[dict[str, Any]]:
    answer = T.TemporalClassificationAnswer(name="a", frames=frames)
    return lines(T.TemporalClassificationQuestion(name="q", value=[answer]))


POINT = T.Point(x=1, y=2)
RAIN = T.Radio(answer=T.ClassificationAnswer(name="rain"))
REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "metric nan": (lambda: answered(custom_metrics=[{"name": "a", "value": float("nan")}]), "finite number"),
    "metric text": (lambda: answered(custom_metrics=[{"name": "a", "value": "1"}]), "finite number"),
    "metric nameless": (lambda: answered(custom_metrics=[{"value": 1}]), "finite number"),
    "metrics bare": (lambda: answered(custom_metrics={"name": "a", "value": 1}), "must be a list"),
    "confidence text": (lambda: answered(confidence="0.5"), "number between 0 and 1"),
    "frames flat": (lambda: temporal((0, 5)), "not a .start, end. pair"),
    "frames none": (lambda: temporal(None), "not a .start, end. pair"),
    "frames dict": (lambda: temporal([{"start": 0, "end": 5}]), "not a .start, end. pair"),
    "texts flat": (lambda: T.TemporalClassificationText(name="t", value=(0, 5, "x")), "value cannot hold a int"),
    "texts none": (lambda: T.TemporalClassificationText(name="t", value=None), "value must be a list"),
    "points none": (lambda: T.Line(points=None), "two or more Point"),
    "data text": (lambda: T.Label(data="key", annotations=[]), "exactly one of global_key and uid"),
    "key number": (lambda: T.Label(data={"global_key": 5}, annotations=[]), "exactly one of global_key and uid"),
    "key illegal": (lambda: T.Label(data={"global_key": "a#b"}, annotations=[]), "Label: global key 'a#b' holds '#'"),
    "key blank": (lambda: T.Label(data={"global_key": " "}, annotations=[]), "exactly one of global_key and uid"),
    "row id blank": (lambda: T.Label(data={"uid": " "}, annotations=[]), "exactly one of global_key and uid"),
    "text blank": (lambda: T.Text(answer=" "), "answer is ' '; give some text, or leave the annotation out"),
    "text over frames blank": (
        lambda: lines(T.TemporalClassificationText(name="t", value=[(6, 9, " ")])),
        "empty text at frames 6 to 9",
    ),
    "metric blank": (lambda: answered(custom_metrics=[{"name": " ", "value": 1}]), "finite number"),
    "schema id blank": (lambda: T.ClassificationAnswer(name="a", feature_schema_id=""), "feature_schema_id ''"),
    "uuid blank": (lambda: answered(extra={"uuid": " "}), "give some text or leave it out"),
    "uuid twice": (
        lambda: lines(*(T.ClassificationAnnotation(name=n, value=RAIN, extra={"uuid": "u"}) for n in "pq")),
        r"labels \(label 1\): radio 'q': uuid 'u' is also used at labels \(label 1\); give each line its own",
    ),
    "extra text": (lambda: answered(extra="uuid"), "give a dict"),
    "uuid empty": (lambda: answered(extra={"uuid": ""}), "give some text or leave it out"),
    "name blank": (lambda: T.VideoObjectAnnotation(name=" ", frame=1, keyframe=True, value=POINT), "name is ' '"),
    "name number": (lambda: T.VideoObjectAnnotation(name=5, frame=1, keyframe=True, value=POINT), "name is 5"),
    "schema id number": (lambda: T.ClassificationAnswer(feature_schema_id=5), "feature_schema_id 5"),
    "lone surrogate": (
        lambda: lines(T.ClassificationAnnotation(name="q", value=T.Text(answer="\ud800"))),
        "'q' cannot",
    ),
    "beyond JSON": (lambda: lines(nested(120)), "nest less deeply"),
    "beyond Python": (lambda: lines(nested(400)), "nested too deeply"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_what_to_do(case: str) -> None:
    make, words = REFUSED[case]
    with pytest.raises(AnnotationError, match=words):
        make()
