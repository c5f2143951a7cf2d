"""Labels that are sent again on purpose: replaced, added, tried again. No uuid is ever used twice."""

from typing import Any

import orjson
import pytest

from labelferry.labelbox import ImportKind
from labelferry.ledger import LineState
from tests.faults.driver import AFTER, BEFORE
from tests.faults.streets import ONTOLOGY, UNKNOWN, Streets, box
from tests.faults.sweep import KILLED
from tests.faults.world import outcomes, requests

TWO_ROWS = [box("street-1", 1), box("street-1", 2), box("street-2", 3)]
CHANGED = [box("street-1", 1), box("street-1", 9), box("street-2", 3)]
REPLACE = {"on_changed": "replace"}
ADD = {"on_labelled": "add"}
TRANSITION = {"prelabels": "mal-import", "ground-truth": "label-import"}
FAILING = {"when": "now", "end": "failed"}


def held(streets: Streets) -> list[tuple[str, int]]:
    """Row and frame of each box that the service holds."""
    state = streets.localbox.state()
    keys = {row["id"]: row["global_key"] for row in state["data_rows"]}
    return sorted((keys[row["data_row_id"]], _frame(orjson.loads(row["line"]))) for row in state["annotations"])


def plain(labels: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """Row and frame of each box of the sources."""
    return sorted((label["dataRow"]["globalKey"], _frame(label)) for label in labels)


def _frame(label: dict[str, Any]) -> int:
    return int(label["segments"][0]["keyframes"][0]["frame"])


def uuids(streets: Streets) -> set[str]:
    """The uuids of the lines in the existing jobs."""
    with streets.client() as client:
        (project,) = client.projects.find("Streets")
        jobs = [job for kind in ImportKind for job in client.imports.list(project.id, kind)]
        return {line["uuid"] for job in jobs for line in client.imports.inputs(job)}


def nothing_to_do(streets: Streets) -> None:
    """Another run changes nothing."""
    streets.localbox.forget()
    assert streets.run() == (0, "")
    assert streets.localbox.mutations() == []
    assert streets.report()["outcome"] == "nothing to do"


def test_changed_pre_labels_are_replaced(streets: Streets) -> None:
    """There and back again: each time the old job goes, all of it is sent again, and no uuid comes back."""
    streets.write(TWO_ROWS, **REPLACE)
    assert streets.run() == (0, "")
    used = uuids(streets)
    for labels in (CHANGED, TWO_ROWS, CHANGED[1:]):
        streets.write(labels, **REPLACE)
        assert streets.run() == (0, "")
        assert held(streets) == plain(labels)
        assert len(streets.localbox.state()["imports"]) == 1
        assert not uuids(streets) & used
        used |= uuids(streets)
        assert (streets.report()["sent"], streets.report()["accepted"]) == (len(labels), len(labels))
        nothing_to_do(streets)


def test_only_the_jobs_that_hold_a_changed_label_are_replaced(streets: Streets) -> None:
    streets.write(TWO_ROWS[:2], **REPLACE)
    assert streets.run() == (0, "")
    first = uuids(streets)
    streets.write(TWO_ROWS, **REPLACE)
    assert streets.run() == (0, "")
    (kept,) = uuids(streets) - first
    streets.write(CHANGED, **REPLACE)
    assert streets.run() == (0, "")
    assert held(streets) == plain(CHANGED)
    assert kept in uuids(streets)
    assert streets.report()["sent"] == 2


def test_a_replaced_job_that_holds_labels_of_rows_out_of_the_spec(streets: Streets) -> None:
    """Deleting it would lose labels that cannot be sent again."""
    streets.write(TWO_ROWS, **REPLACE)
    assert streets.run() == (0, "")
    streets.write(CHANGED[:2], **REPLACE)
    streets.localbox.forget()
    code, message = streets.run()
    assert code == 4
    assert "would also delete 1 label of 1 row that the spec no longer names: street-2" in message
    assert streets.localbox.mutations() == []


@pytest.mark.parametrize("side", [BEFORE, AFTER])
def test_killed_at_the_requests_of_a_replacement(side: str, every: int, streets: Streets) -> None:
    def replaced(number: int) -> int:
        streets.home = streets.bench.fresh()
        streets.write(TWO_ROWS, **REPLACE)
        assert streets.run() == (0, "")
        streets.write(CHANGED, **REPLACE)
        return streets.kill(number, side)

    assert replaced(0) == 0
    whole = len(requests(streets.home))
    assert held(streets) == plain(CHANGED)
    for number in range(1, whole + 1, every):
        assert replaced(number) == KILLED
        assert streets.run() == (0, ""), number
        assert held(streets) == plain(CHANGED), number
        assert len(streets.localbox.state()["imports"]) == 1
        assert streets.lines()[LineState.ACCEPTED] == len(CHANGED)


@pytest.mark.parametrize("kind", ["drop-after", "truncate", "not-json"])
def test_a_deletion_whose_answer_was_lost(kind: str, streets: Streets) -> None:
    streets.write(TWO_ROWS, **REPLACE)
    assert streets.run() == (0, "")
    streets.write(CHANGED, **REPLACE)
    fault = {"kind": kind, "operation": ".*[dD]elete.*", "nth": 1}
    streets.localbox.control("POST", "faults", fault)
    assert streets.run() == (0, "")
    assert streets.localbox.control("GET", "faults")[0]["fired"] == 1
    assert held(streets) == plain(CHANGED)


def test_a_ledger_lost_after_a_replacement(streets: Streets) -> None:
    streets.write(TWO_ROWS, **REPLACE)
    assert streets.run() == (0, "")
    streets.write(CHANGED, **REPLACE)
    assert streets.run() == (0, "")
    streets.lose_ledger()
    before = uuids(streets)
    assert streets.run() == (0, "")
    assert uuids(streets) == before
    assert (streets.report()["sent"], streets.report()["accepted"]) == (0, 3)
    streets.write(TWO_ROWS, **REPLACE)
    assert streets.run() == (0, "")
    assert held(streets) == plain(TWO_ROWS)


def test_changed_ground_truth_is_refused_unless_it_may_be_added(streets: Streets) -> None:
    """The changed row goes whole, as a second label; the other row is left alone."""
    streets.write(TWO_ROWS, "ground-truth")
    assert streets.run() == (0, "")
    streets.write(CHANGED, "ground-truth")
    streets.localbox.forget()
    code, message = streets.run()
    assert code == 4
    assert "on_labelled: add sends whole rows again as second labels" in message
    assert streets.localbox.mutations() == []
    streets.write(CHANGED, "ground-truth", **ADD)
    assert streets.run() == (0, "")
    assert streets.report()["sent"] == 2
    assert held(streets) == sorted(plain(TWO_ROWS) + plain(CHANGED[:2]))
    assert len(streets.localbox.state()["labels"]) == 3
    assert len(uuids(streets)) == 5
    nothing_to_do(streets)
    streets.write(CHANGED, "ground-truth")
    nothing_to_do(streets)


def test_ground_truth_whose_refused_line_was_mended(streets: Streets) -> None:
    """The row has a label by then: the whole row is sent once that is deleted, and refused before."""
    streets.write([box("street-1", 1), box("street-1", 2, schemaId=UNKNOWN)], "ground-truth")
    assert streets.run() == (3, "")
    streets.write(TWO_ROWS, "ground-truth")
    code, message = streets.run()
    assert code == 4
    assert "1 row already has a label: street-1;" in message
    assert "This onboarding imported those of street-1" in message
    assert "delete their labels in Labelbox (whole rows are then sent again)" in message
    with streets.client() as client:
        (project,) = client.projects.find("Streets")
        client.labels.delete([label.id for label in client.labels.list(project.id)])
    assert streets.run() == (0, "")
    assert held(streets) == plain(TWO_ROWS)
    assert len(streets.localbox.state()["labels"]) == 2
    nothing_to_do(streets)


def test_ground_truth_whose_refused_line_was_mended_beside_its_label(streets: Streets) -> None:
    """If the spec says so, the whole row is sent as a second label, under unused uuids."""
    streets.write([box("street-1", 1), box("street-1", 2, schemaId=UNKNOWN)], "ground-truth")
    assert streets.run() == (3, "")
    streets.write(TWO_ROWS[:2], "ground-truth", **ADD)
    assert streets.run() == (0, "")
    assert held(streets) == [("street-1", 1), ("street-1", 1), ("street-1", 2)]
    assert len(streets.localbox.state()["labels"]) == 2
    assert len(uuids(streets)) == 4
    nothing_to_do(streets)


@pytest.mark.parametrize("imported_as", TRANSITION)
def test_refused_lines_are_sent_again(imported_as: str, streets: Streets) -> None:
    streets.write(TWO_ROWS, imported_as)
    streets.localbox.control("POST", "transitions", {TRANSITION[imported_as]: FAILING})
    assert streets.run() == (3, "")
    assert streets.run(retry=True) == (3, "")
    streets.localbox.control("POST", "transitions", {})
    assert streets.run() == (3, "")
    assert held(streets) == []
    assert streets.run(retry=True) == (0, "")
    assert held(streets) == plain(TWO_ROWS)
    assert streets.lines() == {LineState.ACCEPTED: 3}
    sent = [job["name"] for job in streets.localbox.state()["imports"]]
    assert len(set(sent)) == 3
    assert [name[-2:] for name in sent[1:]] == ["-1", "-2"]
    nothing_to_do(streets)
    assert streets.run(retry=True) == (0, "")
    assert len(streets.localbox.state()["imports"]) == 3
    streets.lose_ledger()
    nothing_to_do(streets)
    assert streets.report()["accepted"] == 3


@pytest.mark.parametrize(("imported_as", "sent"), [("ground-truth", 1), ("prelabels", 2)])
def test_only_rows_with_a_refused_line_are_sent_again(imported_as: str, sent: int, streets: Streets) -> None:
    """Of pre-labels the whole row, since a second import may replace the first."""
    labels = [box("street-1", 1), box("street-2", 2, schemaId=UNKNOWN)]
    labels = labels if imported_as == "ground-truth" else [labels[0], {**labels[1], "dataRow": labels[0]["dataRow"]}]
    streets.write(labels, imported_as)
    assert streets.run() == (3, "")
    assert streets.run(retry=True) == (3, "")
    assert streets.report()["sent"] == sent
    assert streets.lines() == {LineState.ACCEPTED: 1, LineState.FAILED: 1}
    assert held(streets) == plain(TWO_ROWS[:1])


def outcome_gone(streets: Streets, imported_as: str, kind: ImportKind) -> None:
    """Lines were imported, and a day later the service no longer reports it."""
    streets.write(TWO_ROWS, imported_as)
    streets.localbox.control("POST", "transitions", {TRANSITION[imported_as]: {"when": "never"}})
    assert streets.run()[0] == 1
    state = streets.localbox.state()
    settings = [row for row in state["settings"] if row["name"] != "transitions"]
    running = {"fate": "done", "due_polls": 1, "polls": 0}
    jobs = [{**job, **running} if job["status"] == "IN_PROGRESS" else job for job in state["jobs"]]
    streets.localbox.control("POST", "seed", {**state, "settings": settings, "jobs": jobs})
    with streets.client() as client:
        (project,) = client.projects.find("Streets")
        (job,) = client.imports.list(project.id, kind)
        assert client.imports.wait(job).state == "FINISHED"
    streets.localbox.control("POST", "seed", {**streets.localbox.state(), "files": []})
    assert streets.run()[0] == 1
    assert held(streets) == plain(TWO_ROWS)


def test_pre_labels_whose_outcome_is_gone_are_replaced_when_tried_again(streets: Streets) -> None:
    """They may be imported: their job is deleted first."""
    outcome_gone(streets, "prelabels", ImportKind.MAL)
    assert streets.run(retry=True) == (0, "")
    assert held(streets) == plain(TWO_ROWS)
    assert [job["name"][-2:] for job in streets.localbox.state()["imports"]] == ["-1"]
    nothing_to_do(streets)


def test_ground_truth_whose_outcome_is_gone_is_not_sent_over_its_label(streets: Streets) -> None:
    outcome_gone(streets, "ground-truth", ImportKind.GROUND_TRUTH)
    code, message = streets.run(retry=True)
    assert code == 4
    assert "2 rows already have a label: street-1, street-2" in message
    assert "The label of street-1, street-2 may be from this onboarding" in message
    assert streets.run()[0] == 1
    assert held(streets) == plain(TWO_ROWS)
    assert outcomes(streets.home)[-1]["report"]["unknown"] == 3


def test_policies_that_do_not_fit(streets: Streets) -> None:
    streets.write(TWO_ROWS, "ground-truth", ONTOLOGY, **REPLACE)
    code, message = streets.run()
    assert code == 2
    assert "on_changed: replace needs as: prelabels" in message
    streets.write(TWO_ROWS, "prelabels", ONTOLOGY, **ADD)
    code, message = streets.run()
    assert code == 2
    assert "on_labelled: add needs as: ground-truth" in message
