"""Every way in which the service's labels can differ from what was sent, with place, frame and distance."""

from base64 import b64encode
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np
import pytest

from labelferry.masks import encode_png
from tests.unit.verification.rendering import PROJECT, ROW, Json, exported, result_of


def box(frame: int, left: float, *answers: Json) -> Json:
    shape = {"left": left, "top": 5.0, "width": 20.0, "height": 10.0}
    return {"frame": frame, "bbox": shape, **({"classifications": list(answers)} if answers else {})}


def track(name: str, *segments: list[Json]) -> Json:
    return {"name": name, "segments": [{"keyframes": list(segment)} for segment in segments]}


def picture(*columns: int) -> str:
    image = np.zeros((6, 8, 3), dtype=np.uint8)
    image[2:4, list(columns)] = (200, 10, 10)
    return b64encode(encode_png(image)).decode()


PARKED: Json = {"name": "parked", "answer": {"name": "yes"}}
CARS = track("car", [box(1, 10.0, PARKED), box(5, 14.0)], [box(9, 30.0)])
BUS = track("bus", [box(2, 50.0), box(3, 51.0)])
POINT = {"name": "nose", "segments": [{"keyframes": [{"frame": 4, "point": {"x": 1.5, "y": 2.5}}]}]}
LANE = {
    "name": "lane",
    "segments": [{"keyframes": [{"frame": 7, "line": [{"x": 1, "y": 1}, {"x": 5, "y": 5}, {"x": 9, "y": 9}]}]}],
}
MASK = {
    "masks": {
        "frames": [{"index": 3, "imBytes": picture(1, 2)}, {"index": 6, "imBytes": picture(2, 3)}],
        "instances": [
            {"colorRGB": [200, 10, 10], "name": "road", "classifications": [{"name": "note", "answer": "wet"}]}
        ],
    }
}
RAIN = {
    "name": "weather",
    "answer": [
        {"name": "rain", "frames": [{"start": 1, "end": 9}]},
        {"name": "sun", "frames": [{"start": 12, "end": 20}]},
    ],
}
TITLE = {"name": "title", "answer": "a street"}
NESTED = {
    "name": "traffic",
    "answer": [{"name": "dense", "classifications": [{"name": "why", "answer": {"name": "jam"}}]}],
}
LINES = [CARS, BUS, POINT, LANE, MASK, RAIN, TITLE, NESTED]
PLACES = {
    name: f"labels.csv:{at}" for at, name in enumerate(("car", "bus", "nose", "lane", "road", "weather", "title"), 1)
}

Change = Callable[[Json], Any]


def shape(marks: Json, feature: str, frame: int) -> Json:
    found: Json = marks["frames"][str(frame)]["objects"][feature]
    return found


def without(marks: Json, feature: str) -> None:
    for page in marks["frames"].values():
        page["objects"].pop(feature, None)


def drop_keyframe(marks: Json) -> None:
    del marks["frames"]["5"]["objects"]["f0"]
    marks["key_frame_feature_map"]["f0"].remove(5)
    marks["segments"]["f0"] = [[1, 1], [9, 9]]


def add_keyframe(marks: Json) -> None:
    marks["frames"]["3"]["objects"]["f0"] = deepcopy(shape(marks, "f0", 1)) | {"classifications": []}
    marks["key_frame_feature_map"]["f0"].append(3)


def copy_track(marks: Json) -> None:
    for frame in ("2", "3"):
        marks["frames"][frame]["objects"]["x"] = deepcopy(shape(marks, "f1", int(frame))) | {"feature_id": "x"}
    marks["segments"]["x"], marks["key_frame_feature_map"]["x"] = [[2, 3]], [2, 3]


def question(marks: Json, name: str) -> Json:
    found: Json = next(entry for entry in marks["classifications"] if entry["name"] == name)
    return found


