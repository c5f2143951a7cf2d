"""Annotations that cannot be written without loss: refused with the label, the feature, the frame and the way out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import labelferry.types as T
from labelferry.assemble import assemble
from labelferry.errors import AnnotationError, SourceError
from labelferry.model import LabelledVideo


def built(*annotations: Any) -> LabelledVideo:
    (video,) = assemble([T.Label(data={"global_key": "g"}, annotations=list(annotations))], "labels.py")
    return video


def colour(name: str) -> T.ClassificationAnnotation:
    return T.ClassificationAnnotation(name="colour", value=T.Radio(answer=T.ClassificationAnswer(name=name)))


def box(frame: int, *, keyframe: bool = True, **more: Any) -> T.VideoObjectAnnotation:
    value = T.Rectangle(start=T.Point(x=1, y=2), end=T.Point(x=6, y=7))
    return T.VideoObjectAnnotation(name="car", frame=frame, keyframe=keyframe, segment_index=0, value=value, **more)


def asked(frame: int, value: Any, segment: int | None = None) -> T.VideoClassificationAnnotation:
    return T.VideoClassificationAnnotation(name="weather", frame=frame, segment_index=segment, value=value)


def radio(name: str = "dry") -> T.Radio:
    return T.Radio(answer=T.ClassificationAnswer(name=name))


def mask(image: Any) -> T.VideoMaskAnnotation:
    instances = [T.MaskInstance(color_rgb=(1, 2, 3), name="sky")]
    return T.VideoMaskAnnotation(frames=[T.MaskFrame(index=12, im_bytes=image)], instances=instances)


def texts(*values: Any) -> T.TemporalClassificationText:
    return T.TemporalClassificationText(name="note", value=list(values))


def confidences(annotation: float, value: float) -> T.ClassificationAnnotation:
    answer = T.ClassificationAnswer(name="dry")
    return T.ClassificationAnnotation(
        name="weather", confidence=annotation, value=T.Radio(answer=answer, confidence=value)
    )


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "a colour that changes between keyframes": (
        lambda: built(
            box(1, classifications=[colour("red")]),
            box(5, keyframe=False, classifications=[colour("blue")]),
            box(9, classifications=[colour("red")]),
        ),
        r"label 1.*'car'.*classifications at frame 5.*lost.*keyframe",
    ),
    "a colour that only the later keyframe has": (
        lambda: built(box(1), box(5, keyframe=False, classifications=[colour("blue")]), box(9)),
        r"classifications at frame 5",
    ),
    "a question that is a radio and a text": (
        lambda: built(asked(1, radio()), asked(2, T.Text(answer="dry"))),
        r"label 1.*'weather'.*radio.*text",
    ),
    "two answers at one frame": (
        lambda: built(asked(1, radio(), 0), asked(4, radio(), 0), asked(4, radio("wet"), 0)),
        r"'weather'.*twice at frame 4.*one annotation",
    ),
    "two answers at one frame, without segments": (
        lambda: built(asked(4, radio("wet")), asked(3, radio()), asked(4, radio())),
        r"'weather'.*twice at frame 4",
    ),
    "segments of answers back in time": (
        lambda: built(asked(5, radio(), 0), asked(2, radio(), 1)),
        r"'weather'.*segments.*frame 2",
    ),
    "a text without its frames": (lambda: built(texts((0, 5))), r"'note'.*\(0, 5\).*\(start, end, text\)"),
    "a text that is a number": (lambda: built(texts((0, 5, 7))), r"'note'.*\(0, 5, 7\).*\(start, end, text\)"),
    "an empty text over frames": (
        lambda: built(texts((0, 5, "a"), (6, 9, ""))),
        r"'note'.*empty text.*6 to 9.*leave it out",
    ),
    "two confidences for one line": (
        lambda: built(confidences(0.5, 0.75)),
        r"label 1.*'weather'.*confidence.*0\.5 .*0\.75",
    ),
    "a mask without colours": (
        lambda: built(mask(np.zeros((4, 5), np.uint8))),
        r"label 1.*frame 12.*\(4, 5\).*uint8.*\[height, width, 3\]",
    ),
    "a mask with transparency": (lambda: built(mask(np.zeros((4, 5, 4), np.uint8))), r"frame 12.*\(4, 5, 4\)"),
    "a mask of floats": (lambda: built(mask(np.zeros((4, 5, 3)))), r"frame 12.*float64"),
    "no label at all": (lambda: list(assemble(["a.mp4"], "labels.py")), r"labels\.py.*label 1.*str.*Label"),  # type: ignore[list-item]
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_place_and_way_out(case: str) -> None:
    act, message = REFUSED[case]
    with pytest.raises(AnnotationError, match=f"(?s){message}"):
        act()


def test_a_mask_whose_file_is_absent(tmp_path: Path) -> None:
    absent = tmp_path / "absent.png"
    with pytest.raises(SourceError, match=r"absent\.png.*frame 12.*No such file"):
        built(mask(absent))


def test_what_agrees_is_written() -> None:
    """The other side of each refusal: the same place, without the contradiction."""
    red = [colour("red")]
    video = built(
        box(1, classifications=red),
        box(5, keyframe=False, classifications=red),
        box(9, classifications=[colour("blue")]),
        asked(1, radio(), 0),
        asked(5, radio(), 1),
        texts((0, 5, "a")),
        confidences(0.5, 0.5),
        mask(np.zeros((4, 5, 3), np.uint8)),
    )
    assert video.tracks[0].frames.tolist() == [1, 9]
    assert {at: str(answers[0].answers[0]) for at, answers in video.tracks[0].answers.items()} == {0: "red", 1: "blue"}
    assert len(video.masks) == 1


def test_of_many_the_first_twenty_are_told() -> None:
    wrong = [T.Label(data={"global_key": str(n)}, annotations=[texts((0, 5))]) for n in range(25)]
    with pytest.raises(AnnotationError) as refused:
        list(assemble(wrong))
    told = str(refused.value).splitlines()
    assert [line.split(":")[0] for line in told[:20]] == [f"labels (label {n})" for n in range(1, 21)]
    assert len(told) == 21
    assert "5 more" in told[20]
