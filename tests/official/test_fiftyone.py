"""FiftyOne's converter of Labelbox exports, which nobody here wrote, reads boxes, points, lines and answers."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.localbox_server import KEY, Localbox
from tests.official.environments import alone, python_with

pytestmark = pytest.mark.full

READER = Path(__file__).with_name("read_fiftyone.py")
URL = "https://example.invalid/streets.mp4"


@pytest.fixture(scope="module")
def frames(running_localbox: Localbox) -> dict[str, Any]:
    """What it reads: a car from frame 3 to 5, a ball and a lane on frame 4, answers on frames 4 and 5."""
    running_localbox.reset()
    running_localbox.control("POST", "media", {URL: {"width": 320, "height": 240, "frameCount": 30}})
    python = python_with("fiftyone-1.22.1", "fiftyone==1.22.1", "labelbox[data]==7.17.0")
    command = [str(python), "-W", "ignore", str(READER), running_localbox.endpoint, KEY, URL]
    ended = subprocess.run(command, env=alone(), capture_output=True, encoding="utf-8", check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    read: dict[str, Any] = json.loads(ended.stdout)
    return read


def test_a_track_moves_between_its_keyframes(frames: dict[str, Any]) -> None:
    boxes = {number: frame["detections"]["detections"] for number, frame in frames.items()}
    assert {number: [box["bounding_box"] for box in found] for number, found in boxes.items()} == {
        "3": [[0.1, 0.1, 0.2, 0.2]],
        "4": [[0.2, 0.1, 0.2, 0.2]],
        "5": [[0.3, 0.1, 0.2, 0.2]],
    }
    assert {box["label"] for found in boxes.values() for box in found} == {"car"}
    assert boxes["3"][0]["lamp"] == "on"


def test_a_point_and_a_line(frames: dict[str, Any]) -> None:
    (ball,) = frames["4"]["keypoints"]["keypoints"]
    assert (ball["label"], ball["points"]) == ("ball", [[0.5, 0.5]])
    (lane,) = frames["4"]["polylines"]["polylines"]
    assert (lane["label"], lane["points"], lane["closed"]) == ("lane", [[[0.0, 0.0], [1.0, 1.0]]], False)
    assert not {"keypoints", "polylines"} & (frames["3"].keys() | frames["5"].keys())


def test_answers_stand_on_the_frames_that_they_are_about(frames: dict[str, Any]) -> None:
    light = {number: frame["light"]["label"] for number, frame in frames.items() if "light" in frame}
    assert light == {"4": "green", "5": "green"}
    signs = {number: frame["signs"]["classifications"] for number, frame in frames.items() if "signs" in frame}
    both = ["stop", "yield"]
    assert {number: [sign["label"] for sign in found] for number, found in signs.items()} == {"4": both, "5": both}
