"""What YOLO's files alone can get wrong: rows of differing length, names of classes, numbers of frames, key points."""

from pathlib import Path
from typing import Any

import pytest

from labelferry.errors import SourceError
from labelferry.files.reach import Reach
from labelferry.model import LabelledVideo
from labelferry.model.findings import Finding
from labelferry.model.media import Media
from labelferry.sources.folders import sources_of
from labelferry.sources.yolo import YoloLabels, read


def reading(folder: Path, files: dict[str, str], notes: list[Finding], **options: Any) -> list[LabelledVideo]:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    entry = YoloLabels(format="yolo", path="labels/**/*.txt", **options)
    media = {"clip": Media(100, 50), "other": Media(100, 50)}
    return [video for each in sources_of(entry, Reach(folder), notes.append, media) for video in read(each)]


ROW = "0 .5 .5 .1 .2"


@pytest.mark.parametrize(
    ("row", "ident"),
    [(ROW, None), (f"{ROW} 7", "7"), (f"{ROW} 0.93", None), (f"{ROW} 0.93 7", "7"), (f"{ROW} 1.0", None)],
)
def test_a_row_may_have_a_confidence_and_an_id(row: str, ident: str | None, tmp_path: Path) -> None:
    notes: list[Finding] = []
    (video,) = reading(tmp_path, {"labels/clip_3.txt": row}, notes, classes={0: "car"})
    (track,) = video.tracks
    assert track.coords.tolist() == [[45, 20, 10, 10]]
    assert (track.frames.tolist(), track.instance) == ([3], ident or "box 3.1")
    assert [note.code for note in notes] == ([] if ident else ["identity-missing"])


def test_videos_are_told_by_the_names_of_their_files(tmp_path: Path) -> None:
    files = {"labels/train/clip_1.txt": f"{ROW} 1", "labels/val/clip_2.txt": f"{ROW} 1", "labels/other_000001.txt": ROW}
    found = reading(tmp_path, files, [], classes={0: "car"})
    assert {video.row.global_key: len(video.tracks[0]) for video in found} == {"clip": 2, "other": 1}


def test_names_come_from_data_yaml_or_a_list(tmp_path: Path) -> None:
    files = {"labels/train/clip_1.txt": ROW, "data.yaml": "names: [truck]\n"}
    assert str(reading(tmp_path, files, [])[0].tracks[0].feature) == "truck"
    (tmp_path / "data.yaml").unlink()
    assert str(reading(tmp_path, {"labels/classes.txt": "van\n"}, [])[0].tracks[0].feature) == "van"


def test_a_class_without_a_name_is_an_error_that_says_how(tmp_path: Path) -> None:
    notes: list[Finding] = []
    (video,) = reading(tmp_path, {"labels/clip_1.txt": f"{ROW} 1"}, notes)
    assert str(video.tracks[0].feature) == "0"
    assert [(note.code, "classes: {0: car}" in note.remedy) for note in notes] == [("class-numbers", True)]


def test_a_class_can_be_left_out(tmp_path: Path) -> None:
    files = {"labels/clip_1.txt": f"{ROW} 1\n1 .5 .5 .1 .1 2"}
    (video,) = reading(tmp_path, files, [], classes={0: "car", 1: None})
    assert [str(track.feature) for track in video.tracks] == ["car"]


def test_frames_from_0_need_their_base(tmp_path: Path) -> None:
    files = {"labels/clip_000000.txt": f"{ROW} 1"}
    with pytest.raises(SourceError, match="frame 0 where frames count from 1; set frame_base: 0"):
        reading(tmp_path, files, [], classes={0: "car"})
    (video,) = reading(tmp_path, files, [], classes={0: "car"}, frame_base=0)
    assert video.tracks[0].frames.tolist() == [1]


def test_a_polygon_cannot_be_held(tmp_path: Path) -> None:
    notes: list[Finding] = []
    files = {"labels/clip_1.txt": "0 .1 .1 .5 .1 .5 .5 7\n0 .1 .1 .5 .1 .5 .5 .1 .5"}
    reading(tmp_path, files, notes, classes={0: "car"})
    assert [(note.code, "2 polygon" in note.message) for note in notes] == [("unrepresentable", True)]
    (drawn,) = reading(tmp_path, files, [], classes={0: "car"}, unrepresentable="rasterize")
    assert len(drawn.masks[0].instances) == 1  # the second, drawn later, covers the first


def test_key_points_are_points(tmp_path: Path) -> None:
    files = {"labels/clip_1.txt": f"{ROW} .1 .2 2 0 0 0 1", "data.yaml": "names: {0: dog}\nkpt_shape: [2, 3]\n"}
    (video,) = reading(tmp_path, files, [])
    assert [(str(track.feature), track.instance) for track in video.tracks] == [("dog", "1"), ("dog 1", "1/1")]


def test_a_track_may_change_its_class(tmp_path: Path) -> None:
    files = {f"labels/clip_{frame}.txt": ROW.replace("0", "1" if frame == 2 else "0", 1) + " 5" for frame in (1, 2, 3)}
    with pytest.raises(SourceError, match="on_class_change: majority or split"):
        reading(tmp_path, files, [], classes={0: "car", 1: "bus"})
    notes: list[Finding] = []
    (video,) = reading(tmp_path, files, notes, classes={0: "car", 1: "bus"}, on_class_change="majority")
    assert [(str(track.feature), len(track)) for track in video.tracks] == [("car", 3)]
    (video,) = reading(tmp_path, files, notes, classes={0: "car", 1: "bus"}, on_class_change="split")
    assert [(str(track.feature), len(track)) for track in video.tracks] == [("car", 2), ("bus", 1)]
    assert [note.code for note in notes] == ["classes-change"] * 2
    files["labels/clip_3.txt"] += f"\n{ROW} 6"
    (video,) = reading(tmp_path, files, notes, classes={0: "car", 1: "bus"}, on_class_change="split")
    assert [track.instance for track in video.tracks] == ["5 car", "5 bus", "6"]


BAD = {
    "a word": ("0 a .5 .1 .1", r"clip_1.txt:1: a cell of .* is not a number"),
    "short": ("0 .5 .5", "3 values, where a row has a class and four fractions"),
    "no class": ("0.5 .5 .5 .1 .1", "the first value is not a class number"),
    "infinite": ("0 inf .5 .1 .1", "not finite"),
}


@pytest.mark.parametrize("name", BAD)
def test_refuses_a_bad_row(name: str, tmp_path: Path) -> None:
    text, says = BAD[name]
    with pytest.raises(SourceError, match=says):
        reading(tmp_path, {"labels/clip_1.txt": text}, [], classes={0: "car"})


def test_refuses_a_file_without_a_number(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not end in a frame number; name the files like"):
        reading(tmp_path, {"labels/clip.txt": ROW}, [], global_key="clip")
