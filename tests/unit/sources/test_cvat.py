"""What CVAT's XML alone can get wrong: shapes, hidden frames, attributes, skeletons, projects, hostile files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from labelferry.errors import SourceError
from labelferry.model import AnswerKind, Geometry, LabelledVideo
from labelferry.model.findings import Finding
from labelferry.model.media import Media

Read = Callable[..., list[LabelledVideo]]
CVAT = {"format": "cvat", "path": "annotations.xml"}
META = "<meta><task><id>1</id><name>t</name><source>a.mp4</source>{}</task></meta>"
SIZE = "<original_size><width>40</width><height>30</height></original_size>"
AT = 'frame="{}" outside="{}"'


def xml(tracks: str, meta: str = META.format(SIZE)) -> str:
    return f"<annotations><version>1.1</version>{meta}{tracks}</annotations>"


def track(rows: str, label: str = "car", **more: str) -> str:
    attrs = "".join(f' {name}="{value}"' for name, value in more.items())
    return f'<track id="0" label="{label}"{attrs}>{rows}</track>'


def box(frame: int, outside: int = 0, inside: str = "", more: str = "") -> str:
    return f'<box {AT.format(frame, outside)} xtl="1" ytl="2" xbr="5" ybr="8" {more}>{inside}</box>'


def test_an_outside_row_ends_a_segment_and_its_shape_is_not_taken(read: Read) -> None:
    (video,) = read(xml(track(box(0) + box(5) + box(9, 1) + box(20) + box(30, 1))), **CVAT)
    (found,) = video.tracks
    assert found.frames.tolist() == [1, 6, 9, 21, 30]  # a track of key frames is seen until it is hidden
    assert found.segment.tolist() == [0, 0, 0, 1, 1]
    assert found.coords[0].tolist() == [1, 2, 4, 6]
    assert (video.row.global_key, found.instance) == ("a.mp4", "0")


@pytest.mark.parametrize("said", ["1", "1.0", "True"])
def test_outside_as_converters_write_it(said: str, read: Read) -> None:
    rows = box(0) + box(1).replace('outside="0"', f'outside="{said}"')
    assert read(xml(track(rows)), **CVAT)[0].tracks[0].frames.tolist() == [1]


def test_a_missing_stretch_of_a_dense_track_is_a_gap(read: Read) -> None:
    (video,) = read(xml(track("".join(box(frame) for frame in [0, 1, 2, 3, 60, 61]))), **CVAT)
    assert video.tracks[0].segment.tolist() == [0, 0, 0, 0, 1, 1]


def test_rows_may_come_in_any_order(read: Read) -> None:
    (video,) = read(xml(track(box(9, 1) + box(5) + box(0))), **CVAT)
    assert video.tracks[0].frames.tolist() == [1, 6, 9]


def test_a_step_of_frames_is_no_gap(read: Read) -> None:
    meta = META.format(SIZE + "<frame_filter>step=3</frame_filter>")
    (video,) = read(xml(track(box(10) + box(13) + box(16)), meta), **CVAT)
    assert video.tracks[0].segment.tolist() == [0, 0, 0]


def test_points_lines_and_several_points(read: Read) -> None:
    shapes = (
        '<points frame="0" points="1,2"/>',
        '<polyline frame="0" points="1,2;3,4"/>',
        '<points frame="0" points="1,2;3,4"/>',
    )
    (video,) = read(
        xml("".join(track(shape, id=str(at)) for at, shape in enumerate(shapes)).replace('id="0" label', "label")),
        **CVAT,
    )
    assert [(each.geometry, each.instance) for each in video.tracks] == [
        (Geometry.POINT, "0"), (Geometry.LINE, "1"), (Geometry.POINT, "2.1"), (Geometry.POINT, "2.2"),
    ]  # fmt: skip


def test_attributes_are_answers_once_or_where_they_change(read: Read) -> None:
    labels = (
        "<labels><label><name>car</name><attributes><attribute><name>plate</name><input_type>text</input_type>"
        "</attribute></attributes></label></labels>"
    )

    def said(colour: str) -> str:
        return f'<attribute name="plate">X 1</attribute><attribute name="colour">{colour}</attribute>'

    rows = box(0, inside=said("red")) + box(1, inside=said("red")) + box(2, inside=said("blue"))
    (video,) = read(xml(track(rows), META.format(SIZE + labels)), **CVAT)
    (found,) = video.tracks
    assert [(str(each.feature), each.question, each.answers[0].text) for each in found.classifications] == [
        ("plate", AnswerKind.TEXT, "X 1")
    ]
    assert {at: str(each[0].answers[0]) for at, each in found.answers.items()} == {0: "red", 2: "blue"}


def test_an_answer_is_given_again_where_a_segment_begins(read: Read) -> None:
    def said(colour: str) -> str:
        return f'<attribute name="colour">{colour}</attribute>'

    rows = box(0, inside=said("red")) + box(1, inside=said("blue")) + box(2, 1) + box(9, inside=said("blue"))
    (found,) = read(xml(track(rows)), **CVAT)[0].tracks
    assert {at: str(each[0].answers[0]) for at, each in found.answers.items()} == {0: "red", 1: "blue", 2: "blue"}


def test_an_attribute_without_an_answer_is_left_out(read: Read) -> None:
    (video,) = read(xml(track(box(0, inside='<attribute name="nod">__undefined__</attribute>'))), **CVAT)
    assert not video.tracks[0].classifications


NOSE, EAR = '<points label="nose" outside="0" points="1,2"/>', '<points label="ear" outside="1" points="3,4"/>'
SKELETON = f'<skeleton frame="0">{NOSE}{EAR}</skeleton>'
NESTED = '<track label="nose"><points frame="0" points="1,2"/><points frame="1" outside="1" points="1,2"/></track>'


@pytest.mark.parametrize("rows", [SKELETON, NESTED], ids=["inside the row", "tracks of their own"])
def test_the_points_of_a_skeleton_are_tracks(rows: str, read: Read) -> None:
    (video,) = read(xml(track(rows, "person")), **CVAT)
    (found,) = video.tracks
    assert (str(found.feature), found.instance, found.coords.tolist()) == ("person nose", "0/nose", [[1.0, 2.0]])


OTHERS = {
    "polygon": '<polygon frame="0" points="1,1;9,1;9,9"/>',
    "ellipse": '<ellipse frame="0" cx="9" cy="9" rx="4" ry="2"/>',
    "rotated box": box(0, more='rotation="30"'),
    "cuboid": '<cuboid frame="0" ' + " ".join(
        f'{axis}{side}="{at}"' for at, side in enumerate(["tl1", "tr1", "br1", "bl1", "tl2", "tr2", "br2", "bl2"])
        for axis in "xy") + "/>",
}  # fmt: skip


@pytest.mark.parametrize("thing", OTHERS)
def test_what_cannot_be_held_is_an_error_or_what_the_spec_says(thing: str, read: Read, notes: list[Finding]) -> None:
    text = xml(track(OTHERS[thing]) + track(box(0), "dog"))
    assert [str(each.feature) for each in read(text, **CVAT)[0].tracks] == ["dog"]
    assert [(note.code, thing in note.message) for note in notes] == [("unrepresentable", True)]
    (drawn,) = read(text, **CVAT, unrepresentable="rasterize")
    assert len(drawn.masks[0].frames) == 1
    (boxed,) = read(text, **CVAT, unrepresentable="envelope")
    assert [str(each.feature) for each in boxed.tracks] == ["car", "dog"]
    assert len(read(text, **CVAT, unrepresentable="drop")[0].tracks) == 1
    assert [note.code for note in notes[1:]] == ["unrepresentable-changed"] * 3


def test_a_mask_is_drawn(read: Read) -> None:
    rows = '<mask frame="0" rle="1,2,2,1" left="10" top="20" width="3" height="2"/>'
    (video,) = read(xml(track(rows)), **CVAT)
    table = video.to_dataframe()
    assert table[["kind", "frame", "area"]].values.tolist() == [["mask", 1, 3]]


def test_a_project_has_a_video_for_each_task(read: Read) -> None:
    tasks = "".join(f"<task><id>{n}</id><name>{name}</name></task>" for n, name in ((5, "a.mp4"), (6, "b.mp4")))
    text = xml(
        track(box(0), task_id="5") + track(box(1), task_id="6"),
        f"<meta><project><tasks>{tasks}</tasks></project></meta>",
    )
    found = {video.row.global_key: video.tracks[0].frames.tolist() for video in read(text, **CVAT)}
    assert found == {"a.mp4": [1], "b.mp4": [2]}
    with pytest.raises(SourceError, match=r"2 tasks.*leave global_key out, or say tasks: \{5: a.mp4, 6: b.mp4\}"):
        read(text, **CVAT, global_key="a.mp4")
    told = [video.row.global_key for video in read(text, **CVAT, tasks={"5": "x", "b.mp4": "y"})]
    assert told == ["x", "y"]


def test_classes_are_renamed_and_left_out(read: Read) -> None:
    (video,) = read(xml(track(box(0)) + track(box(0), "dog")), **CVAT, classes={"car": "auto", "dog": None})
    assert [str(each.feature) for each in video.tracks] == ["auto"]


def test_a_zip_archive(read: Read, tmp_path: Path) -> None:
    with ZipFile(tmp_path / "task.zip", "w") as archive:
        archive.writestr("annotations.xml", xml(track(box(0))))
    content = (tmp_path / "task.zip").read_bytes()
    (video,) = read(content, format="cvat", path="task.zip")
    assert len(video.tracks) == 1


BOMB = '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]>'
BAD: dict[str, tuple[str, str]] = {
    "for images": (xml('<image id="0" name="a"><box/></image>'), r"1 <image> and no <track>.*CVAT for video 1.1"),
    "no tracks": (xml(""), "no <track>"),
    "cut off": (xml(track(box(0)))[:-30], "not XML"),
    "a bomb": (BOMB + xml(track(box(0, inside="&y;"))), "entities"),
    "no number": (
        xml(track(box(0).replace('xtl="1"', 'xtl="x"'))),
        r"xml:1: box of track 0 cannot be read",
    ),
    "infinite": (xml(track(box(0).replace('xtl="1"', 'xtl="inf"'))), "cannot be read"),
    "no coordinate": (xml(track(box(0).replace('xtl="1"', ""))), "KeyError: 'xtl'"),
    "no frame": (xml(track(box(0).replace('frame="0"', 'frame="-1"'))), "frame '-1' of a box is not a frame"),
    "points": (xml(track('<polyline frame="0" points="1,2;3"/>')), "points are not x,y;x,y"),
    "twice": (xml(track(box(0) + box(0))), r"track 0 has a second box for its frame"),
    "no video": (xml(track(box(0)), ""), "does not name its video; say global_key:"),
    "mask": (xml(track('<mask frame="0" rle="9" left="1" top="1" width="2" height="2"/>')), "run lengths do not fit"),
}


@pytest.mark.parametrize("name", BAD)
def test_refuses_a_bad_file(name: str, read: Read) -> None:
    text, says = BAD[name]
    with pytest.raises(SourceError, match=says):
        read(text, **CVAT)


def test_masks_without_a_size_are_refused(read: Read) -> None:
    text = xml(track('<mask frame="0" rle="0,4" left="1" top="1" width="2" height="2"/>'), META.format(""))
    with pytest.raises(SourceError, match="masks need the size"):
        read(text, **CVAT)
    assert read(text, {"a.mp4": Media(40, 30)}, **CVAT)[0].masks


def test_a_recording_of_many_rows_keeps_its_columns(read: Read) -> None:
    (video,) = read(xml(track("".join(box(frame) for frame in range(3000)))), **CVAT)
    found: Any = video.tracks[0]
    assert (len(found), found.coords.dtype.name, found.where_of(2999).line) == (3000, "float64", 1)
