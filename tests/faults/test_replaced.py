"""A local video that is replaced by another of the same name: noticed, and reused, updated, or refused."""

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from tests.faults.driver import AFTER, BEFORE
from tests.faults.streets import Streets, box
from tests.faults.sweep import KILLED
from tests.faults.test_existing import differing
from tests.faults.test_named import until
from tests.faults.world import normalised, requests

SAID = "is not the file that was uploaded"


def clip(path: Path, shade: int, frames: int = 3) -> None:
    """A video whose picture is one grey."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "40"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(frames):
            picture = av.VideoFrame.from_ndarray(np.full((48, 64, 3), shade, np.uint8), format="rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode())


@pytest.fixture
def video(streets: Streets) -> Path:
    """The local video of the one row."""
    path = streets.spec.parent / "street-1.mp4"
    clip(path, 10)
    return path


def write(streets: Streets, **policies: str) -> None:
    manifest = "global_key,row_data\nstreet-1,street-1.mp4\n"
    streets.write([box("street-1", 1)], manifest=manifest, **policies)
    streets.localbox.forget()


def row_data(streets: Streets) -> Any:
    (row,) = streets.localbox.state()["data_rows"]
    return row["row_data"]


@pytest.mark.parametrize("frames", [3, 5], ids=["another picture", "another length"])
def test_reuse_says_so_every_time(frames: int, streets: Streets, video: Path) -> None:
    write(streets)
    assert streets.run() == (0, "")
    assert differing(streets) == []
    before = row_data(streets)
    clip(video, 200, frames)
    for _ in range(2):
        write(streets)
        assert streets.run() == (0, "")
        (told,) = differing(streets)
        assert (told["row"], SAID in told["message"]) == ("street-1", True)
        assert streets.localbox.mutations() == []
    assert row_data(streets) == before


def test_fail_stops(streets: Streets, video: Path) -> None:
    write(streets)
    assert streets.run() == (0, "")
    clip(video, 200)
    write(streets, on_existing="fail")
    code, message = streets.run()
    assert (code, SAID in message, streets.localbox.mutations()) == (4, True, [])


def test_update_sends_it_once(streets: Streets, video: Path) -> None:
    write(streets)
    assert streets.run() == (0, "")
    before = row_data(streets)
    clip(video, 200)
    write(streets, on_existing="update")
    assert streets.run() == (0, "")
    assert streets.report()["rows_updated"] == 1
    after = row_data(streets)
    assert after != before
    write(streets, on_existing="update")
    assert streets.run() == (0, "")
    assert (row_data(streets), streets.localbox.mutations(), differing(streets)) == (after, [], [])


def test_touched_is_not_replaced(streets: Streets, video: Path) -> None:
    write(streets)
    assert streets.run() == (0, "")
    video.touch()
    write(streets, on_existing="fail")
    assert streets.run() == (0, "")


def test_changed_after_it_was_checked_is_not_sent(streets: Streets, video: Path) -> None:
    slow = {"kind": "slow", "seconds": 3, "operation": "CreateDatasetPyApi", "nth": 1}
    write(streets)
    streets.localbox.control("POST", "faults", slow)
    streets.drivers.start(streets.job)
    until(lambda: streets.localbox.control("GET", "faults")[0]["fired"] == 1)
    clip(video, 200)
    assert streets.drivers.ended() == 2
    assert streets.localbox.state()["data_rows"] == []
    streets.localbox.control("DELETE", "faults")
    assert streets.run() == (0, "")
    assert differing(streets) == []


@pytest.mark.parametrize("side", [BEFORE, AFTER])
def test_killed_while_it_is_replaced(side: str, every: int, streets: Streets, video: Path) -> None:
    def replaced(number: int) -> int:
        streets.home = streets.bench.fresh()
        clip(video, 10)
        write(streets)
        assert streets.run() == (0, "")
        clip(video, 200)
        write(streets, on_existing="update")
        return streets.kill(number, side)

    assert replaced(0) == 0
    whole, clean = len(requests(streets.home)), normalised(streets.localbox.state())
    for number in range(1, whole + 1, every):
        assert replaced(number) == KILLED
        assert streets.run() == (0, ""), number
        assert normalised(streets.localbox.state()) == clean, number
        assert differing(streets) == []
