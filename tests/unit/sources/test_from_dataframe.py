"""A table of pandas is read as a file of it is."""

import pandas as pd
import pytest

import labelferry
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
