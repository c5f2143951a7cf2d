"""Seven versions of the official SDK, each in an environment of its own, walk the guide and read back the same."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("labelbox", reason="the official SDK is not installed")

from labelbox.data.serialization import NDJsonConverter

from tests.conformance import guide
from tests.localbox_server import KEY, Localbox
from tests.official.environments import alone, python_with

pytestmark = [pytest.mark.full, pytest.mark.filterwarnings("ignore::UserWarning")]

VERSIONS = ("3.77.0", "4.0.0", "5.2.1", "6.0.1", "6.10.0", "7.0.0", "7.17.0")
NEWER = {"free_text", "traffic_light_state"}
"""Answered with classes for ranges of frames, which only the newest of these versions has."""
WALK = Path(__file__).with_name("walk.py")
UNDECLARED = "packaging"  # SDKs before 6 import it without asking for it


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The guide's lines, as the newest of these SDKs writes them."""
    path = tmp_path_factory.mktemp("guide") / "lines.json"
    written = NDJsonConverter.serialize(guide.labels("KEY", benchmark=False))
    path.write_text(json.dumps(list(written)), "utf-8")
    return path


@pytest.fixture(scope="module")
def walks(running_localbox: Localbox, lines: Path) -> dict[str, Any]:
    """What each version read back."""
    running_localbox.reset()
    running_localbox.control("POST", "transitions", {"*": {"when": "now"}})  # SDKs sleep 10 s for an import that runs
    return {version: walk(version, running_localbox, lines) for version in VERSIONS}


def walk(version: str, localbox: Localbox, lines: Path) -> dict[str, Any]:
    python = python_with(f"labelbox-{version}", f"labelbox[data]=={version}", UNDECLARED)
    command = [str(python), "-W", "ignore", str(WALK), localbox.endpoint, KEY, str(lines)]
    ended = subprocess.run(command, env=alone(), capture_output=True, encoding="utf-8", check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert "Failed to convert" not in ended.stderr, ended.stderr
    walked: dict[str, Any] = json.loads(ended.stdout)
    return walked


@pytest.mark.parametrize("version", VERSIONS)
def test_the_guide_s_lines_read_back_the_same(walks: dict[str, Any], version: str) -> None:
    assert walks[version]["version"] == version
    assert walks[version]["lines"] == walks[VERSIONS[-1]]["lines"]
    assert frames(walks[version]["lines"]) >= {"1", "13", "19", "24", "29", "35", "300", "800"}


@pytest.mark.parametrize("version", VERSIONS)
def test_the_guide_s_python_reads_back_as_its_lines_do(walks: dict[str, Any], version: str) -> None:
    left_out = set() if version == VERSIONS[-1] else NEWER
    python, written = walks[version]["python"], walks[version]["lines"]
    assert [read(label, set()) for label in python] == [read(label, left_out) for label in written]


def read(label: dict[str, Any], left_out: set[str]) -> dict[str, Any]:
    """What a label says, frame by frame, without the answers of some questions."""
    frames = {
        number: (content["objects"], [each for each in content["classifications"] if each["name"] not in left_out])
        for number, content in label["frames"].items()
    }
    return {"of the video": label["classifications"]} | {number: each for number, each in frames.items() if any(each)}


def frames(labels: list[Any]) -> set[str]:
    return {frame for label in labels for frame in label["frames"]}
