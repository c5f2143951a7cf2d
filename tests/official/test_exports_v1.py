"""The first exports, of rows and of labels, as the SDKs that have them read localbox's."""

import json
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.localbox_server import KEY, Localbox
from tests.official.environments import alone, python_with

pytestmark = pytest.mark.full

READER = Path(__file__).with_name("read_v1.py")
URL = "https://example.invalid/streets.mp4"
UNDECLARED = "packaging"  # these SDKs import it without asking for it
BOX = "[({0}.0, 10.0), ({1}.0, 40.0)]"


@pytest.fixture(scope="module", params=["3.77.0", "4.0.0"])
def read(request: pytest.FixtureRequest, running_localbox: Localbox) -> Any:
    """What an SDK reads: a car from frame 3 to 5, shapes on frame 4, two masks on frame 8, and answers."""
    running_localbox.reset()
    running_localbox.control("POST", "transitions", {"*": {"when": "now"}})
    running_localbox.control("POST", "media", {URL: {"width": 32, "height": 24, "frameCount": 30}})
    python = python_with(f"labelbox-{request.param}", f"labelbox[data]=={request.param}", UNDECLARED)
    command = [str(python), "-W", "ignore", str(READER), running_localbox.endpoint, KEY, URL]
    ended = subprocess.run(command, env=alone(), capture_output=True, encoding="utf-8", check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    found = json.loads(ended.stdout)
    assert found["version"] == request.param
    return found


def test_annotations_stand_on_every_frame_that_shows_them(read: Any) -> None:
    black, white = [0, 0, 0], [255, 255, 255]
    assert read["annotations"] == [
        [1, "light", "green True"],
        [2, "light", "green True"],
        [3, "car", BOX.format(20, 60) + " True lamp=on"],
        [4, "ball", "[(7.0, 8.0)] True"],
        [4, "car", BOX.format(30, 70) + " False lamp=on"],
        [4, "lane", "[(0.0, 0.0), (9.0, 9.0)] True"],
        [4, "signs", "stop True"],
        [5, "car", BOX.format(40, 80) + " True"],
        [5, "signs", "stop False"],
        [6, "signs", "stop True yield True"],
        [7, "signs", "yield True"],
        [8, "Wet road", f"(24, 32, 3) {black} {white}"],
        [8, "Wet road", f"(24, 32, 3) {white} {black}"],
    ]
    assert read["color"] == "#1c2d3e"


def test_a_label_has_what_holds_for_the_video(read: Any) -> None:
    label = read["label"]
    assert (label["Global Key"], label["Labeled Data"], label["Skipped"]) == (read["video"], URL, False)
    assert [each["title"] for each in label["Label"]["classifications"]] == ["weather", "note"]
    assert label["Label"]["classifications"][0]["answer"]["value"] == "sun"


def test_labels_are_filtered_by_their_times(read: Any) -> None:
    assert (read["later"], read["earlier"]) == ([], [])


def test_rows_of_a_dataset_a_batch_and_the_queue(read: Any) -> None:
    """The queue has the row that has no label yet; metadata comes when it is asked for."""
    rows = read["rows"]
    assert rows["dataset"] == [[rows["key"], "streets.mp4", URL, 30, [], 0]]
    assert rows["batch"] == [[rows["key"], "streets.mp4", URL, 30, ["night"], 1]]
    assert rows["queue"] == [rows["key"]]


def test_issues_are_exported_by_their_status(read: Any) -> None:
    """The SDK's own test reads the status in the URL."""
    assert read["issues"].endswith("?status=Open")
    assert httpx.get(read["issues"], trust_env=False).json() == []
