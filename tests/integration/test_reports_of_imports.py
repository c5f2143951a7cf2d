"""Imports whose outcome the service reports in every way: nothing twice, nothing false, no dead end.

``python -m benches.outcomes`` goes through the whole product.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from labelferry.errors import VerificationError
from labelferry.ledger import Ledger, State, open_ledger
from labelferry.onboarding.verify import verify
from tests.faults.mutations import (
    KINDS,
    LINES,
    REFUSED,
    Case,
    Harbour,
    carried_through,
    sample_of_cases,
    settings_in,
)
from tests.faults.streets import NAME, UNKNOWN, box
from tests.localbox_server import Localbox


def cases() -> Iterator[Any]:
    """Each way of reporting once, as pre-labels and as ground truth in turn; the others in ``make test-all``."""
    by_name: dict[str, list[Case]] = {}
    for case in sample_of_cases():
        by_name.setdefault(case.name, []).append(case)
    for number, same in enumerate(by_name.values()):
        for case in same:
            yield pytest.param(case, id=str(case), marks=[] if case is same[-(number % 2)] else [pytest.mark.full])


@pytest.mark.parametrize("case", list(cases()))
def test_it_ends_well(localbox: Localbox, tmp_path: Path, case: Case) -> None:
    settings = settings_in(tmp_path / "home", localbox.endpoint, localbox.key)
    assert carried_through(case, localbox.control, settings, tmp_path).wrong == []


@pytest.fixture
def harbour(localbox: Localbox, tmp_path: Path, request: pytest.FixtureRequest) -> Harbour:
    """A user whose labels are all good."""
    settings = settings_in(tmp_path / "home", localbox.endpoint, localbox.key)
    made = Harbour(localbox.control, settings, tmp_path, getattr(request, "param", "prelabels"), LINES)
    made.write()
    return made


def kept(harbour: Harbour) -> Any:
    return orjson.loads((harbour.settings.reports / f"{NAME}.json").read_bytes())


@contextmanager
def ledger_of(harbour: Harbour) -> Iterator[Ledger]:
    with open_ledger(harbour.settings.ledger_url) as file:
        (workspace,) = file.workspaces_of(NAME)
        yield file.of(workspace, NAME)


@pytest.mark.parametrize("harbour", KINDS, indirect=True)
def test_a_job_that_is_shown_late_is_waited_for(harbour: Harbour) -> None:
    harbour.control("POST", "outcomes", {"shown_after": 3})
    assert (harbour.act("rerun"), kept(harbour)["outcome"], harbour.wrong) == (0, "done", [])


@pytest.mark.parametrize("harbour", KINDS, indirect=True)
@pytest.mark.parametrize("reports", [{"shown_after": "never"}, {"lost": True}], ids=str)
def test_a_job_that_is_not_shown_leaves_its_lines_pending(harbour: Harbour, reports: dict[str, Any]) -> None:
    harbour.control("POST", "outcomes", reports)
    assert harbour.act("rerun") == 1
    report = kept(harbour)
    counts = [report[name] for name in ("outcome", "sent", "accepted", "failed", "unknown", "pending")]
    assert counts == ["pending", 5, 0, 0, 0, 5]
    assert sum(tally["pending"] for tally in report["tallies"]) == 5
    with ledger_of(harbour) as ledger:
        assert ledger.history()[0]["outcome"] == "pending"
        (job,) = ledger.entries("job")
        assert (job.state, bool(job.remote_id)) == (State.ABSENT, True)
    harbour.control("POST", "outcomes", {})
    assert (harbour.act("rerun"), kept(harbour)["outcome"], harbour.wrong) == (0, "done", [])
    assert len(harbour.control("GET", "state")["imports"]) == 1


@pytest.mark.parametrize("harbour", KINDS, indirect=True)
def test_a_job_that_is_not_shown_until_its_files_are_gone(harbour: Harbour) -> None:
    """A day later the outcome of the lines is no longer available; then the job is not polled again."""
    harbour.control("POST", "outcomes", {"shown_after": "never"})
    assert harbour.act("rerun") == 1
    with ledger_of(harbour) as ledger:
        (job,) = ledger.entries("job")
        sent_at = datetime.fromisoformat(job.detail["sent_at"]) - timedelta(hours=25)
        ledger.claim("job", job.name, **{**job.detail, "sent_at": sent_at.isoformat()})
        ledger.move_job(job.name, State.ABSENT, job.remote_id)
    harbour.control("POST", "outcomes", {"file": "missing"})
    for _ in range(2):
        assert harbour.act("rerun") == 1
        assert {line["kind"] for line in kept(harbour)["unknown_lines"]} == {"expired"}
    with ledger_of(harbour) as ledger:
        assert [job.state for job in ledger.entries("job")] == [State.SETTLED]
    harbour.control("POST", "outcomes", {})
    harbour.finish()
    assert harbour.wrong == []


@pytest.mark.parametrize("harbour", ["ground-truth"], indirect=True)
@pytest.mark.parametrize("all_in", [True, False])
def test_unknown_lines_are_neither_missing_nor_extra(harbour: Harbour, all_in: bool) -> None:
    harbour.control("POST", "outcomes", {"cut": 2})
    assert harbour.act("rerun") == 1
    if not all_in:
        state = harbour.control("GET", "state")
        harbour.control("POST", "seed", {**state, "annotations": state["annotations"][:2]})
    with harbour.onboarding("resume") as onboarding:
        found = verify(onboarding, "here")
    assert (found.accepted, found.failed, found.unknown, found.pending) == (2, 0, 3, 0)
    assert found.totals == {"equal": 5 if all_in else 2, "missing": 0, "extra": 0, "moved": 0}
    with pytest.raises(VerificationError, match="3 lines not known to be imported"):
        found.refuse_differences()


def test_refusals_are_told_in_the_services_words(harbour: Harbour) -> None:
    harbour.lines = REFUSED
    harbour.write()
    harbour.control("POST", "outcomes", {"errors": "text", "uuids": "none"})
    assert harbour.act("rerun") == 3
    (line,) = kept(harbour)["failed_lines"]
    assert UNKNOWN in line["message"]
    assert (line["kind"], line["source"]) == ("fix-ontology", "labels.ndjson:6")


@pytest.mark.parametrize("harbour", KINDS, indirect=True)
def test_a_job_whose_creation_had_no_answer_and_that_is_not_shown(harbour: Harbour) -> None:
    """Its id is not known, and its name is taken: nothing is sent, deleted or called in until it is shown."""
    harbour.control("POST", "transitions", {"*": {"when": "now"}})  # it is done, though nobody can see it
    harbour.control("POST", "outcomes", {"shown_after": "never"})
    harbour.control("POST", "faults", {"kind": "drop-after", "operation": "create.*Import.*", "nth": 1})
    assert [harbour.act("rerun") for _ in range(3)] == [1, 1, 1]
    assert {line["kind"] for line in kept(harbour)["unknown_lines"]} == {"no-job"}
    assert harbour.act("retry-failed") == (1 if harbour.imported_as == "prelabels" else 4)
    assert len(harbour.control("GET", "state")["imports"]) == 1
    harbour.control("POST", "outcomes", {})
    assert (harbour.act("rerun"), harbour.wrong) == (0, [])
    assert len(harbour.held()) == len(LINES)


def test_a_crash_before_the_creation_left_sends_the_lines_at_the_next_run(harbour: Harbour) -> None:
    """There was no answer, and no such job: it is sent again under its own name."""
    harbour.control("POST", "faults", {"kind": "drop-before", "operation": "create.*Import.*"})
    assert harbour.act("rerun") == 1
    with ledger_of(harbour) as ledger:
        (claimed,) = ledger.entries("job")
        assert claimed.state is State.CLAIMED
    harbour.control("DELETE", "faults")
    assert (harbour.act("rerun"), kept(harbour)["outcome"], harbour.wrong) == (0, "done", [])
    with ledger_of(harbour) as ledger:
        assert [job.name for job in ledger.entries("job")] == [claimed.name]


@pytest.mark.parametrize("harbour", ["prelabels"], indirect=True)
def test_labels_that_change_while_their_outcome_is_unknown(harbour: Harbour) -> None:
    """What may be in counts as in: it is replaced by decision only, and then its import goes first."""
    harbour.control("POST", "outcomes", {"cut": 2})
    assert harbour.act("rerun") == 1
    harbour.lines = [*LINES[:4], box("street-3", 9)]
    harbour.write()
    assert harbour.act("rerun") == 4
    spec = harbour.folder / "streets.yaml"
    spec.write_text(spec.read_text("utf-8") + "on_changed: replace\n", "utf-8")
    harbour.control("POST", "outcomes", {})
    assert (harbour.act("rerun"), harbour.wrong) == (0, [])
    assert ("street-3", 9) in harbour.held().values()
