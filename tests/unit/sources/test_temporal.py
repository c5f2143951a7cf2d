"""Ranges of time: ActivityNet's JSON, tables such as EPIC-Kitchens', VIA's projects and CSV."""

import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from labelferry.errors import SourceError
from labelferry.model import LabelledVideo
from labelferry.model.findings import Finding
from labelferry.model.frames import Span
from labelferry.model.media import Media
from labelferry.reading import read as read_any
from labelferry.sources.moments import exact, seconds_of, span_of

Read = Callable[..., list[LabelledVideo]]
NET = {"format": "activitynet", "path": "a.json"}
RANGES = {"format": "ranges", "path": "a.csv"}
VIA = {"format": "via", "path": "a.json"}
MEDIA = {"v": Media(fps=25.0, frame_count=100)}


@pytest.mark.parametrize(
    ("start", "end", "fps", "expected"),
    [
        (0, 1, 25, (1, 25)),
        (1, 2, 25, (26, 50)),
        (0.5, 0.5, 25, (13, 13)),
        (0, 1, 29.97, (1, 30)),
        (3.99, 9, 25, (100, 100)),
        (0.04, 0.08, 25, (2, 2)),
    ],
)
def test_seconds_are_frames_by_the_exact_rate(start: float, end: float, fps: float, expected: tuple[int, int]) -> None:
    assert span_of(start, end, exact(fps), 100) == Span(*expected)


def test_a_range_that_is_none() -> None:
    assert span_of(5, 4, Fraction(25)) is None
    assert span_of(float("nan"), 4, Fraction(25)) is None
    assert span_of(9, 10, Fraction(25), 100) is None


@pytest.mark.parametrize(("fps", "rate"), [(29.97, "30000/1001"), (23.976, "24000/1001"), (25.0, "25"), (12.5, "25/2")])
def test_a_rate_is_a_fraction(fps: float, rate: str) -> None:
    assert exact(fps) == Fraction(rate)


def test_a_time_has_colons() -> None:
    assert seconds_of("00:01:02.5") == 62.5
    with pytest.raises(ValueError, match="not a time"):
        seconds_of("1:2:3:4")


def net(*segments: tuple[float, float, str], **more: Any) -> str:
    rows = [{"segment": [start, end], "label": label} for start, end, label in segments]
    return json.dumps({"database": {"v": {"annotations": rows, **more}}})


def answers(videos: list[LabelledVideo]) -> dict[str, list[Any]]:
    (video,) = videos
    return {
        f"{asked.feature}: {answer}": [tuple(span) for span in answer.spans]
        for asked in video.classifications
        for answer in asked.answers
    }


def test_activitynet(read: Read) -> None:
    text = net((0, 1, "run"), (2, 3, "run"), (0.5, 1.5, "jump"))
    assert answers(read(text, MEDIA, **NET)) == {"action: run": [(1, 25), (51, 75)], "action: jump": [(13, 38)]}
    assert answers(read(net((0, 1, "run"), fps=10), **NET)) == {"action: run": [(1, 10)]}


@pytest.mark.parametrize(
    "value",
    [
        {"results": {"v": [{"label": "run", "segment": [0, 1], "score": 0.5}]}},
        {"v": {"annotations": {"label": "run", "segment": [0, 1]}}},
    ],
)
def test_results_and_kinetics(value: Any, read: Read) -> None:
    assert answers(read(json.dumps(value), MEDIA, **NET)) == {"action: run": [(1, 25)]}


def test_a_rate_has_to_be_known(read: Read) -> None:
    with pytest.raises(SourceError, match=r"needs the video's frame rate.*for 'v'; add the column fps to videos"):
        read(net((0, 1, "run")), **NET)
    with pytest.raises(SourceError, match=r"segment \[2, 1\] is not a range of the video"):
        read(net((2, 1, "run")), MEDIA, **NET)


