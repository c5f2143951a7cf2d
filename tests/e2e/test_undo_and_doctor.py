"""The commands undo and doctor: what they print, their exit codes, and doctor as a flow with an artifact."""

from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

from tests.e2e.conftest import Ferry
from tests.faults.streets import NAME, box, write_streets
from tests.localbox_server import Localbox


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    return write_streets(tmp_path, [box("street-1", 1)], "ground-truth")


def test_undo_asks_first(ferry: Ferry, localbox: Localbox, spec: Path) -> None:
    ferry("onboard", spec).done()
    planned = ferry("undo", NAME, "--json")
    assert planned.code == 4
    assert planned.json["done"] is False
    assert [step["kind"] for step in planned.json["steps"]] == [
        "labels", "batch", "project", "ontology", "data rows", "dataset",
    ]  # fmt: skip
    assert "undo streets --yes" in planned.err
    assert len(localbox.table("labels")) == 1


def test_undo_and_again(ferry: Ferry, localbox: Localbox, spec: Path) -> None:
    ferry("onboard", spec).done()
    assert "streets: undone in Labelbox" in ferry("undo", NAME, "--yes").done()
    assert [localbox.table(name) for name in ("projects", "datasets", "data_rows", "labels")] == [[], [], [], []]
    assert "nothing of it is left" in ferry("undo", NAME, "--yes").done()
    assert "undone" in ferry("status", NAME).done()
    assert "1 sent by this run" in ferry("onboard", spec).done()


def test_undo_of_what_never_was(ferry: Ferry) -> None:
    assert "no onboarding 'streets' was started" in ferry("undo", NAME, "--yes").refused(2)


def test_doctor_tells_one_line_a_check(ferry: Ferry, spec: Path) -> None:
    found = ferry("doctor", spec, "--json")
    assert found.code == found.json["exit_code"] == 3
    unwell = [check["topic"] for check in found.json["checks"] if check["level"] != "ok"]
    assert unwell == ["rate", "self-test", "storage"]  # its videos do not exist
    assert "-> set LABELFERRY_RATE" in ferry("doctor", spec).out
    assert ferry("doctor", spec.parent / "none.yaml").code == 2


def test_doctor_as_a_flow_leaves_an_artifact(flowing: Ferry, spec: Path) -> None:
    assert flowing("doctor", spec, "--json").code == 3
    with get_client(sync_client=True) as client:
        (latest, *_) = client.read_artifacts(artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=["doctor"])))
    assert "| warn | rate |" in str(latest.data)
