"""deeplake's reader of Labelbox exports, which nobody here wrote, gets back what was sent to localbox."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.localbox_server import KEY, Localbox
from tests.official.environments import alone, python_with

pytestmark = pytest.mark.full

READER = Path(__file__).with_name("read_deeplake.py")
URL = "https://example.invalid/streets.mp4"
FRAMES = 30


def test_it_reads_what_was_sent(localbox: Localbox) -> None:
    """A box moves by 10 pixels a frame from frame 3 to 7; both questions are answered on frames 5 to 9, and on 20."""
    localbox.control("POST", "media", {URL: {"width": 320, "height": 240, "frameCount": FRAMES}})
    python = python_with("deeplake-4.7.4", "deeplake==4.7.4", "labelbox[data]==7.17.0")
    command = [str(python), "-W", "ignore", str(READER), localbox.endpoint, KEY, URL]
    ended = subprocess.run(command, env=alone(), capture_output=True, encoding="utf-8", check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    read = json.loads(ended.stdout)
    boxes = {frame: [[20 + 10 * (frame - 3), 10, 40, 30]] for frame in range(3, 8)}
    asked = [*range(5, 10), 20]
    assert read == {
        "car": column(boxes),
        "light": column({frame: [1] for frame in asked}),
        "signs": column({frame: [0, 1] for frame in asked}),
    }


def column(values: dict[int, object]) -> list[object]:
    """A column of the reader's table: frame 1 is its first row."""
    return [values.get(frame) for frame in range(1, FRAMES + 1)]
