"""Wide tables of points: DeepLabCut's header rows, SLEAP's columns, idtracker's pairs."""

from collections.abc import Callable
from typing import Any

import pytest

from labelferry.errors import SourceError
from labelferry.model import LabelledVideo

Read = Callable[..., list[LabelledVideo]]
POSE: dict[str, Any] = {"format": "pose", "path": "a.csv", "global_key": "mouse"}
DLC = "scorer,N,N,N,N,N,N\n{}bodyparts,nose,nose,nose,ear,ear,ear\ncoords,x,y,likelihood,x,y,likelihood\n"
SINGLE, MULTI = DLC.format(""), DLC.format("individuals,m1,m1,m1,m2,m2,m2\n")
ROWS = "0,1,2,.9,3,4,.9\n1,1,2,.1,,,\n2,1,2,.9,3,4,.9\n"


def points(videos: list[LabelledVideo]) -> dict[str, tuple[str, list[int], list[int]]]:
    (video,) = videos
    return {
        str(track.instance): (str(track.feature), track.frames.tolist(), track.segment.tolist())
        for track in video.tracks
    }


def test_deeplabcut_has_a_track_for_each_part(read: Read) -> None:
    assert points(read(SINGLE + ROWS, **POSE)) == {
        "nose": ("nose", [1, 2, 3], [0, 0, 0]),
        "ear": ("ear", [1, 3], [0, 1]),
    }


def test_deeplabcut_with_individuals(read: Read) -> None:
    assert set(points(read(MULTI + ROWS, **POSE))) == {"m1 nose", "m2 ear"}


def test_unlikely_points_are_left_out_when_asked(read: Read) -> None:
    assert points(read(SINGLE + ROWS, **POSE, likelihood=0.5))["nose"][1] == [1, 3]
    assert points(read(SINGLE + ROWS, **POSE, likelihood=0.9))["nose"][1] == [1, 3]
    assert "nose" not in points(read(SINGLE + ROWS.replace("4,.9", "4,1"), **POSE, likelihood=0.95))


def test_several_index_columns_end_in_the_frame(read: Read) -> None:
    text = (
        "scorer,,,N,N\nbodyparts,,,nose,nose\ncoords,,,x,y\nlabeled-data,clip,img0007.png,1,2\n"
        "labeled-data,clip,img0009.png,1,2\n"
    )
    assert points(read(text, **POSE)) == {"nose": ("nose", [8, 10], [0, 1])}


def test_sleap_has_tracks_and_nodes(read: Read) -> None:
    text = "track,frame_idx,instance.score,nose.x,nose.y,nose.score\nt0,0,.9,1,2,.8\nt1,0,.9,5,6,.8\nt0,1,.9,,,\n"
    assert points(read(text, **POSE)) == {"t0 nose": ("nose", [1], [0]), "t1 nose": ("nose", [1], [0])}


def test_the_pairs_of_idtracker_are_animals(read: Read) -> None:
    text = "time,x1,y1,x2,y2,x3,y3\n0.0,1,2,3,4,5,6\n0.04,1,2,3,4,,\n"
    assert points(read(text, **POSE, point="fish")) == {
        "1": ("fish", [1, 2], [0, 0]),
        "2": ("fish", [1, 2], [0, 0]),
        "3": ("fish", [1], [0]),
    }


BAD = {
    "another table": ("a,b\n1,2\n", "no header of DeepLabCut, SLEAP or idtracker"),
    "a word": (SINGLE + "0,x,2,.9,3,4,.9\n", "'x' is not a number"),
    "no frame": (SINGLE + "x,1,2,.9,3,4,.9\n", "'x' is not a frame number"),
    "twice": (SINGLE + "0,1,2,.9,3,4,.9\n" * 2, "two rows for one frame of nose"),
    "no points": (SINGLE + "0,,,,,,\n", "no points"),
    "half a header": ("scorer,N\ncoords,x\n0,1\n", "header rows are bodyparts and coords"),
}


@pytest.mark.parametrize("name", BAD)
def test_refuses_a_bad_table(name: str, read: Read) -> None:
    text, says = BAD[name]
    with pytest.raises(SourceError, match=says):
        read(text, **POSE)


WIDE = """TeamID,0,,,,BALL,,,
PlayerID,1,,,,BALL,,,
Attributes,bb_left,bb_top,bb_width,bb_height,bb_left,bb_top,bb_width,bb_height
frame,,,,,,,,
"""
SPORTS: dict[str, Any] = {"format": "sportslabkit", "path": "a.csv", "global_key": "match"}


def test_sportslabkit_has_a_track_for_each_player(read: Read) -> None:
    text = WIDE + "1,1,2,3,4,9,9,1,1\n2,1,2,3,4,,,,\n4,1,2,3,4,9,9,1,1\n"
    assert points(read(text, **SPORTS)) == {
        "0/1": ("player", [1, 2, 4], [0, 0, 1]),
        "BALL/BALL": ("ball", [1, 4], [0, 1]),
    }
    assert points(read(text, **SPORTS, every=2, gaps="bridge"))["0/1"] == ("player", [1, 4], [0, 0])


def test_sportslabkit_every_nth_row_is_no_gap_and_ends_stay(read: Read) -> None:
    seen = [*range(1, 25), *range(28, 32)]
    text = WIDE + "".join(f"{frame},{'1,2,3,4' if frame in seen else ',,,'},,,,\n" for frame in range(1, 41))
    expected = ("player", [1, 11, 21, 24, 28, 31], [0, 0, 0, 0, 1, 1])
    assert points(read(text, **SPORTS, every=10)) == {"0/1": expected}
    stepped = points(read(text, **SPORTS, every=10, frame_step=5))["0/1"]
    assert stepped == ("player", [(frame - 1) * 5 + 1 for frame in expected[1]], expected[2])


BAD_SPORTS = {
    "another": ("a,b\n1,2\n", "no header rows TeamID"),
    "a word": (WIDE + "1,x,2,3,4,,,,\n", "a.csv:5: 'x' is not a number"),
    "frame 0": (WIDE + "0,1,2,3,4,,,,\n", "frame 0 lies before the first; set frame_base: 0"),
    "twice": (WIDE + "1,1,2,3,4,,,,\n" * 2, "two rows for one frame of 0/1"),
    "no rows": (WIDE, "no rows"),
    "no boxes": ("TeamID,0,\nPlayerID,1,\nAttributes,x,y\n1,1,2\n", "a.csv:3: no player has bb_left.* on the pitch"),
}


@pytest.mark.parametrize("name", BAD_SPORTS)
def test_refuses_a_bad_sportslabkit_table(name: str, read: Read) -> None:
    text, says = BAD_SPORTS[name]
    with pytest.raises(SourceError, match=says):
        read(text, **SPORTS)