EPIC = "video_id,start_timestamp,stop_timestamp,start_frame,stop_frame,narration,verb,noun\n"


def test_time_stamps_are_taken_before_frames_of_another_rate(read: Read) -> None:
    found = answers(read(EPIC + "v,00:00:01.00,00:00:02.00,60,120,take a cup,take,cup\n", MEDIA, **RANGES))
    assert found == {"verb: take": [(26, 50)], "noun: cup": [(26, 50)]}


def test_a_table_of_frames(read: Read) -> None:
    text = "start_frame,end_frame,label\n0,9,run\n20,30,run\n"
    options = {"global_key": "v", "frame_base": 0}
    assert answers(read(text, **RANGES, **options)) == {"label: run": [(1, 10), (21, 31)]}
    assert answers(read(text, **RANGES, **options, end="excluded")) == {"label: run": [(1, 9), (21, 30)]}
    told = {"columns": {"start_frame": "von", "end_frame": "bis"}, "questions": ["was"]}
    assert answers(read("von,bis,was\n1,2,x\n", **RANGES, global_key="v", **told)) == {"was: x": [(1, 2)]}


BAD = {
    "no end": ("start_frame,label\n1,x\n", "no columns for start and end"),
    "no answer": ("start_frame,end_frame\n1,2\n", r"no column of answers; name them, as in questions: \[behaviour\]"),
    "backwards": ("start_frame,end_frame,label\n5,2,x\n", "a.csv:2: 5 to 2 is not a range"),
    "a word": ("start_frame,end_frame,label\nx,2,x\n", "a.csv:2: could not convert"),
}


@pytest.mark.parametrize("name", BAD)
def test_refuses_a_bad_table(name: str, read: Read) -> None:
    text, says = BAD[name]
    with pytest.raises(SourceError, match=says):
        read(text, **RANGES, global_key="v")


def test_via_3(read: Read) -> None:
    project = {
        "project": {},
        "attribute": {"1": {"aname": "view"}},
        "file": {"7": {"fname": "in/v"}},
        "view": {"1": {"fid_list": ["7"]}},
        "metadata": {"a": {"vid": "1", "z": [1, 2], "av": {"1": "4CV"}}, "b": {"vid": "1", "z": [3], "av": {"1": "x"}}},
    }
    assert answers(read(json.dumps(project), MEDIA, **VIA)) == {"view: 4CV": [(26, 50)], "view: x": [(76, 76)]}


@pytest.mark.parametrize("moments", [[2, 1], [1, 2, 3]])
def test_via_3_s_ranges_have_a_start_and_a_later_end(moments: list[int], read: Read) -> None:
    project = {"project": {}, "attribute": {}, "file": {"7": {"fname": "v"}}, "view": {"1": {"fid_list": ["7"]}}}
    labels = {"a": {"vid": "1", "z": moments, "av": {"1": "x"}}}
    with pytest.raises(SourceError, match="is not a range of the video"):
        read(json.dumps({**project, "metadata": labels}), MEDIA, **VIA)


REGION = '"{""name"":""rect"",""x"":1,""y"":2,""width"":3,""height"":4}","{""track"":9,""class"":""face""}"'
VIA2 = f"filename,region_shape_attributes,region_attributes\nin/0012.jpg,{REGION}\nin/0013.jpg,{REGION}\n"


def test_via_2(read: Read, notes: list[Finding]) -> None:
    options = {"format": "via", "path": "a.csv", "global_key": "v"}
    (video,) = read(VIA2 + "in/0014.jpg,{},{}\n", **options, frame_offset=-11)
    (track,) = video.tracks
    assert (str(track.feature), track.instance, track.frames.tolist()) == ("face", "9", [1, 2])
    assert [note.code for note in notes] == ["frames-from-names"]
    with pytest.raises(SourceError, match=r"a\.csv:2: 'x' is given twice in one object"):
        read(VIA2.replace('""y"":2', '""x"":2', 1), **options)
    with pytest.raises(SourceError, match="does not name the video; say global_key"):
        read(VIA2, format="via", path="a.csv")


