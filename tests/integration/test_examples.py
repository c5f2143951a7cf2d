"""The examples that replace a script: each is a short spec, and goes into localbox as its files say."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
import yaml

import labelferry
from labelferry.errors import ConflictError
from tests.localbox_server import Localbox

EXAMPLES = Path(__file__).resolve().parents[2] / "config" / "examples"
LONGEST = 20
Segments = list[list[int]]
Tracks = list[tuple[str, str, Segments]]

EXPECTED: dict[str, Tracks] = {
    "tracker/existing": [
        ("yard-cam-1", "forklift", [[1, 2, 3, 4, 5]]),
        ("yard-cam-1", "person", [[1, 2], [4, 5]]),
    ],
    "detrac/prelabels": [
        ("crossing-am", "bus", [[1, 2], [5, 6]]),
        ("crossing-am", "car", [[1, 2, 3, 4, 5, 6]]),
        ("crossing-pm", "car", [[1, 2, 3]]),
    ],
    "soccer/ground-truth": [
        ("match-1", "ball", [[1, 11, 21, 31]]),
        ("match-1", "player", [[1, 11, 21]]),
        ("match-1", "player", [[1, 11, 21, 31]]),
    ],
    "cvat-project/ground-truth": [
        ("quay-evening", "crane", [[1, 30]]),
        ("quay-morning", "crane", [[1]]),
        ("quay-morning", "truck", [[1, 11, 20]]),
        ("quay-noon", "truck", [[6, 26]]),
    ],
}
"""Global key, feature and keyframes of each track, counted from 1."""
EXISTING = {"global_key": "yard-cam-1", "row_data": "https://storage.example.com/yard-cam-1.mp4"}
"""The data row that the tracker's spec expects in Labelbox."""


def tracks(account: Localbox) -> Iterator[tuple[str, str, Segments]]:
    state = account.state()
    keys = {row["id"]: row["global_key"] for row in state["data_rows"]}
    for annotation in state["annotations"]:
        line = orjson.loads(annotation["line"])
        segments = [[keyframe["frame"] for keyframe in each["keyframes"]] for each in line["segments"]]
        yield keys[annotation["data_row_id"]], line["name"], segments


@pytest.mark.parametrize("name", EXPECTED)
def test_an_example_goes_in_as_its_files_say(name: str, account: Localbox) -> None:
    spec = EXAMPLES / f"{name}.yaml"
    assert len(spec.read_text("utf-8").splitlines()) <= LONGEST
    assert labelferry.check(spec).findings == ()
    with account.client() as client:
        client.data_rows.create(client.datasets.create("Cameras").id, [EXISTING])
    assert labelferry.onboard(spec).outcome == "done"
    assert sorted(tracks(account)) == EXPECTED[name]
    if name.endswith("ground-truth"):
        held = labelferry.verify(spec).to_dict()["totals"]
        assert held == {"equal": len(EXPECTED[name]), "missing": 0, "extra": 0, "moved": 0}
    assert labelferry.onboard(spec).outcome == "nothing to do"


def test_the_tracker_needs_its_data_row(account: Localbox) -> None:
    with pytest.raises(ConflictError, match="without row_data not found in Labelbox by global key: yard-cam-1;"):
        labelferry.onboard(EXAMPLES / "tracker" / "existing.yaml")
    assert account.table("projects") == []


def test_one_batch_for_each_video(account: Localbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the page of the examples says: a spec for each video, over the same file of labels."""
    monkeypatch.chdir(EXAMPLES / "detrac")
    whole = yaml.safe_load(Path("prelabels.yaml").read_text("utf-8"))
    for video in whole["videos"]:
        key = video["global_key"]
        spec = whole | {"name": key, "batch": {"name": key}, "videos": [video], "on_missing_video": "skip"}
        assert labelferry.onboard(spec).outcome == "done"
    assert sorted(batch["name"] for batch in account.table("batches")) == ["crossing-am", "crossing-pm"]
    assert sorted(tracks(account)) == EXPECTED["detrac/prelabels"]
