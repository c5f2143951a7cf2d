"""For each reader: a small file in its format and what it says, and one that is about the first frame alone."""

import io
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

FILES = Path(__file__).parent / "files"
BOXES = """\
box person frame 1 segment 0 at 10 20 30 40
box person frame 2 segment 0 at 11 20 30 40
box person frame 4 segment 1 at 12 20 30 40
box car frame 1 segment 0 at -5.5 3 8 9
"""
"""The two tracks that most fixtures have."""


@dataclass(frozen=True)
class Fixture:
    """A file of a format.

    Args:
        files: content by name; the first is the one that hostile tests change.
        path: what is read, below the folder of the files; the first file when empty.
        expected: what it says, as ``told`` writes it.
        first: a file, or files, that say something of the first frame alone.
        options: of the format, beyond what is recognised.
        facts: about the video, as ``labelferry.read`` takes them.
        sniffed: whether the format is recognised without being named.
    """

    files: Mapping[str, bytes]
    expected: str
    first: Mapping[str, bytes]
    path: str = ""
    first_path: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=lambda: {"width": 100, "height": 50})
    sniffed: bool = True

    def lay_out(self, folder: Path) -> Path:
        """Write the files and return what is read."""
        return written(self.files, folder) / (self.path or next(iter(self.files)))

    def lay_out_first(self, folder: Path) -> Path:
        """Write the files of the first frame and return what is read."""
        return written(self.first, folder) / (self.first_path or next(iter(self.first)))


def written(files: Mapping[str, bytes], folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def told(table: pd.DataFrame) -> str:
    """A table of labels in words, a line for each row."""
    return "".join(f"{_line(row)}\n" for row in table.to_dict("records"))


def _line(row: Mapping[Any, Any]) -> str:
    said = {name: value for name, value in row.items() if isinstance(value, list) or not pd.isna(value)}
    words = [str(said["kind"]), str(said["feature"])]
    words += [f"{name} {said[name]}" for name in ("frame", "segment") if name in said]
    places = ("left", "top", "width", "height", "x", "y")
    if numbers := [f"{said[name]:.6g}" for name in places if name in said]:
        words.append(f"at {' '.join(numbers)}")
    words += [f"{name} {said[name]}" for name in ("area", "question", "answer", "start", "end") if name in said]
    return " ".join(words)


def _sample(path: str) -> dict[str, bytes]:
    """A file, or all files of a folder, of those beside this one."""
    place = FILES / path
    files = sorted(place.parent.iterdir()) if place.is_file() and place.parent != FILES else [place]
    if place.is_dir():
        files = sorted(place.iterdir())
    first = [place] if place.is_file() else []
    return {each.name: each.read_bytes() for each in dict.fromkeys((*first, *files))}


def _json(name: str, value: Any) -> dict[str, bytes]:
    return {name: json.dumps(value, indent=1).encode()}


def _png(pixels: list[list[int]]) -> bytes:
    picture = Image.fromarray(np.array(pixels, dtype=np.uint8), "P")
    picture.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0] + [0] * 759)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


