"""Files as tools write them, whose details are easily read wrongly: each with all that it says."""

import json
import pickle
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import labelferry
from labelferry.errors import SourceError
from tests.unit.sources.reader_fixtures import VIA3, told

CVAT_TRACK = {"id": 1, "frame": 0, "label_id": 7, "attributes": [], "shapes": [
    {"type": "rectangle", "frame": 0, "outside": False, "points": [0, 0, 10, 10], "attributes": []},
    {"type": "rectangle", "frame": 10, "outside": True, "points": [20, 0, 30, 10], "attributes": []}]}  # fmt: skip
CVAT_JOB = {"version": 0, "tags": [], "shapes": [], "tracks": [CVAT_TRACK]}
CHECKLIST = {"name": "seen", "trackHash": "t", "range": [[0, 0]]}
ENCORD = {
    "data_units": {"u": {"data_title": "clip", "width": 100, "height": 50, "labels": {
        "0": {"objects": [{"objectHash": "h", "name": "car", "boundingBox": {"x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4}}]},
    }}},
    "object_answers": {},
    "object_actions": {"h": {"actions": [CHECKLIST | {"answers": [{"name": "red"}]},
                                         CHECKLIST | {"answers": [{"name": "blue"}]}]}},
    "classification_answers": {"c": {"range": [[2, 4]], "classifications": [
        {"name": "weather", "answers": [{"name": "rain"}]}]}},
}  # fmt: skip
NESTED = {"name": "kind", "radio_answer": {"name": "van", "classifications": [
    {"name": "colour", "checklist_answers": [{"name": "red"}, {"name": "blue"}]}]}}  # fmt: skip
EXPORTED = {"name": "car", "bounding_box": {"left": 1, "top": 2, "width": 3, "height": 4}}
EXPORT = {"data_row": {"global_key": "clip"}, "projects": {"p": {"labels": [{"annotations": {
    "segments": {"f": [[1, 9]]},
    "frames": {"1": {"objects": {"f": EXPORTED | {"classifications": [NESTED]}}}},
}}]}}}  # fmt: skip
BOX = {"bbox": [1, 2, 10, 20], "image_id": 1, "category_id": 1, "iscrowd": 0}
RING = [[1, 2, 11, 2, 11, 22, 1, 22]]
COCO = {
    "categories": [{"id": 1, "name": "person", "keypoints": ["nose", "tail"]}],
    "images": [{"id": 1, "width": 64, "height": 48, "file_name": "a/000000.jpg", "frame_id": 10003420000}],
}
SEGMENTED = {"annotations": [{"id": 1, "track_id": 4, **BOX, "segmentation": RING, "keypoints": [5, 6, 2, 0, 0, 0]}]}
LS_BOX = {"x": 10, "y": 20, "width": 30, "height": 40, "enabled": False}
DATUMARO = {
    "categories": {"label": {"labels": [{"name": "car"}, {"name": "rain"}]}},
    "items": [{"id": "frame_0001", "annotations": [
        {"type": "bbox", "label_id": 0, "bbox": [1, 2, 3, 4], "attributes": {"track_id": 5, "parked": True}},
        {"type": "bbox", "label_id": 0, "bbox": [1, 2, 3, 4], "attributes": {"track_id": 6, "outside": True}},
        {"type": "mask", "label_id": 0, "rle": {"size": [2, 3], "counts": [0, 2, 4]}, "attributes": {"track_id": 7}},
        {"type": "label", "label_id": 1}]}],
}  # fmt: skip
SUPERVISELY = {
    "size": {"width": 64, "height": 48},
    "tags": [{"name": "weather", "value": "rain", "frameRange": [0, 3]}, {"name": "night"}],
    "objects": [{"key": "k", "classTitle": "car", "tags": [{"name": "colour", "value": "red"}]}],
    "frames": [{"index": 1, "figures": [{"objectKey": "k", "geometryType": "rectangle", "geometry": {
        "points": {"exterior": [[1, 2], [4, 6]]}}}]}],
}  # fmt: skip
PICTURES = {f"{name}9": {"filename": name, "regions": regions} for name, regions in {
    "f_0.jpg": [{"shape_attributes": {"name": "rect", "x": 1, "y": 2, "width": 3, "height": 4},
                 "region_attributes": {"Class": "cat", "track": 3, "mood": {"happy": True}}}],
    "f_1.jpg": [],
}.items()}  # fmt: skip
BORIS = "Media file,FPS,Behavior,Modifiers,Start (s),Stop (s)\na.mp4,25.0,howl,,1.0,2.5\na.mp4,25.0,bark,,3.0,3.0\n"
DLC_LEVELS = [("net", "nose", "x"), ("net", "nose", "y"), ("net", "nose", "likelihood")]


@dataclass(frozen=True)
class Case:
    """A file, all that it says, and the codes of findings."""

    name: str
    content: str | list[Any] | dict[str, Any]
    expected: str
    codes: list[str] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)


RATE = {"fps": 25.0}
CASES = {
    "CVAT's tasks, and jobs that repeat them": Case(
        "a.json", {"job": {"1": CVAT_JOB}, "task": {"2": CVAT_JOB}},
        "box 7 frame 1 segment 0 at 0 0 10 10\nbox 7 frame 10 segment 0 at 18 0 10 10\n", ["class-numbers"],
    ),
    "Encord's checklist in two actions, and an answer by its range": Case(
        "a.json", ENCORD,
        "box car frame 1 segment 0 at 10 10 30 20\n"
        "classification car question seen answer red\nclassification car question seen answer blue\n"
        "classification weather question weather answer rain start 3 end 5\n",
    ),
    "Labelbox' key frames, nested answers and the end of a segment": Case(
        "a.json", EXPORT,
        "box car frame 1 segment 0 at 1 2 3 4\nbox car frame 9 segment 0 at 1 2 3 4\n"
        "classification car question kind answer van\nclassification car question colour answer red\n"
        "classification car question colour answer blue\n",
    ),
    "a polygon that is the box, key points by name, frame ids that are none": Case(
        "a.json", COCO | SEGMENTED,
        "box person frame 1 segment 0 at 1 2 10 20\npoint person nose frame 1 segment 0 at 5 6\n",
        ["frames-from-names"],
    ),
    "Label Studio's short form": Case(
        "a.json",
        [{"video": "/data/3f2a1b4c-clip.mp4", "id": 1,
          "box": [{"labels": ["car"], "sequence": [{"frame": 1, **LS_BOX}]}],
          "kind": [{"ranges": [{"start": 2, "end": 4}], "timelinelabels": ["run"]}]}],
        "box car frame 1 segment 0 at 10 10 30 20\nclassification kind question kind answer run start 2 end 4\n",
        options={"width": 100, "height": 50},
    ),
    "Datumaro's kinds": Case(
        "a.json", DATUMARO,
        "box car frame 2 segment 0 at 1 2 3 4\nclassification car question parked answer true\n"
        "mask car frame 2 area 2\nclassification label question label answer rain start 2 end 2\n",
        options={"width": 3, "height": 2},
    ),
    "Supervisely's tags": Case(
        "a.json", SUPERVISELY,
        "box car frame 2 segment 0 at 1 2 3 4\nclassification car question colour answer red\n"
        "classification night question night answer true\n"
        "classification weather question weather answer rain start 1 end 4\n",
    ),
    "VIA 2's pictures in JSON, from 0": Case(
        "a.json", PICTURES,
        "box cat frame 1 segment 0 at 1 2 3 4\nclassification cat question mood answer happy\n", ["frames-from-names"],
    ),
    "VIA 2's project": Case(
        "a.json", {"_via_img_metadata": PICTURES},
        "box cat frame 1 segment 0 at 1 2 3 4\nclassification cat question mood answer happy\n", ["frames-from-names"],
    ),
    "VIA 3's check boxes": Case(
        "a.json",
        {**VIA3, "attribute": {"1": {"aname": "seen", "type": 2, "options": {"0": "car", "1": "dog"}}},
         "metadata": {"a": {"vid": "1", "z": [0, 0.08], "xy": [], "av": {"1": "0,1"}}}},
        "classification seen question seen answer car start 1 end 2\n"
        "classification seen question seen answer dog start 1 end 2\n",
        options=RATE,
    ),
    "AVA's results have scores, not persons": Case(
        "a.csv", "v,1,0.1,0.2,0.5,0.6,12,0.9\nv,2,0.1,0.2,0.5,0.6,12,0.9\n",
        "box person frame 26 segment 0 at 10 10 40 20\nbox person frame 51 segment 0 at 10 10 40 20\n"
        "classification person frame 26 segment 0 question action answer 12\n"
        "classification person frame 51 segment 0 question action answer 12\n",
        ["identity-missing"], RATE | {"width": 100, "height": 50},
    ),
    "MultiSports has frames": Case(
        "a.csv", "v_9fAwPJbWvWs_c004,8,0.1,0.2,0.5,0.6,12,0\n",
        "box person frame 9 segment 0 at 10 10 40 20\n"
        "classification person frame 9 segment 0 question action answer 12\n",
        options={"width": 100, "height": 50},
    ),
    "AVA in pixels": Case(
        "a.csv", "v,1,2,3,12,23,12,0\n",
        "box person frame 26 segment 0 at 2 3 10 20\n"
        "classification person frame 26 segment 0 question action answer 12\n",
        options=RATE,
    ),
    "V7's tags": Case(
        "a.csv", "clip.mp4, running, 0, 3\n", "classification tag question tag answer running start 1 end 3\n",
        ["header-assumed"],
    ),
    "BORIS' events": Case(
        "a.csv", BORIS,
        "classification Behavior question Behavior answer howl start 26 end 63\n"
        "classification Behavior question Behavior answer bark start 76 end 76\n",
    ),
    "words beat numbers as answers": Case(
        "a.csv", "classname,youtube_id,start,end,label\nArchery,v,15.5,17.5,-1\n",
        "classification classname question classname answer Archery start 388 end 438\n", options=RATE,
    ),
    "captions": Case(
        "a.json", {"v": {"duration": 9, "timestamps": [[0, 1]], "sentences": ["A dog."]}},
        "classification action question action answer A dog. start 1 end 25\n", options=RATE,
    ),
    "Ultralytics' box in a cell": Case(
        "a.csv", 'frame,name,class,box,track_id\n1,car,2,"{\'x1\': 1.0, \'y1\': 2.0, \'x2\': 4.0, \'y2\': 6.0}",7\n',
        "box car frame 1 segment 0 at 1 2 3 4\n", ["columns-ignored"],
    ),
    "a list in a cell": Case(
        "a.csv", 'frame,name,xyxy,track_id\n1,car,"[1, 2, 4, 6]",7\n', "box car frame 1 segment 0 at 1 2 3 4\n"
    ),
    "points": Case(
        "a.csv", "frame,particle,x,y\n0,1,10.5,20\n1,1,11.5,20\n",
        "point object frame 1 segment 0 at 10.5 20\npoint object frame 2 segment 0 at 11.5 20\n",
        ["class-unnamed", "points-assumed"],
    ),
    "a ball that is not always seen": Case(
        "a.csv", "Frame,Visibility,X,Y\n0,1,10,20\n1,0,0,0\n",
        "point ball frame 1 segment 0 at 10 20\n", ["points-assumed", "rows-hidden"],
        {"class_name": "ball", "track_name": "1"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_all_is_said(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    path = tmp_path / case.name
    path.write_text(case.content if isinstance(case.content, str) else json.dumps(case.content), "utf-8")
    reading = labelferry.read(path, **case.options)
    assert told(reading.to_dataframe()) == case.expected
    assert [each.code for each in reading.findings] == case.codes


@pytest.mark.parametrize(
    ("rows", "tracks"),
    [
        ("0 .5 .5 .1 .2 1\n2 .2 .2 .1 .1 2", {"1", "2"}),
        ("0 .5 .5 .1 .2 1\n2 .2 .2 .1 .1 .83", {"box 1.1", "box 1.2"}),
        ("0 .5 .5 .1 .2 .9 1\n2 .2 .2 .1 .1 1", {"1", "box 1.1"}),
    ],
)
def test_the_sixth_value_of_yolo_is_an_id_or_a_confidence(rows: str, tracks: set[str], tmp_path: Path) -> None:
    (tmp_path / "clip_1.txt").write_text(rows, "utf-8")
    assert set(labelferry.read(tmp_path).to_dataframe().track) == tracks


def test_a_step_of_frames_closes_no_segment(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("scorer,N,N\nbodyparts,nose,nose\ncoords,x,y\n0,1,2\n1,1,2\n3,1,2\n", "utf-8")
    (video,) = labelferry.read(tmp_path / "a.csv", frame_step=5)
    assert video.tracks[0].frames.tolist() == [1, 6, 16]
    assert video.tracks[0].segment.tolist() == [0, 0, 1]


def test_the_pictures_of_deeplabcut_name_their_video(tmp_path: Path) -> None:
    rows = "labeled-data/mouse/img07.png,1,2\nlabeled-data/rat/img09.png,1,2\n"
    (tmp_path / "CollectedData_me.csv").write_text(f"scorer,me,me\nbodyparts,nose,nose\ncoords,x,y\n{rows}", "utf-8")
    reading = labelferry.read(tmp_path / "CollectedData_me.csv")
    table = reading.to_dataframe()
    assert list(zip(table.global_key, table.frame, strict=True)) == [("mouse", 8), ("rat", 10)]
    assert [each.code for each in reading.findings] == ["frames-from-names"]


NOSE = "point nose frame 1 segment 0 at 1 2\npoint nose frame 3 segment 1 at 3 4\n"
TWO = np.array([[1, 2, 0.9], [np.nan, np.nan, 0.1], [3, 4, 0.9]])


def test_hdf5_of_deeplabcut_as_a_table(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py", reason="h5py (extra h5) is not installed")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        rows = np.zeros(3, [("index", "i8"), ("values_block_0", "f8", 3)])
        rows["index"], rows["values_block_0"] = range(3), TWO
        table = file.create_group("df_with_missing").create_dataset("table", data=rows)
        table.attrs["values_block_0_kind"] = np.void(pickle.dumps(DLC_LEVELS, 0))
    assert told(labelferry.read(tmp_path / "a.h5").to_dataframe()) == NOSE


def test_a_pickle_that_runs_something_is_refused(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py", reason="h5py (extra h5) is not installed")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        rows = np.zeros(1, [("index", "i8"), ("values_block_0", "f8", 3)])
        table = file.create_group("df_with_missing").create_dataset("table", data=rows)
        table.attrs["values_block_0_kind"] = np.void(pickle.dumps(print, 0))
    with pytest.raises(SourceError, match=r"names of columns are \w+\.print, not texts"):
        list(labelferry.read(tmp_path / "a.h5"))


def test_hdf5_of_deeplabcut_with_fixed_columns(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py", reason="h5py (extra h5) is not installed")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        group = file.create_group("df_with_missing")
        group["block0_values"], group["axis1"] = TWO, np.arange(3)
        for at, (texts, places) in enumerate([([b"net"], [0] * 3), ([b"nose"], [0] * 3),
                                              ([b"x", b"y", b"likelihood"], [0, 1, 2])]):  # fmt: skip
            group[f"block0_items_level{at}"], group[f"block0_items_label{at}"] = texts, places
    assert told(labelferry.read(tmp_path / "a.h5").to_dataframe()) == NOSE


@pytest.mark.parametrize("transposed", [False, True])
def test_hdf5_of_sleap(transposed: bool, tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py", reason="h5py (extra h5) is not installed")
    tracks = TWO[:, :2].T.reshape(1, 2, 1, 3)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["tracks"] = tracks.transpose(3, 0, 2, 1) if transposed else tracks
        file["node_names"], file["track_names"] = [b"nose"], [b"mouse"]
    table = labelferry.read(tmp_path / "a.h5").to_dataframe()
    assert told(table) == NOSE
    assert set(table.track) == {"mouse nose"}


@pytest.mark.parametrize(
    ("content", "says"), [(b"\x89HDF\r\n\x1a\nnothing", "not HDF5 of a pose tool"), (None, "neither DeepLabCut's")]
)
def test_hdf5_of_something_else(content: bytes | None, says: str, tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py", reason="h5py (extra h5) is not installed")
    path = tmp_path / "a.h5"
    if content is None:
        with h5py.File(path, "w") as file:
            file["other"] = [1]
    else:
        path.write_bytes(content)
    with pytest.raises(SourceError, match=says):
        list(labelferry.read(path))


STACKED = np.array([[[0, 1], [2, 2]], [[0, 0], [0, 0]], [[1, 1], [0, 255]]])
MASKS = "mask object frame 1 area 1\nmask object frame 1 area 2\nmask object frame 3 area 2\n"


@pytest.mark.parametrize("kind", ["a stack", "an archive of a stack", "an archive of frames", "files of frames"])
def test_numpy_s_masks(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "clip.npz"
    if kind == "a stack":
        path = tmp_path / "clip.npy"
        np.save(path, STACKED)
    elif kind == "an archive of a stack":
        np.savez_compressed(path, masks=STACKED)
    elif kind == "an archive of frames":
        np.savez(path, **{f"frame_{at}": STACKED[at] for at in (2, 0, 1)})
    else:
        path = tmp_path / "clip"
        path.mkdir()
        for at in range(3):
            np.save(path / f"{at:04}.npy", STACKED[at])
    table = labelferry.read(path).to_dataframe()
    assert told(table) == MASKS
    assert set(table.global_key) == {"clip"}


@pytest.mark.parametrize(
    ("array", "says"),
    [
        (np.array([[0.5]]), "float64 of the shape"),
        (np.array([[-1]]), "negative"),
        (np.array([[2**31]]), "too large"),
        (np.zeros((1, 1, 1, 1), dtype=int), "of the shape"),
        (np.array([{}]), "not an array of NumPy"),
    ],
)
def test_arrays_that_are_no_masks(array: Any, says: str, tmp_path: Path) -> None:
    np.save(tmp_path / "clip.npy", array)
    with pytest.raises(SourceError, match=says):
        list(labelferry.read(tmp_path / "clip.npy", "masks"))
