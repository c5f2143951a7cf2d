"""JSON of trackers: rows in lists of their frame or track, boxes as lists of four numbers."""

import json
from pathlib import Path
from typing import Any

import pytest

import labelferry
from labelferry.errors import SourceError

COUNT = 5
CORNERS = [[10 + at, 20, 40 + at, 80] for at in range(COUNT)]
SIZES = [[100 + at, 20, 40, 80] for at in range(COUNT)]


def objects(frame: int) -> dict[str, Any]:
    return {"id": 7, "class": "car", "bounding_box": CORNERS[frame]}


FRAMES = [{"frame": at, "width": 640, "height": 480, "objects": [objects(at)]} for at in range(COUNT)]
WITH_ONE_EMPTY = [*FRAMES, {"frame": COUNT, "objects": []}]
TRACKS = [{"id": 7, "class": "car", "boxes": [{"frame": at, "bbox": CORNERS[at]} for at in range(COUNT)]}]


@pytest.mark.parametrize(
    "value",
    [FRAMES, WITH_ONE_EMPTY, {"fps": 25, "width": 640, "frames": FRAMES, "classes": [{"id": 1}]}, {"tracks": TRACKS}],
    ids=["frames", "a frame without objects", "frames of a video", "tracks"],
)
def test_rows_within_frames_or_tracks(value: Any, tmp_path: Path) -> None:
    table = labelferry.read(_written(value, tmp_path)).to_dataframe()
    assert table[["feature", "track", "frame", "left", "top", "width", "height"]].values.tolist() == [
        ["car", "7", at + 1, 10 + at, 20, 30, 60] for at in range(COUNT)
    ]


def test_a_frame_of_its_own_goes_before_that_of_the_list(tmp_path: Path) -> None:
    page = {"frame": 50, "objects": [objects(at) | {"frame": at + 3} for at in (0, 1)]}
    assert labelferry.read(_written([page], tmp_path)).to_dataframe().frame.tolist() == [3, 4]


@pytest.mark.parametrize(
    ("boxes", "form", "widths"),
    [
        (CORNERS, None, {30}),
        (SIZES, None, {40}),
        (CORNERS[1:], None, {41, 42, 43, 44}),
        (CORNERS[:2], "ltwh", {40, 41}),
        (CORNERS[:2], "cxcywh", {40, 41}),
    ],
    ids=["corners", "sizes", "few boxes say nothing", "told", "told to be centres"],
)
def test_four_numbers_are_corners_when_all_could_be(
    boxes: list[Any], form: str | None, widths: set[int], tmp_path: Path
) -> None:
    path = _written([{"frame": at, "id": 7, "class": "car", "bbox": box} for at, box in enumerate(boxes)], tmp_path)
    reading = labelferry.read(path, **({"box": form} if form else {}))
    assert set(reading.to_dataframe().width) == widths
    assert [each.code for each in reading.findings] == ([] if form else ["list-assumed"])


def test_lists_without_boxes_are_no_table(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="not recognised"):
        labelferry.read(_written({"frames": [{"frame": 0, "notes": [{"text": "a"}]}]}, tmp_path))
    with pytest.raises(SourceError, match="not a JSON object"):
        labelferry.read(_written([1], tmp_path), "table", global_key="a", class_name="car").to_dataframe()


def _written(value: Any, folder: Path) -> Path:
    path = folder / "street.json"
    path.write_text(json.dumps(value), "utf-8")
    return path