CHANGES: dict[str, tuple[Change, set[tuple[str, str, int | None, float | None]]]] = {
    "nothing": (lambda marks: None, set()),
    "a keyframe moved": (
        lambda marks: shape(marks, "f0", 5)["bounding_box"].update(left=21.0),
        {("moved", "car", 5, 7.0)},
    ),
    "a box resized": (
        lambda marks: shape(marks, "f1", 2)["bounding_box"].update(height=13.5),
        {("moved", "bus", 2, 3.5)},
    ),
    "a point moved": (lambda marks: shape(marks, "f2", 4)["point"].update(y=4.5), {("moved", "nose", 4, 2.0)}),
    "a vertex moved": (lambda marks: shape(marks, "f3", 7)["line"][1].update(x=8), {("moved", "lane", 7, 3.0)}),
    "a vertex lost": (
        lambda marks: shape(marks, "f3", 7)["line"].pop(),
        {("missing", "lane", 7, None), ("extra", "lane", 7, None)},
    ),
    "a keyframe lost": (drop_keyframe, {("missing", "car", 5, None), ("moved", "car", 2, None)}),
    "a keyframe more": (add_keyframe, {("extra", "car", 3, None)}),
    "a segment longer": (
        lambda marks: marks["segments"].update(f0=[[1, 9]]),
        {("moved", "car", 6, None)},
    ),
    "a track lost": (lambda marks: without(marks, "f1"), {("missing", "bus", 2, None)}),
    "a track twice": (copy_track, {("extra", "bus", 2, None)}),
    "a keyframe's answer lost": (
        lambda marks: shape(marks, "f0", 1)["classifications"].clear(),
        {("missing", "car", 1, None)},
    ),
    "a keyframe's answer more": (
        lambda marks: shape(marks, "f0", 5).update(classifications=deepcopy(shape(marks, "f0", 1)["classifications"])),
        {("extra", "car", 5, None)},
    ),
    "a mask changed": (
        lambda marks: shape(marks, "f4-0", 6)["composite_mask"].update(url="data:" + picture(2, 3, 4)),
        {("moved", "road", 6, 1.0)},
    ),
    "a mask's frame lost": (lambda marks: marks["frames"]["6"]["objects"].pop("f4-0"), {("missing", "road", 6, None)}),
    "a mask's answer lost": (
        lambda marks: [shape(marks, "f4-0", frame)["classifications"].clear() for frame in (3, 6)],
        {("missing", "road", 3, None), ("missing", "road", 6, None)},
    ),
    "a range shorter": (
        lambda marks: marks["segments"].update({question(marks, "weather")["feature_id"]: [[1, 7]]}),
        {("moved", "weather > rain", 8, None)},
    ),
    "an answer for the whole video": (
        lambda marks: marks["segments"].pop(question(marks, "weather")["feature_id"]),
        {("moved", "weather > rain", 1, None)},
    ),
    "another text": (
        lambda marks: question(marks, "title")["text_answer"].update(content="a Street"),
        {("missing", "title > a street", None, None), ("extra", "title > a Street", None, None)},
    ),
    "an answer twice": (
        lambda marks: marks["classifications"].append(question(marks, "title")),
        {("extra", "title > a street", None, None)},
    ),
    "a nested answer lost": (
        lambda marks: question(marks, "traffic")["checklist_answers"][0]["classifications"].clear(),
        {("missing", "traffic > dense > why > jam", None, None)},
    ),
    "ranges in pieces": (
        lambda marks: marks["segments"].update({question(marks, "weather")["feature_id"]: [[6, 9], [1, 3], [4, 5]]}),
        set(),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("map_form", ["list", "object"])
def test_each_difference_is_told(
    change: Change, expected: set[tuple[str, str, int | None, float | None]], map_form: str
) -> None:
    row = exported(deepcopy(LINES), map_form="list")
    marks = row["projects"][PROJECT]["labels"][0]["annotations"]
    change(marks)
    if map_form == "object":
        listed = marks["key_frame_feature_map"]
        marks["key_frame_feature_map"] = {key: {str(each): True for each in frames} for key, frames in listed.items()}
    result = result_of(LINES, row)
    assert {(each.kind, each.feature, each.frame, each.pixels) for each in result.differences} == expected
    assert result.differs is bool(expected)
    assert not result.not_comparable
    for each in result.differences:
        assert each.row == ROW
        assert each.kind == "extra" or each.place == PLACES.get(each.feature.split(" > ")[0], "labels.csv:8")


def test_extra_things_name_the_label_and_feature_at_the_service() -> None:
    row = exported(LINES)
    copy_track(row["projects"][PROJECT]["labels"][0]["annotations"])
    (extra,) = result_of(LINES, row).differences
    assert extra.place == "label label-1, feature x"
    assert (
        str(extra) == f"extra: {ROW}, 'bus' (label label-1, feature x): box with 2 keyframes, frames 2 to 3 (2 of them)"
    )


@pytest.mark.parametrize(("off", "differs"), [(0.0009, False), (-0.0009, False), (0.0011, True)])
def test_coordinates_agree_within_the_tolerance(off: float, differs: bool) -> None:
    row = exported([track("car", [box(1, 10.0 + off), box(2, 11.0)])])
    assert result_of([track("car", [box(1, 10.0), box(2, 11.0)])], row).differs is differs


def test_a_wider_tolerance_is_the_callers() -> None:
    row = exported([track("car", [box(1, 10.4)])])
    assert not result_of([track("car", [box(1, 10.0)])], row, tolerance=0.5).differs


def test_a_row_that_did_not_come_holds_nothing() -> None:
    result = result_of(LINES, {})
    assert (result.equal, result.missing, result.extra, result.moved) == (0, 10, 0, 0)


def test_frames_that_are_no_keyframes_are_interpolation() -> None:
    row = exported([track("car", [box(1, 10.0), box(2, 11.0), box(3, 12.0)])])
    marks = row["projects"][PROJECT]["labels"][0]["annotations"]
    marks["key_frame_feature_map"] = {"f0": {"1": True, "2": False, "3": True}}
    assert not result_of([track("car", [box(1, 10.0), box(3, 12.0)])], row).differs
    assert not result_of([track("car", [box(1, 10.0), box(2, 11.0), box(3, 12.0)])], row).differs
    (moved,) = result_of([track("car", [box(1, 10.0), box(2, 16.0), box(3, 12.0)])], row).differences
    assert (moved.kind, moved.frame, moved.pixels) == ("moved", 2, 5.0)


def test_schema_ids_and_values_are_other_words_for_names() -> None:
    sent = [
        {"schemaId": "schema of car", **{k: v for k, v in CARS.items() if k != "name"}},
        {**TITLE, "name": "title value"},
    ]
    row = exported([CARS, TITLE])
    question(row["projects"][PROJECT]["labels"][0]["annotations"], "title")["value"] = "title value"
    assert not result_of(sent, row).differs
