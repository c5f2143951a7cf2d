"""Files as tools write them, read without a format: what the values tell, and what they leave in doubt."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

import labelferry
from labelferry.errors import SourceError

ROWS = [(frame, track) for track in (1, 2) for frame in range(3)]
BOX = {"id": 1, "label": "car", "bbox": [10, 20, 30, 40]}
TRACKS = {
    "version 1": {"1": {"trackId": 1, "confidencePairs": [["fish", 1.0]], "features": [
        {"frame": 0, "bounds": [1, 2, 11, 12], "keyframe": True, "interpolate": True},
        {"frame": 10, "bounds": [11, 2, 21, 12], "keyframe": True}]}},
}  # fmt: skip
VIS = {
    "videos": [{"id": 1, "file_names": ["a/00000.jpg", "a/00001.jpg", "a/00002.jpg"], "width": 64, "height": 48}],
    "categories": [{"id": 1, "name": "cat"}],
    "annotations": [{"id": 7, "video_id": 1, "category_id": 1, "bboxes": [[1, 2, 10, 10], None, [3, 2, 10, 10]]}],
}
IMAGE = [{"DataRow ID": "a", "Labeled Data": "b", "Label": {"objects": []}, "External ID": "c.jpg", "ID": "d"}]
STRIPPED = [{"data_row": {"video_file": "a.mp4"}, "segments": {"c1": [[1, 2]]}, "key_frame_feature_map": {"c1": [1]}}]


@dataclass(frozen=True)
class Case:
    """A file, and the frames, features and codes of findings that it gives."""

    name: str
    content: str | list[Any] | dict[str, Any]
    frames: list[int]
    features: list[str]
    codes: list[str] = field(default_factory=list)


def rows(form: str, head: str = "") -> str:
    return head + "".join(f"{form.format(f=frame, t=track, x=10 + frame)}\n" for frame, track in ROWS)


CASES = [
    Case("m.txt", rows("{f},{t},{x},20,40,90,1,-1,-1,-1"), [1, 2, 3], ["object"], ["class-unnamed"]),
    Case("m.txt", rows("{f} {t} {x} 20 40 90"), [1, 2, 3], ["object"], ["class-unnamed"]),
    Case("u_gt.txt", rows("{f},{t},{x},20,40,90,1,-1,-1"), [1, 2, 3], ["object"], ["class-unnamed"]),
    Case("b.txt", rows("{f},{t},{x},20,40,90,0.9,2,-1"), [1, 2, 3], ["2"], ["layout-assumed", "class-numbers"]),
    Case("n.txt", rows("{f},{t},{x},20,40,90,1,car,0.5,-1"), [1, 2, 3], ["car"]),
    Case("t.csv", rows("{f},car,{x},20,50,90,{t}", "frame,name,x1,y1,x2,y2,track_id\n"), [1, 2, 3], ["car"]),
    Case(
        "v.csv",
        rows("clip,{f},{t},{x},20,50,90,car", "video,frame,track_id,x1,y1,x2,y2,class\n"),
        [1, 2, 3],
        ["car"],
    ),
    Case(
        "c.csv",
        "frame,track_id,label,x1,y1,x2,y2\n1,1,car,1,2,3,4\n2,1,bus,1,2,3,4\n",
        [1, 2],
        ["bus", "car"],
        ["classes-change"],
    ),
    Case(
        "n.csv",
        rows("{f},{t},[{x} 20 50  90.5],car", "frame_nmr,car_id,car_bbox,type\n"),
        [1, 2, 3],
        ["car"],
    ),
    Case(
        "p.csv",
        rows("clip_{f:04}.jpg,{t},car,{x},20,50,90", "image_name,track_id,class,xmin,ymin,xmax,ymax\n"),
        [1, 2, 3],
        ["car"],
        ["frames-from-names"],
    ),
    Case("f.json", {"0": [BOX], "1": [BOX | {"bbox": [11, 20, 30, 40]}]}, [1, 2], ["car"], ["list-assumed"]),
    Case(
        "l.jsonl",
        rows('{{"frame": {f}, "track_id": {t}, "cls": "car", "xyxy": [1, 2, {x}, 4]}}'),
        [1, 2, 3],
        ["car"],
    ),
    Case("dive.json", TRACKS["version 1"], [1, 11], ["fish"]),
    Case("vis.json", VIS, [1, 3], ["cat"]),
]
REFUSED = [
    Case("w.csv", rows("{f},{t},1,2,3,4,9,2", "frame,id,x1,y1,x2,y2,width,height\n"), [], [], ["as in box: ltwh"]),
    Case(
        "q.csv",
        "image,id,x1,y1,x2,y2\na1.jpg,1,1,2,3,4\nb1.jpg,1,1,2,3,4\n",
        [],
        [],
        ["a .csv file could be mot, table"],
    ),
    Case("obb.txt", rows("{f},{t},{x},20,40,90,0.5{f},0.9,2,-1"), [], [], ["oriented boxes"]),
    Case("a.json", IMAGE, [], [], ["no labels of videos"]),
    Case("a.json", STRIPPED, [], [], ["have ids and no names"]),
    Case("notes.txt", "to whom it may concern\n", [], [], ["a .txt file could be mot, table, yolo, kitti, mots"]),
    Case("notes.xml", "<a/>", [], [], ["a .xml file could be cvat, jaad"]),
    Case("notes.doc", "dear all", [], [], ["if it is text, say format= one of mot"]),
]


def written(case: Case, folder: Path) -> Path:
    path = folder / case.name
    path.write_text(case.content if isinstance(case.content, str) else json.dumps(case.content), "utf-8")
    return path


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name} {case.features}")
def test_what_the_values_tell(case: Case, tmp_path: Path) -> None:
    reading = labelferry.read(written(case, tmp_path))
    table = reading.to_dataframe()
    assert sorted(set(table.frame)) == case.frames
    assert sorted(set(table.feature)) == case.features
    assert [each.code for each in reading.findings] == case.codes


def test_keyframes_that_interpolation_returns_can_be_left_out(tmp_path: Path) -> None:
    path = written(CASES[0], tmp_path)
    reading = labelferry.read(path, simplify={"tolerance": 0.0})
    assert [track.frames.tolist() for video in reading for track in video.tracks] == [[1, 3], [1, 3]]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case.name} {case.codes}")
def test_what_is_in_doubt_or_unknown_is_refused(case: Case, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=case.codes[0]):
        list(labelferry.read(written(case, tmp_path)))


def test_an_archive_names_the_video_and_the_places_in_it(tmp_path: Path) -> None:
    def zipped(annotations: list[Any]) -> Path:
        images = [{"id": 1, "file_name": "frame_000004.PNG", "width": 9, "height": 9}]
        value = {"categories": [{"id": 1, "name": "car"}], "images": images, "annotations": annotations}
        with ZipFile(tmp_path / "street.zip", "w") as archive:
            archive.writestr("annotations/instances_default.json", json.dumps(value))
        return tmp_path / "street.zip"

    place = f"{tmp_path / 'street.zip'}/annotations/instances_default.json"
    told = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "attributes": {"track_id": 1}}
    reading = labelferry.read(zipped([told]))
    assert reading.to_dataframe().global_key.tolist() == ["street"]
    assert [each.where.source for each in reading.findings if each.where] == [place]
    with pytest.raises(SourceError, match=re.escape(place)):
        list(labelferry.read(zipped([told | {"image_id": 2}])))