KITTI = "-1 -1 -1 10 20 40 60 -1 -1 -1 -1 -1 -1 -1"
CVAT_BOX = '<box frame="0" outside="0" xtl="1" ytl="2" xbr="5" ybr="8"/>'
CVAT = f'<annotations><track id="0" label="car">{CVAT_BOX}</track></annotations>'
VIA3: dict[str, Any] = {
    "project": {"pid": "1"},
    "config": {},
    "attribute": {"1": {"aname": "action", "type": 4, "options": {"0": "run", "1": "walk"}}},
    "file": {"1": {"fid": "1", "fname": "clip.mp4"}},
    "view": {"1": {"fid_list": ["1"]}},
}
AVA = "clip,902,0.1,0.2,0.5,0.6,{},0\n"
ENCORD_BOX = {"objectHash": "h", "name": "car", "boundingBox": {"x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4}}
SPORTS = (
    "TeamID,0,,,,BALL,,,\nPlayerID,1,,,,BALL,,,\n"
    "Attributes,bb_left,bb_top,bb_width,bb_height,bb_left,bb_top,bb_width,bb_height\nframe,,,,,,,,\n"
)
PYTHON = b"""\
import labelferry.types as lb
box = lb.Rectangle(start=lb.Point(x=10, y=20), end=lb.Point(x=40, y=60))
box = lb.VideoObjectAnnotation(name="car", keyframe=True, frame=1, segment_index=0, value=box)
labels = [lb.Label(data={"global_key": "clip.mp4"}, annotations=[box])]
"""
LINE = {"name": "car", "dataRow": {"globalKey": "clip"}, "segments": [
    {"keyframes": [{"frame": 1, "bbox": {"left": 1, "top": 2, "width": 3, "height": 4}}]}]}  # fmt: skip
BOX = {"frame": 0, "bounding_box": {}, "left": 10, "top": 20, "width": 30, "height": 40}
AT_25 = {"fps": 25.0, "width": 100, "height": 50}


def _boxes(sample: str, first: Mapping[str, bytes], **more: Any) -> Fixture:
    """A fixture with the two tracks, from the files beside this one."""
    return Fixture(_sample(sample), BOXES, first, **more)


FIXTURES: dict[str, Fixture] = {
    "mot": _boxes("mot/gt.txt", {"gt.txt": b"1,1,10,20,30,40,1,-1,-1,-1\n"}),
    "table": _boxes("boxes.csv", {"a.csv": b"frame,track,class,left,top,width,height\n1,1,car,1,2,3,4\n"}),
    "cvat": _boxes("cvat/annotations.xml", {"a.xml": CVAT.encode()}),
    "coco": _boxes(
        "coco/ann.json",
        _json("a.json", {
            "images": [{"id": 1, "frame_id": 0, "video_id": 1}], "videos": [{"id": 1, "name": "clip"}],
            "categories": [{"id": 1, "name": "car"}],
            "annotations": [{"id": 1, "image_id": 1, "video_id": 1, "category_id": 1, "track_id": 1,
                             "bbox": [1, 2, 3, 4]}]}),
    ),
    "label-studio": _boxes(
        "label_studio/tasks.json",
        _json("a.json", [{"data": {"video": "clip.mp4"}, "annotations": [{"result": [
            {"from_name": "box", "type": "videorectangle", "value": {"labels": ["car"], "sequence": [
                {"frame": 1, "enabled": False, "x": 1, "y": 2, "width": 3, "height": 4}]}}]}]}]),
    ),
    "labelbox": _boxes(
        "labelbox/export.ndjson",
        _json("a.json", {"data_row": {"global_key": "clip"}, "projects": {"p": {"labels": [{"annotations": {
            "frames": {"1": {"objects": {"f": {"name": "car", "bounding_box": {
                "left": 1, "top": 2, "width": 3, "height": 4}}}}}}}]}}}),
    ),
    "yolo": _boxes("yolo", {"clip_1.txt": b"0 0.5 0.5 0.1 0.2 7\n", "classes.txt": b"car\n"}, path=".",
                   first_path="."),
    "masks": Fixture(
        {"clip/00000.png": _png([[0, 1, 1], [0, 2, 255]]), "clip/00002.png": _png([[0, 1, 0], [0, 0, 0]])},
        "mask object frame 1 area 2\nmask object frame 1 area 1\nmask object frame 3 area 1\n",
        {"clip/00000.png": _png([[0, 1]])}, path="clip", first_path="clip", facts={},
    ),
    "kitti": _boxes("kitti/street.txt", {"a.txt": f"0 1 Car {KITTI}\n".encode()}),
    "pose": Fixture(
        {"a.csv": b"scorer,N,N,N\nbodyparts,nose,nose,nose\ncoords,x,y,likelihood\n0,1.5,2,.9\n1,2,3,.9\n3,4,5,.1\n"},
        "point nose frame 1 segment 0 at 1.5 2\npoint nose frame 2 segment 0 at 2 3\n"
        "point nose frame 4 segment 1 at 4 5\n",
        {"a.csv": b"scorer,N,N\nbodyparts,nose,nose\ncoords,x,y\n0,1,2\n"},
    ),
    "activitynet": Fixture(
        _json("a.json", {"database": {"clip": {"duration": 9, "annotations": [
            {"segment": [1, 2.02], "label": "run"}, {"segment": [1.5, 1.5], "label": "jump"}]}}}),
        "classification action question action answer run start 26 end 51\n"
        "classification action question action answer jump start 38 end 38\n",
        _json("a.json", {"clip": {"annotations": [{"segment": [0, 0.04], "label": "run"}]}}), facts=AT_25,
    ),
    "ranges": Fixture(
        {"a.csv": b"video,start_time,end_time,label\nclip,00:00:01,2.02,run\nclip,0,0.04,\n"},
        "classification label question label answer run start 26 end 51\n",
        {"a.csv": b"video,start_time,end_time,label\nclip,0,0.04,run\n"}, facts=AT_25,
    ),
    "via": Fixture(
        _json("a.json", {**VIA3, "metadata": {
            "a": {"vid": "1", "z": [1, 2.02], "xy": [], "av": {"1": "1"}},
            "b": {"vid": "1", "z": [0.04], "xy": [2, 10, 20, 30, 40], "av": {}}}}),
        "box object frame 2 segment 0 at 10 20 30 40\n"
        "classification action question action answer walk start 26 end 51\n",
        _json("a.json", {**VIA3, "metadata": {"a": {"vid": "1", "z": [0, 0.04], "xy": [], "av": {"1": "0"}}}}),
        facts=AT_25,
    ),
    "darwin": _boxes(
        "darwin/street.json",
        _json("a.json", {"version": "2.0", "item": {"name": "clip"}, "annotations": [
            {"id": "1", "name": "car", "ranges": [[0, 1]], "frames": {"0": {"bounding_box": {
                "x": 1, "y": 2, "w": 3, "h": 4}}}}]}),
    ),
    "encord": _boxes(
        "encord/street.json",
        _json("a.json", {"object_answers": {}, "data_units": {"u": {"data_title": "clip", "width": 100, "height": 50,
                                                                     "labels": {"0": {"objects": [ENCORD_BOX]}}}}}),
    ),
    "frame-list": _boxes(
        "frame_list/street.json",
        _json("a.json", [{"videoName": "clip", "frameIndex": 0, "labels": [
            {"id": "1", "category": "car", "box2d": {"x1": 1, "y1": 2, "x2": 3, "y2": 4}}]}]),
    ),
    "viame": _boxes("viame/street.csv", {"a.csv": b"# 1: Detection or Track-id\n1,clip,0,1,2,3,4,0.9,-1,fish,0.9\n"}),
    "mots": Fixture(
        {"a.txt": b"1 1001 1 4 5 :55\n1 2005 2 4 5 411\n3 1001 1 4 5 :55\n3 10000 10 4 5 0D\n"},
        "mask car frame 1 area 5\nmask pedestrian frame 1 area 1\nmask car frame 3 area 5\n",
        {"a.txt": b"0 1001 1 4 5 :55\n"}, facts={},
    ),
    "cvat-json": _boxes(
        "cvat_json/street.json",
        _json("a.json", {"tags": [], "tracks": [], "shapes": [
            {"type": "rectangle", "frame": 0, "label": "car", "points": [1, 2, 3, 4]}]}),
    ),
    "sportslabkit": Fixture(
        {"a.csv": f"{SPORTS}1,1,2,3,4,9,8,1,1\n2,2,2,3,4,,,,\n4,3,2,3,4,,,,\n".encode()},
        "box player frame 1 segment 0 at 1 2 3 4\nbox player frame 2 segment 0 at 2 2 3 4\n"
        "box player frame 4 segment 1 at 3 2 3 4\nbox ball frame 1 segment 0 at 9 8 1 1\n",
        {"a.csv": f"{SPORTS}1,1,2,3,4,,,,\n".encode()},
    ),
    "ava": Fixture(
        {"a.csv": "".join(map(AVA.format, (12, 17))).encode()},
        "box person frame 22551 segment 0 at 10 10 40 20\n"
        "classification person frame 22551 segment 0 question action answer 12\n"
        "classification person frame 22551 segment 0 question action answer 17\n",
        {"a.csv": b"clip,0,0.1,0.2,0.5,0.6,12,0\n"}, facts=AT_25,
    ),
    "jaad": Fixture(
        {"video_1_traffic.xml": b"<traffic_scene><frame id='0' sign='0'/><frame id='1' sign='1'/>"
                                b"<frame id='2' sign='1'/></traffic_scene>"},
        "classification sign question sign answer 0 start 1 end 1\n"
        "classification sign question sign answer 1 start 2 end 3\n",
        {"video_1_traffic.xml": b"<traffic_scene><frame id='0' sign='1'/></traffic_scene>"},
    ),
    "ndjson": _boxes("lines.ndjson", _json("a.json", [LINE])),
    "python": Fixture({"a.py": PYTHON}, "box car frame 1 segment 0 at 10 20 30 40\n", {"a.py": PYTHON}, sniffed=False),
}  # fmt: skip
"""By the name of the format; a reader without one fails the suite."""
