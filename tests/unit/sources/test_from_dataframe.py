"""A table of pandas is read as a file of it is."""

from typing import Any

import pandas as pd
import pytest

import labelferry
import labelferry.types as lb_types
from labelferry.assemble import assemble
from labelferry.errors import SourceError

BOXES = pd.DataFrame({"frame": [0, 1], "track_id": [7, 7], "label": "car", "x1": [1.5, 2], "y1": 2, "x2": 5, "y2": 9})
RANGES = pd.DataFrame({"video": ["a.mp4"], "start_time": [1.0], "end_time": [2.0], "label": ["run"]})


def test_boxes_of_a_video_that_is_told() -> None:
    (video,) = labelferry.from_dataframe(BOXES, global_key="clip.mp4")
    (track,) = video.tracks
    assert (video.row.global_key, track.instance, track.frames.tolist()) == ("clip.mp4", "7", [1, 2])
    assert track.coords.tolist() == [[1.5, 2, 3.5, 7], [2, 2, 3, 7]]


def test_boxes_of_several_videos() -> None:
    both = pd.concat([BOXES.assign(global_key=key) for key in ("a.mp4", "b.mp4")], ignore_index=True)
    assert [str(video.row) for video in labelferry.from_dataframe(both)] == ["a.mp4", "b.mp4"]


def test_ranges() -> None:
    (video,) = labelferry.from_dataframe(RANGES, fps=10)
    assert video.classifications[0].answers[0].spans == ((11, 20),)


def test_a_video_that_is_not_told() -> None:
    with pytest.raises(SourceError, match="no column says the video; add a column global_key"):
        labelferry.from_dataframe(BOXES)


def test_values_of_several_types() -> None:
    with pytest.raises(SourceError, match="a column has values of several types"):
        labelferry.from_dataframe(BOXES.assign(label=["car", 2]), global_key="clip.mp4")


def shape(name: str, frame: int, segment: int, value: Any, **more: Any) -> lb_types.VideoObjectAnnotation:
    at = {"keyframe": True, "frame": frame, "segment_index": segment}
    return lb_types.VideoObjectAnnotation(name=name, value=value, **at, **more)


def rectangle(left: float) -> lb_types.Rectangle:
    return lb_types.Rectangle(start=lb_types.Point(x=left, y=2), end=lb_types.Point(x=left + 5, y=9))


def radio(answer: str) -> lb_types.Radio:
    return lb_types.Radio(answer=lb_types.ClassificationAnswer(name=answer))


LINE = lb_types.Line(points=[lb_types.Point(x=1, y=2), lb_types.Point(x=4.5, y=2), lb_types.Point(x=7, y=3)])
INSIDE = lb_types.ClassificationAnnotation(name="lit", value=radio("yes"))
EVERYTHING = [
    *(shape("car", frame, segment, rectangle(frame)) for frame, segment in ((1, 0), (3, 0), (9, 1))),
    shape("truck", 4, 0, rectangle(1), classifications=[INSIDE]),
    shape("horn", 4, 0, lb_types.Point(x=1, y=2)),
    shape("lane", 4, 0, LINE),
    shape("lane", 6, 0, LINE),
    *(
        lb_types.VideoClassificationAnnotation(name="fog", frame=at, segment_index=0, value=radio("thick"))
        for at in (1, 5)
    ),
    lb_types.ClassificationAnnotation(name="note", value=lb_types.Text(answer="hi")),
]
HOW = {"fog": "radio", "lit": "radio", "note": "text"}


def own() -> pd.DataFrame:
    (video,) = assemble([lb_types.Label(data={"global_key": "clip.mp4"}, annotations=EVERYTHING)])
    return video.to_dataframe()


def test_its_own_table_comes_back() -> None:
    (back,) = labelferry.from_dataframe(own(), questions=HOW)
    pd.testing.assert_frame_equal(back.to_dataframe(), own(), check_dtype=False)
    (video,) = assemble([lb_types.Label(data={"global_key": "clip.mp4"}, annotations=EVERYTHING)])
    assert [each.question for each in back.classifications] == [each.question for each in video.classifications]


def test_its_own_table_changed() -> None:
    table = own()
    moved = table[table.feature == "car"].assign(left=lambda cars: cars.left + 10, track="7")
    (track,) = labelferry.from_dataframe(moved)[0].tracks
    assert (track.instance, track.coords[:, 0].tolist(), track.segment.tolist()) == ("7", [11, 13, 19], [0, 0, 1])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "mask"}, r"DataFrame:1: 1 mask, whose pixels a table does not have; leave them out"),
        ({"left": None}, r"DataFrame:1: left is empty; a box needs left, top, width, height"),
        ({"frame": -1}, r"frame -1 is negative"),
    ],
)
def test_what_its_own_table_cannot_say(change: dict[str, Any], said: str) -> None:
    table = own().head(1).astype(object).assign(**change)
    with pytest.raises(SourceError, match=said):
        labelferry.from_dataframe(table)


def test_how_a_question_is_answered_is_asked() -> None:
    with pytest.raises(SourceError, match=r"a table does not say how 'lit' is answered; say questions="):
        labelferry.from_dataframe(own())


def test_a_nested_question_is_refused() -> None:
    inner = lb_types.ClassificationAnnotation(name="why", value=lb_types.Text(answer="rain"))
    answer = lb_types.ClassificationAnswer(name="wet", classifications=[inner])
    outer = lb_types.ClassificationAnnotation(name="road", value=lb_types.Radio(answer=answer))
    (video,) = assemble([lb_types.Label(data={"global_key": "clip.mp4"}, annotations=[outer])])
    with pytest.raises(SourceError, match="'why' is nested in 'road', and a table does not say under which answer"):
        labelferry.from_dataframe(video.to_dataframe(), questions={"road": "radio", "why": "text"})
