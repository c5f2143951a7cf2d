"""motmetrics, TrackEval, pycocotools and datumaro find in real files what our readers find in them."""

import json
import logging
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import labelferry
from tests.official.environments import alone, python_with

pytestmark = pytest.mark.full

READER = Path(__file__).with_name("read_labels.py")
PACKAGES = ("motmetrics==1.4.0", "trackeval==1.3.0", "pycocotools==2.0.11", "datumaro==1.13.12")
OF_DATUMARO = {"bbox": "box", "polyline": "line", "points": "point", "mask": "mask"}
Found = dict[str, dict[str, Any]]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def theirs(shared: Path) -> Found:
    """What each library finds, by file."""
    python = python_with("label-readers", *PACKAGES)
    command = [str(python), "-W", "ignore", str(READER), str(shared / "data")]
    ended = subprocess.run(command, env=alone(), capture_output=True, encoding="utf-8", check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    found: Found = json.loads(ended.stdout)
    return found


def test_boxes_and_tracks_are_those_of_motmetrics(theirs: Found, shared: Path) -> None:
    for name, expected in theirs["motmetrics"].items():
        table = labelferry.read(shared / "data" / name).to_dataframe()
        mine = {"boxes": len(table), "tracks": table.track.nunique(), "left": pytest.approx(float(table.left.sum()))}
        assert mine == expected, name


def test_boxes_and_tracks_are_those_of_trackeval(theirs: Found, shared: Path) -> None:
    assert len(theirs["trackeval"]) == 7
    for name, expected in theirs["trackeval"].items():
        table = labelferry.read(shared / "data" / name).to_dataframe()
        assert {"boxes": len(table), "tracks": table.track.nunique()} == expected, name


def test_masks_have_the_pixels_of_pycocotools(theirs: Found, shared: Path) -> None:
    for name, expected in theirs["pycocotools"].items():
        table = labelferry.read(shared / "data" / name).to_dataframe()
        mine = {str(frame): sorted(rows.area.tolist()) for frame, rows in table.groupby("frame")}
        assert mine == expected, name


def test_shapes_are_those_of_datumaro(theirs: Found, shared: Path) -> None:
    for name, expected in theirs["datumaro"].items():
        table = labelferry.read(shared / "data" / name).to_dataframe()
        shapes = table[table.kind != "classification"]
        whole = shapes.assign(track=shapes.track.str.partition(".")[0])  # several points are one shape of datumaro's
        mine = whole.groupby(["kind", "track", "frame"]).size().groupby("kind").size().to_dict()
        assert mine == {OF_DATUMARO[kind]: count for kind, count in expected.items()}, name
