"""Messages and state after particular failures."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labelferry.labelbox import ImportKind
from labelferry.ledger import LineState, State
from tests.faults.driver import AFTER
from tests.faults.drivers import warm_drivers
from tests.faults.streets import UNKNOWN, Streets, box
from tests.faults.sweep import Bench, Case, Clean
from tests.faults.world import EACH, KEYS, SPECS, counts, ledger_of, normalised, outcomes, requests, unsettled

NEVER = {"when": "never"}
JOBS = {"prelabels": "mal-import", "ground-truth": "label-import"}


def test_a_second_run_changes_nothing(bench: Bench, clean: Clean) -> None:
    home = bench.fresh()
    assert bench.drivers.run(bench.job(home)) == 0
    bench.localbox.forget()
    before = bench.localbox.kept()
    assert bench.drivers.run(bench.job(home)) == 0
    assert bench.localbox.mutations() == []
    after = bench.localbox.kept()
    assert [name for name in after if after[name] != before[name]] == []
    assert [said["report"]["outcome"] for said in outcomes(home)] == ["nothing to do"] * 2
    assert len(requests(home)) < len(clean.requests)


def test_a_lost_ledger(bench: Bench, clean: Clean) -> None:
    home = bench.fresh()
    assert bench.drivers.run(bench.job(home)) == 0
    for path in home.glob("ledger.db*"):
        path.unlink()
    code = bench.drivers.run(bench.job(home))
    assert list(bench.wrong(home, code, clean)) == []
    accepted = [said["report"]["accepted"] for said in outcomes(home)]
    assert accepted == [said["report"]["counts"]["lines"] for said in outcomes(home)]
    bench.localbox.forget()
    assert bench.drivers.run(bench.job(home)) == 0
    assert bench.localbox.mutations() == []


@pytest.mark.parametrize("imported_as", SPECS)
def test_a_ledger_lost_between_two_jobs(imported_as: str, streets: Streets) -> None:
    """The jobs at the service contain other lines than a single job with all of them would."""
    streets.write([box("street-1", 1)], imported_as)
    assert streets.run() == (0, "")
    grown = [box("street-1", 1), box("street-2", 2)]
    streets.write(grown, imported_as)
    assert streets.run() == (0, "")
    before = normalised(streets.localbox.state())
    streets.lose_ledger()
    assert streets.run() == (0, "")
    assert normalised(streets.localbox.state()) == before
    assert (streets.report()["sent"], streets.report()["accepted"]) == (0, 2)
    streets.write([*grown, box("street-3", 3)], imported_as)
    streets.lose_ledger()
    assert streets.run() == (0, "")
    assert (streets.report()["sent"], streets.report()["accepted"]) == (1, 3)
    assert [job["lines"] for job in streets.localbox.state()["imports"]] == [1, 1, 1]
    assert len(streets.localbox.state()["annotations"]) == 3
    assert len(streets.localbox.state()["batch_rows"]) == 3


def test_a_lost_ledger_and_labels_that_changed(streets: Streets) -> None:
    streets.write([box("street-1", 1)])
    assert streets.run() == (0, "")
    streets.lose_ledger()
    streets.write([box("street-1", 9)])
    code, message = streets.run()
    assert code == 4
    assert "street-1: 'car' from an earlier version of the sources" in message
    assert len(streets.localbox.state()["annotations"]) == 1


def without_files(state: dict[str, Any]) -> dict[str, Any]:
    """The state a day later: the service has deleted the files of imports."""
    return {**state, "files": []}


def test_a_lost_ledger_and_no_files(streets: Streets) -> None:
    streets.write([box("street-1", 1)])
    assert streets.run() == (0, "")
    streets.localbox.control("POST", "seed", without_files(streets.localbox.state()))
    before = normalised(streets.localbox.state())
    streets.lose_ledger()
    code, message = streets.run()
    assert code == 4
    assert "the service no longer keeps its files" in message
    assert normalised(streets.localbox.state()) == before


@pytest.mark.parametrize("imported_as", SPECS)
def test_status_files_that_are_gone(imported_as: str, streets: Streets) -> None:
    """The outcome of the lines is not known: they are reported as unknown, and not sent again."""
    streets.write([box("street-1", 1), box("street-1", 2)], imported_as)
    streets.localbox.control("POST", "transitions", {JOBS[imported_as]: NEVER})
    assert streets.run()[0] == 1
    state = without_files(streets.localbox.state())
    ended = [{**job, "status": "COMPLETE"} for job in state["jobs"]]
    files = [{**job, "status_file": job["input_file"]} for job in state["imports"]]
    streets.localbox.control("POST", "seed", {**state, "jobs": ended, "imports": files})
    for _ in range(2):
        streets.localbox.forget()
        assert streets.run() == (1, "")
        assert streets.localbox.mutations() == []
        report = streets.report()
        assert (report["outcome"], report["failed"], report["unknown"]) == ("unknown", 0, 2)
        told = [(line["kind"], line["message"]) for line in report["unknown_lines"]]
        assert told == [("no-file", f"{NO_FILE}: 0 min after it was sent")] * 2


NO_FILE = "the import is over, but its status file cannot be read"


@pytest.mark.parametrize("imported_as", SPECS)
def test_a_job_that_never_ends(imported_as: str, streets: Streets) -> None:
    streets.write([box("street-1", 1)], imported_as)
    streets.localbox.control("POST", "transitions", {JOBS[imported_as]: NEVER})
    code, message = streets.run()
    assert (code, outcomes(streets.home)[-1]["kind"]) == (1, "DeadlineError")
    assert "is still running at the service; run again later to pick up its outcome (waited 600 s)" in message
    assert streets.lines() == {LineState.SENT: 1}
    streets.localbox.control("POST", "seed", due_now(streets.localbox.state()))
    streets.localbox.forget()
    assert streets.run() == (0, "")
    assert streets.localbox.mutations() == []
    assert streets.lines() == {LineState.ACCEPTED: 1}
    assert len(streets.localbox.state()["annotations"]) == 1


def due_now(state: dict[str, Any]) -> dict[str, Any]:
    """The state in which every running job is done at the next poll."""
    done = {"fate": "done", "due_polls": 1, "polls": 0}
    jobs = [{**job, **done} if job["status"] == "IN_PROGRESS" else job for job in state["jobs"]]
    return {**state, "settings": [row for row in state["settings"] if row["name"] != "transitions"], "jobs": jobs}


def test_a_job_that_fails(streets: Streets) -> None:
    streets.write([box("street-1", 1), box("street-1", 2)])
    streets.localbox.control("POST", "transitions", {"mal-import": {"when": "now", "end": "failed"}})
    assert streets.run() == (3, "")
    assert all("The import failed on request" in line["message"] for line in streets.report()["failed_lines"])
    assert len(streets.report()["failed_lines"]) == 2
    assert streets.lines() == {LineState.FAILED: 2}


def test_one_bad_line_in_a_thousand(streets: Streets) -> None:
    lines = [box("street-1", number) for number in range(1, 1001)]
    lines[616] = box("street-1", 617, schemaId=UNKNOWN)
    streets.write(lines)
    assert streets.run() == (3, "")
    (failed,) = streets.report()["failed_lines"]
    assert failed["source"].endswith("labels.ndjson:617")
    assert UNKNOWN in failed["message"]
    assert streets.lines() == {LineState.ACCEPTED: 999, LineState.FAILED: 1}
    assert len(streets.localbox.state()["annotations"]) == 999


@pytest.mark.parametrize("operation", ["UpsertDataRowsPyApi", "createMALPredictionImportByFilePyApi", "GetOrg.*"])
def test_a_quota_that_is_used_up(operation: str, streets: Streets) -> None:
    """It stops at once without a retry; when there is quota again, the next run continues."""
    streets.write([box("street-1", 1)])
    streets.localbox.control("POST", "faults", {"kind": "status", "status": 426, "operation": operation})
    code, _ = streets.run()
    assert (code, outcomes(streets.home)[-1]["kind"]) == (1, "QuotaError")
    assert streets.localbox.control("GET", "faults")[0]["fired"] == 1
    streets.localbox.control("DELETE", "faults")
    assert streets.run() == (0, "")
    assert counts(streets.localbox.state()) == {**EACH, "data_rows": 1, "batch_rows": 1, "imports": 1, "labels": 0}


def test_an_ontology_that_changed(streets: Streets) -> None:
    streets.write([box("street-1", 1)])
    assert streets.run() == (0, "")
    state = streets.localbox.state()
    (ontology,) = state["ontologies"]
    renamed = {**ontology, "normalized": ontology["normalized"].replace("car", "lorry")}
    streets.localbox.control("POST", "seed", {**state, "ontologies": [renamed]})
    streets.localbox.forget()
    code, message = streets.run()
    assert code == 4
    assert "an ontology named 'Streets' already exists and differs" in message
    assert "car" in message
    assert "lorry" in message
    assert streets.localbox.mutations() == []


def test_rows_that_were_deleted(streets: Streets) -> None:
    """Created again, they would lack their labels: a decision is needed."""
    streets.write([box("street-1", 1), box("street-2", 2)])
    assert streets.run() == (0, "")
    state = streets.localbox.state()
    (gone,) = [row["id"] for row in state["data_rows"] if row["global_key"] == "street-2"]
    without = {
        name: [row for row in rows if gone not in (row.get("data_row_id"), row.get("id"))]
        for name, rows in state.items()
    }
    streets.localbox.control("POST", "seed", without)
    before = normalised(streets.localbox.state())
    streets.localbox.forget()
    code, message = streets.run()
    assert code == 4
    assert (
        "1 data row imported by this onboarding was deleted in Labelbox, together with its labels: street-2" in message
    )
    assert streets.localbox.mutations() == []
    assert normalised(streets.localbox.state()) == before
    streets.write([box("street-1", 1)])
    assert streets.run() == (0, "")


def test_rows_that_were_deleted_before_they_were_in_the_project(bench: Bench, clean: Clean) -> None:
    """They have no labels yet, so they are created again."""
    home = bench.fresh()
    number = 1 + next(at for at, name in enumerate(made_by(bench, home)) if name == "createBatchV2PyApi")
    home = bench.fresh()
    bench.drivers.run(bench.job(home, Case(number - 1, AFTER)))
    state = bench.localbox.state()
    assert [row["global_key"] for row in state["data_rows"]] == list(KEYS)
    assert state["batches"] == []
    bench.localbox.control("POST", "seed", {**state, "data_rows": []})
    assert list(bench.wrong(home, bench.drivers.run(bench.job(home)), clean)) == []


def made_by(bench: Bench, home: Path) -> list[str]:
    """The operations of an undisturbed run, in order."""
    assert bench.drivers.run(bench.job(home)) == 0
    return bench.localbox.operations()


@pytest.mark.parametrize("lost", [False, True])
def test_a_batch_of_the_name_that_is_somebody_elses(lost: bool, streets: Streets) -> None:
    """It is not taken for ours, even if the refusal of the name was not received."""
    with streets.client() as client:
        project = client.projects.create("Streets", "VIDEO").id
        dataset = client.datasets.create("Theirs").id
        row = {"global_key": "theirs", "row_data": "https://example.com/theirs.mp4"}
        client.data_rows.create(dataset, [row])
        client.batches.create(project, "streets", ["theirs"])
    streets.write([box("street-1", 1)])
    if lost:
        spoiled = {"kind": "not-json", "operation": "createBatchV2PyApi", "nth": 1}
        streets.localbox.control("POST", "faults", spoiled)
        assert streets.run()[0] == 1
        streets.localbox.control("DELETE", "faults")
    for _ in range(2):
        assert streets.run() == (0, "")
        state = streets.localbox.state()
        first, second = (batch["name"] for batch in state["batches"])
        assert (first, second[:8]) == ("streets", "streets-")
        assert len(state["batch_rows"]) == 2
        assert len(state["annotations"]) == 1


LATER = {"add-data-rows-to-batch": {"when": "seconds", "n": 1}}
LARGE = 1_000
"""Rows from which a batch is created in two steps."""


@pytest.mark.parametrize(
    "transitions", [pytest.param({}, id="at-once", marks=pytest.mark.full), pytest.param(LATER, id="later")]
)
@pytest.mark.parametrize("operation", ["createEmptyBatchPyApi", "addDataRowsToBatchAsyncPyApi"])
def test_a_large_batch_that_was_interrupted(operation: str, transitions: dict[str, Any], streets: Streets) -> None:
    """It is filled, whether or not the service still does so itself, and no second one is created."""
    streets.write([box(f"street-{number}", 1) for number in range(LARGE)])
    spoiled = {"kind": "not-json", "operation": operation, "nth": 1}
    streets.localbox.control("POST", "faults", spoiled)
    streets.localbox.control("POST", "transitions", transitions)
    first, _ = streets.run()
    assert streets.localbox.control("GET", "faults")[0]["fired"] == 1
    assert first == 0 or streets.run() == (0, "")
    state = streets.localbox.state()
    assert (len(state["batches"]), len(state["batch_rows"]), len(state["annotations"])) == (1, LARGE, LARGE)
    streets.lose_ledger()
    assert streets.run() == (0, "")
    assert normalised(streets.localbox.state()) == normalised(state)


def test_two_runs_at_once(streets: Streets, tmp_path: Path) -> None:
    streets.write([box("street-1", 1)])
    slow = {"kind": "slow", "seconds": 3, "operation": "createBatchV2PyApi", "nth": 1}
    streets.localbox.control("POST", "faults", slow)
    with warm_drivers(tmp_path) as other:
        other.start(streets.job)
        until(lambda: streets.localbox.control("GET", "faults")[0]["fired"] == 1)
        code, message = streets.run()
        assert code == 4
        assert "another run of 'streets' is in progress (process " in message
        assert other.ended() == 0
    assert counts(streets.localbox.state()) == {**EACH, "data_rows": 1, "batch_rows": 1, "imports": 1, "labels": 0}
    assert streets.run() == (0, "")


def until(holds: Callable[[], bool]) -> None:
    """Ask until something holds; each question takes the server some time."""
    assert any(holds() for _ in range(2_000)), "it never came to that"


def test_the_ledger_of_a_killed_run_says_so(bench: Bench) -> None:
    """Between the two: requested resources are claimed, and no line is recorded as accepted."""
    home = bench.fresh()
    operations = made_by(bench, home)
    number = 1 + operations.index("createMALPredictionImportByFilePyApi")
    home = bench.fresh()
    assert bench.drivers.run(bench.job(home, Case(number, AFTER))) == -9
    with ledger_of(home, "guide-prelabels") as ledger:
        (job,) = ledger.entries("job")
        assert job.state is State.CLAIMED
        assert {line.state for line in ledger.lines()} == {LineState.SENT}
    with bench.localbox.client() as client:
        assert client.imports.find(job.detail["project"], job.name, ImportKind.MAL) is not None
    assert bench.drivers.run(bench.job(home)) == 0
    assert unsettled(home) == []
