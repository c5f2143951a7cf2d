"""Requests refused or never answered in the middle of an onboarding: reported, recorded, and continued from."""

from hashlib import sha256
from typing import Any

import orjson
import pytest

from tests.faults.streets import NAME, Streets, box
from tests.faults.world import EACH, counts, ledger_of, outcomes

LARGE = 1_000
"""Rows from which a batch is created in two steps."""

CHANGING = [
    "CreateDatasetPyApi",
    "UpsertDataRowsPyApi",
    "upsertRootSchemaNodePyApi",
    "CreateProjectPyApi",
    "createBatchV2PyApi",
    "createMALPredictionImportByFilePyApi",
]


def kind(streets: Streets) -> str:
    """The class of the error that ended the latest run."""
    return str(outcomes(streets.home)[-1]["kind"])


@pytest.mark.parametrize("operation", CHANGING)
def test_a_change_that_is_never_answered(operation: str, streets: Streets) -> None:
    """Nothing is recorded as done, and nothing is created twice when the service is back."""
    streets.write([box("street-1", 1)])
    streets.localbox.control("POST", "faults", {"kind": "drop-before", "operation": operation})
    code, message = streets.run()
    assert (code, kind(streets)) == (1, "UnavailableError")
    assert operation.removesuffix("PyApi") in message
    assert streets.localbox.control("GET", "faults")[0]["fired"] > 0
    streets.localbox.control("DELETE", "faults")
    assert streets.run() == (0, "")
    assert counts(streets.localbox.state()) == {**EACH, "data_rows": 1, "batch_rows": 1, "imports": 1, "labels": 0}
    assert len(streets.localbox.state()["annotations"]) == 1


def test_a_deletion_that_is_never_answered(streets: Streets) -> None:
    """The new lines wait until the old import is certainly deleted."""
    streets.write([box("street-1", 1)])
    assert streets.run() == (0, "")
    streets.write([box("street-1", 9)], on_changed="replace")
    deletion = "deleteModelAssistedLabelingPredictionImportPyApi"
    streets.localbox.control("POST", "faults", {"kind": "drop-before", "operation": deletion})
    code, _ = streets.run()
    assert (code, kind(streets)) == (1, "UnavailableError")
    assert [frame(row) for row in streets.localbox.state()["annotations"]] == [1]
    streets.localbox.control("DELETE", "faults")
    assert streets.run() == (0, "")
    assert [frame(row) for row in streets.localbox.state()["annotations"]] == [9]


def frame(row: dict[str, Any]) -> int:
    return int(orjson.loads(row["line"])["segments"][0]["keyframes"][0]["frame"])


def test_a_batch_that_is_refused(streets: Streets) -> None:
    streets.write([box("street-1", 1)])
    streets.localbox.control("POST", "faults", {"kind": "status", "status": 400, "operation": "createBatchV2PyApi"})
    code, message = streets.run()
    assert (code, kind(streets)) == (1, "RejectedError")
    assert "createBatchV2" in message
    with ledger_of(streets.home, NAME) as ledger:
        (run,) = ledger.history()
    assert (run["outcome"], run["report"]["message"]) == ("failed", message)
    streets.localbox.control("DELETE", "faults")
    assert streets.run() == (0, "")
    assert counts(streets.localbox.state())["batch_rows"] == 1


def test_a_batch_that_cannot_be_filled(streets: Streets) -> None:
    """Left empty by an outage, it is filled by the next run, whose own job may fail: then by the one after."""
    streets.write([box(f"street-{number}", 1) for number in range(LARGE)])
    adding = "addDataRowsToBatchAsyncPyApi"
    streets.localbox.control("POST", "faults", {"kind": "drop-before", "operation": adding})
    assert streets.run()[0] == 1
    streets.localbox.control("DELETE", "faults")
    streets.localbox.control("POST", "transitions", {"add-data-rows-to-batch": {"when": "now", "end": "failed"}})
    code, message = streets.run()
    assert (code, kind(streets)) == (1, "JobFailedError")
    assert "failed on request" in message
    assert streets.localbox.state()["annotations"] == []
    streets.localbox.control("POST", "transitions", {})
    assert streets.run() == (0, "")
    state = streets.localbox.state()
    assert (len(state["batches"]), len(state["batch_rows"]), len(state["annotations"])) == (1, LARGE, LARGE)


def test_both_names_of_the_batch_are_somebody_elses(streets: Streets) -> None:
    """The spec's, and the one that says which rows it holds: the user has to name another."""
    digest = sha256(b"street-1").hexdigest()[:8]
    with streets.client() as client:
        project, dataset = client.projects.create("Streets", "VIDEO").id, client.datasets.create("Theirs").id
        rows = [{"global_key": f"theirs-{at}", "row_data": f"https://example.com/{at}.mp4"} for at in range(2)]
        client.data_rows.create(dataset, rows)
        client.batches.create(project, "streets", ["theirs-0"])
        client.batches.create(project, f"streets-{digest}", ["theirs-1"])
    streets.write([box("street-1", 1)])
    code, message = streets.run()
    assert (code, kind(streets)) == (4, "ConflictError")
    assert f"batch 'streets-{digest}'" in message
    assert "another name in the spec" in message
    assert len(streets.localbox.state()["batch_rows"]) == 2
    with ledger_of(streets.home, NAME) as ledger:
        assert ledger.entries("batch") == []


def test_rows_that_are_refused(streets: Streets) -> None:
    """Each is reported with the service's reason; the others are imported."""
    manifest = (
        'global_key,row_data,attachments\nstreet-1,https://example.com/1.mp4,"[{""type"": 7, ""value"": ""x""}]"\n'
    )
    streets.write([box("street-1", 1)], manifest=f"{manifest}street-2,https://example.com/2.mp4,\n")
    code, message = streets.run()
    assert (code, kind(streets)) == (1, "RejectedError")
    first, *told = message.splitlines()
    assert "1 of 2 data rows" in first
    assert [line.split(":")[0].strip() for line in told] == ["street-1"]
    assert "attachments" in told[0]
    assert [row["global_key"] for row in streets.localbox.state()["data_rows"]] == ["street-2"]
    streets.write([box("street-1", 1), box("street-2", 1)])
    assert streets.run() == (0, "")
