"""What the annotation classes accept and refuse at construction, beyond the guide's examples."""

import io
from collections.abc import Callable
from dataclasses import replace
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


def test_a_check_of_ones_own_is_made() -> None:
    class Late(T.VideoObjectAnnotation):
        def __post_init__(self) -> None:
            super().__post_init__()
            self.frame += 100

    (line,) = lines(Late(name="c", frame=1, keyframe=True, value=POINT))
    assert line["segments"][0]["keyframes"][0]["frame"] == 101


def test_a_changed_copy_is_checked() -> None:
    car = T.VideoObjectAnnotation(name="c", frame=1, keyframe=True, value=POINT)
    assert replace(car, frame=2) == T.VideoObjectAnnotation(name="c", frame=2, keyframe=True, value=POINT)
    with pytest.raises(AnnotationError, match="frame -2 is negative"):
        replace(car, frame=-2)


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
    "texts flat": (lambda: T.TemporalClassificationText(name="t", value=(0, 5, "x")), "value cannot contain a int"),
    "texts none": (lambda: T.TemporalClassificationText(name="t", value=None), "value must be a list"),
    "points none": (lambda: T.Line(points=None), "two or more Point"),
    "data text": (lambda: T.Label(data="key", annotations=[]), "exactly one of global_key and uid"),
    "key number": (lambda: T.Label(data={"global_key": 5}, annotations=[]), "exactly one of global_key and uid"),
    "key illegal": (
        lambda: T.Label(data={"global_key": "a#b"}, annotations=[]),
        "Label: global key 'a#b' contains '#'",
    ),
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
    "extra with more than a uuid": (
        lambda: answered(extra={"uuid": "u", "colour": "red", "age": 3}),
        "ClassificationAnnotation.*'age', 'colour'.*no place.*only 'uuid'",
    ),
    "uuid of a track": (
        lambda: T.VideoObjectAnnotation(name="c", frame=1, keyframe=True, value=POINT, extra={"id": 1}),
        "VideoObjectAnnotation.*'id'.*only 'uuid'",
    ),
    "uuid of masks": (
        lambda: T.VideoMaskAnnotation(frames=[], instances=[], extra={"id": 1}),
        "VideoMaskAnnotation.*'id'",
    ),
    "radio of a name": (lambda: T.Radio(answer="a"), "Radio.*one ClassificationAnswer"),
    "radio of several": (lambda: T.Radio(answer=[T.ClassificationAnswer(name="a")]), "one ClassificationAnswer"),
    "checklist of names": (lambda: T.Checklist(answer=["a"]), "Checklist: answer.*cannot contain a str"),
    "value bare": (
        lambda: T.ClassificationAnnotation(name="q", value="a"),
        "ClassificationAnnotation 'q'.*Radio.*Checklist.*Text",
    ),
    "value of a frame bare": (
        lambda: T.VideoClassificationAnnotation(name="q", frame=1, value=T.ClassificationAnswer(name="a")),
        "VideoClassificationAnnotation 'q'.*Radio.*Checklist.*Text",
    ),
    "shape of another kind": (
        lambda: T.VideoObjectAnnotation(name="c", frame=1, keyframe=True, value=(1, 2)),
        "VideoObjectAnnotation 'c'.*Rectangle.*Point.*Line.*tuple",
    ),
    "keyframe number": (
        lambda: T.VideoObjectAnnotation(name="c", frame=1, keyframe=1, value=POINT),
        "'c': keyframe.*True or False.*1",
    ),
    "keyframe none": (
        lambda: T.VideoObjectAnnotation(name="c", frame=1, keyframe=None, value=POINT),
        "'c': keyframe.*True or False.*None",
    ),
    "corner of numbers": (lambda: T.Rectangle(start=(1, 2), end=POINT), "Rectangle: start and end.*Point"),
    "end of numbers": (lambda: T.Rectangle(start=POINT, end=(1, 2)), "Rectangle: start and end.*Point"),
    "coordinate text": (lambda: T.Point(x="1", y=2), "'1' is not a number.*pixels"),
    "coordinate bool": (lambda: T.Point(x=1, y=True), "True is not a number.*pixels"),
    "coordinate vast": (lambda: T.Point(x=10**400, y=2), "too large.*pixels"),
    "mask without picture": (lambda: T.MaskFrame(index=4), "frame 4.*exactly one of im_bytes and instance_uri"),
    "mask with two pictures": (
        lambda: T.MaskFrame(index=4, im_bytes=b"x", instance_uri="https://example.com/x.png"),
        "frame 4.*exactly one of im_bytes and instance_uri",
    ),
    "mask of a list": (lambda: T.MaskFrame(index=4, im_bytes=[1, 2]), "frame 4.*PNG bytes.*array.*file"),
    "mask at a fraction": (lambda: T.MaskFrame(index=4.5, im_bytes=b"x"), "MaskFrame.*4.5.*whole number"),
    "colour of two": (lambda: T.MaskInstance(color_rgb=(1, 2), name="m"), "'m'.*color_rgb.*three whole numbers"),
    "colour bool": (lambda: T.MaskInstance(color_rgb=(1, 2, True), name="m"), "'m'.*color_rgb.*0 to 255"),
    "colour text": (lambda: T.MaskInstance(color_rgb="red", name="m"), "'m'.*color_rgb.*'red'"),
    "segment fraction": (
        lambda: T.VideoObjectAnnotation(name="c", frame=3, keyframe=True, value=POINT, segment_index=0.5),
        "'c'.*segment_index is 0.5 at frame 3",
    ),
    "annotations bare": (
        lambda: T.Label(data={"global_key": "g"}, annotations=["a"]),
        "annotations cannot contain a str",
    ),
    "row id empty": (lambda: T.Label(data={"uid": ""}, annotations=[]), "exactly one of global_key and uid"),
    "nested bare": (
        lambda: T.ClassificationAnswer(name="a", classifications=[T.ClassificationAnswer(name="b")]),
        "'a': classifications cannot contain a ClassificationAnswer",
    ),
    "argument missing": (lambda: T.Point(x=1), "Point: argument 'y' is missing.*x, y"),
    "first argument missing": (lambda: T.Point(y=1), "Point: argument 'x' is missing.*x, y"),
    "argument misspelt": (lambda: T.Point(x=1, z=2), "Point: unknown argument 'z'"),
    "corner missing": (lambda: T.Rectangle(start=POINT), "Rectangle: argument 'end' is missing.*start, end"),
    "corner misspelt": (lambda: T.Rectangle(start=POINT, ends=POINT), "unknown argument 'ends'; did you mean 'end'"),
    "corner bare": (lambda: T.Rectangle(start=POINT, end=(1, 2)), "start and end must each be a Point"),
    "frame missing": (
        lambda: T.VideoObjectAnnotation(name="c", value=POINT, keyframe=True),
        "VideoObjectAnnotation: argument 'frame' is missing; it takes name, value, frame",
    ),
    "value given by place": (
        lambda: T.VideoObjectAnnotation("c", POINT, frame=1, keyframe=True),
        "VideoObjectAnnotation: argument 'value' is missing",
    ),
    "beyond JSON": (lambda: lines(nested(120)), "nest less deeply"),
    "beyond Python": (lambda: lines(nested(400)), "nested too deeply"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_what_to_do(case: str) -> None:
    make, words = REFUSED[case]
    with pytest.raises(AnnotationError, match=words):
        make()


def test_what_python_complains_about_stays_pythons() -> None:
    """Only keywords are ours to explain; the rest is the caller's TypeError, untouched."""
    with pytest.raises(TypeError, match="positional"):
        T.Point(1, 2, 3)  # type: ignore[call-arg]


def test_a_name_that_never_was_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match=r"labelferry\.types.*'Cuboid'"):
        T.Cuboid  # type: ignore[attr-defined]  # noqa: B018