@pytest.mark.parametrize(
    ("name", "text", "format_name"),
    [
        ("a.json", net((0, 1, "run")), "activitynet"),
        ("epic.csv", EPIC + "v,00:00:01.00,00:00:02.00,60,120,take a cup,take,cup\n", "ranges"),
        ("via.csv", VIA2, "via"),
    ],
)
def test_is_recognised(name: str, text: str, format_name: str, tmp_path: Any) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    reading = read_any(tmp_path / name)
    assert len(list(reading)) == 1
    assert list(reading.formats) == [format_name]


AVA = {"format": "ava", "path": "a.csv"}
ROWS = "v,0002,0.1,0.2,0.5,0.6,12,0\nv,0002,0.1,0.2,0.5,0.6,17,0\nv,0003,0.1,0.2,0.5,0.7,12,0\nv,0002,0,0,0.1,0.1,3,1\n"


def test_ava_has_the_actions_of_a_box_as_answers(read: Read) -> None:
    media = {"v": Media(100, 50, 10.0)}
    (video,) = read(ROWS, media, **AVA, classes={12: "stand"})
    first, second = video.tracks
    assert (first.frames.tolist(), first.segment.tolist(), first.instance) == ([21, 31], [0, 1], "0")
    assert first.coords[0] == pytest.approx([10, 10, 40, 20])
    assert {at: [str(a) for a in group[0].answers] for at, group in first.answers.items()} == {
        0: ["stand", "17"],
        1: ["stand"],
    }
    assert second.instance == "1"
    assert read(ROWS, media, **AVA, offset=-2)[0].tracks[0].frames.tolist() == [1, 11]
    backwards = "".join(reversed(ROWS.splitlines(keepends=True)))
    assert [track.frames.tolist() for track in read(backwards, media, **AVA)[0].tracks] == [[21], [21, 31]]


BAD_AVA = {
    "short": ("v,2,0.1\n", "3 columns where AVA has 7 or 8"),
    "a word": ("v,x,0.1,0.2,0.5,0.6,12,0\n", "a.csv:1: 'x' is not a finite number"),
    "infinite": ("v,2,0.1,0.2,inf,0.6,12,0\n", "'inf' is not a finite number"),
    "two": ("v,2,0.1,0.2,0.5,0.6,12,0\nv,2,0.3,0.3,0.5,0.6,12,0\n", "two boxes at one time"),
}


@pytest.mark.parametrize("name", BAD_AVA)
def test_refuses_bad_ava(name: str, read: Read) -> None:
    text, says = BAD_AVA[name]
    with pytest.raises(SourceError, match=says):
        read(text, {"v": Media(100, 50, 10.0)}, **AVA)


JAAD = {"format": "jaad", "path": "video_1_traffic.xml", "global_key": "video_1"}


def test_jaad_s_frames_become_ranges(read: Read) -> None:
    frames = "".join(f'<frame id="{at}" sign="{int(at > 1)}" light="n/a"/>' for at in range(4))
    found = answers(read(f"<traffic_scene><road_type>street</road_type>{frames}</traffic_scene>", **JAAD))
    assert found == {"sign: 0": [(1, 2)], "sign: 1": [(3, 4)], "road_type: street": []}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<ped_attributes/>", "has no boxes; read the file of the same name"),
        ("<other/>", "<other> is not a file of JAAD"),
        ("<vehicle_info>", "not XML"),
        ('<vehicle_info><frame id="x" action="stopped"/></vehicle_info>', "frame id 'x' is not a frame"),
        ("<vehicle_info/>", "no attributes"),
    ],
)
def test_refuses_other_side_files(text: str, says: str, read: Read) -> None:
    with pytest.raises(SourceError, match=says):
        read(text, **JAAD)
