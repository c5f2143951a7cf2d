"""Import jobs that the service does not show, or whose outcome it does not say: what is written of their lines."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from labelferry.errors import ConflictError
from labelferry.ledger import LineState, Reason, State, Verdict
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.plan import Action
from labelferry.onboarding.steps.absent import resolve_absent, set_absent
from labelferry.onboarding.steps.deletion import NONE_DELETED, Deleted
from labelferry.onboarding.steps.ended import settled
from labelferry.onboarding.steps.imports import import_labels, plan_imports, poll_job_errors
from labelferry.onboarding.steps.retry import reopen_failed_lines
from tests.faults.driver import Clock
from tests.faults.streets import UNKNOWN, box
from tests.integration.onboarding.test_imports import THREE, ready
from tests.integration.onboarding.yard import Yard

GONE = "cm00000000000000000000000"
Lines = dict[tuple[LineState, Reason | None], int]
SENT: Lines = {(LineState.SENT, None): 3}
NO_JOB: Lines = {(LineState.UNKNOWN, Reason.NO_JOB): 3}
RETIRED: Lines = {(LineState.RETIRED, None): 3}


class Sent:
    """An onboarding whose lines were sent as one job, which is known as a test says."""

    def __init__(self, yard: Yard, onboarding: Onboarding) -> None:
        self.yard, self.onboarding, self.ledger = yard, onboarding, onboarding.ledger
        (self.name,) = import_labels(onboarding, ready(onboarding)).jobs

    def known(self, state: State, remote_id: str | None = None, **detail: Any) -> None:
        """Let the ledger know the job so, and no better."""
        before = self.ledger.entry("job", self.name)
        assert before is not None
        self.ledger.claim("job", self.name, **{**before.detail, **detail})
        self.ledger.move_job(self.name, state, remote_id)

    def set_absent(self, *, sent: bool = True, over: bool = False) -> None:
        (entry,) = self.ledger.entries("job")
        set_absent(self.onboarding, entry, sent=sent, over=over)

    def jobs(self) -> list[State]:
        return [entry.state for entry in self.ledger.entries("job")]

    def lines(self) -> Lines:
        found = [(line.state, line.reason) for line in self.ledger.lines()]
        return {each: found.count(each) for each in set(found)}

    def age(self, **passed: float) -> None:
        """Let time pass since the job was sent."""
        self.known(State.CREATED, sent_at=(self.ledger.now() - timedelta(**passed)).isoformat())

    def messages(self) -> set[str | None]:
        return {line.message for line in self.ledger.lines()}

    def no_labels(self) -> None:
        self.yard.change(lambda state: state.update(labels=[], annotations=[]))


@pytest.fixture(params=["prelabels"])
def sent(yard: Yard, request: pytest.FixtureRequest) -> Iterator[Sent]:
    imported_as, _, policy = request.param.partition(" ")
    yard.write(THREE, imported_as, **({"on_labelled": policy} if policy else {}))
    with yard.onboarding() as onboarding:
        yield Sent(yard, onboarding)


BOTH = pytest.mark.parametrize("sent", ["prelabels", "ground-truth"], indirect=True)
GROUND_TRUTH = pytest.mark.parametrize("sent", ["ground-truth"], indirect=True)


# Seen to be absent


@pytest.mark.parametrize("sent", ["prelabels", "ground-truth add"], indirect=True)
def test_a_claim_without_a_job_is_forgotten(sent: Sent) -> None:
    """Its lines are sent again."""
    sent.known(State.CLAIMED)
    sent.set_absent()
    assert (sent.jobs(), sent.lines()) == ([], {})


@GROUND_TRUTH
@pytest.mark.parametrize("labels", [True, False])
def test_a_claim_without_a_job_whose_rows_have_labels_now(labels: bool, sent: Sent) -> None:
    poll_job_errors(sent.onboarding)
    if not labels:
        sent.no_labels()
    reopened(sent)
    sent.known(State.CLAIMED)
    sent.set_absent()
    assert (sent.jobs(), sent.lines()) == (([State.ABSENT], NO_JOB) if labels else ([], {}))


def reopened(sent: Sent) -> None:
    """Let nothing be known of the lines."""
    sent.ledger.send_lines([replace(line, state=LineState.SENT) for line in sent.ledger.lines()])


@BOTH
def test_a_job_that_was_created_stays_open(sent: Sent) -> None:
    sent.known(State.CREATED)
    sent.set_absent()
    assert (sent.jobs(), sent.lines()) == ([State.ABSENT], SENT)


@pytest.mark.parametrize("over", [True, False])
def test_a_job_of_which_everything_is_known(over: bool, sent: Sent) -> None:
    """Nothing more is learned of it once its files are gone."""
    sent.known(State.CREATED)
    sent.set_absent(sent=False, over=over)
    assert (sent.jobs(), sent.lines()) == ([State.SETTLED if over else State.CREATED], SENT)


# Still absent at the next run


def test_pre_labels_are_deleted_by_id(sent: Sent) -> None:
    (held,) = sent.yard.localbox.table("imports")
    sent.known(State.ABSENT, held["id"])
    assert resolve_absent(sent.onboarding) == Deleted(1, 3)
    assert (sent.jobs(), sent.lines()) == ([], RETIRED)
    assert sent.yard.localbox.table("imports") == []


def test_pre_labels_whose_job_was_never_made_are_sent_again(sent: Sent) -> None:
    sent.known(State.ABSENT, GONE)
    assert resolve_absent(sent.onboarding) == NONE_DELETED
    assert (sent.jobs(), sent.lines()) == ([], {})


def test_pre_labels_whose_job_has_no_known_id_are_unknown(sent: Sent) -> None:
    sent.known(State.ABSENT)
    assert resolve_absent(sent.onboarding) == NONE_DELETED
    assert (sent.jobs(), sent.lines()) == ([State.ABSENT], NO_JOB)
    assert len(sent.yard.localbox.table("imports")) == 1


@pytest.mark.parametrize("known", [True, False])
def test_more_for_a_row_of_such_a_job(known: bool, yard: Yard) -> None:
    """A job whose id is known is deleted first; else the row is named, which may lose what it has."""
    with yard.onboarding() as onboarding:
        sent = Sent(yard, onboarding)
        (held,) = yard.localbox.table("imports")
        sent.known(State.ABSENT, held["id"] if known else None)
        sent.ledger.settle_lines(Verdict(line.uuid, LineState.UNKNOWN) for line in sent.ledger.lines())
    yard.write([*THREE, box("street-2", 9)])
    with yard.onboarding() as onboarding:
        *deletion, step = plan_imports(onboarding, held["project_id"])
        assert [(each.action, each.count) for each in deletion] == ([(Action.DELETE, 3)] if known else [])
        assert step.count == (4 if known else 1)
        assert step.reason.endswith("on 1 row they may replace the pre-labels of an earlier import") is not known
        submitted = import_labels(onboarding, held["project_id"])
        assert [finding.row for finding in submitted.beside] == ([] if known else ["street-2"])


@GROUND_TRUTH
@pytest.mark.parametrize("labels", [True, False])
def test_ground_truth_is_sent_again_where_no_row_has_a_label(labels: bool, sent: Sent) -> None:
    poll_job_errors(sent.onboarding)
    if not labels:
        sent.no_labels()
    reopened(sent)
    sent.known(State.ABSENT, GONE)
    assert resolve_absent(sent.onboarding) == NONE_DELETED
    assert (sent.jobs(), sent.lines()) == (([State.ABSENT], NO_JOB) if labels else ([], {}))


class Later(Clock):
    """Something happens once somebody waits."""

    def __init__(self, happens: Callable[[], object]) -> None:
        super().__init__()
        self._happens = [happens]

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if self._happens:
            self._happens.pop()()


@pytest.mark.parametrize("step", ["resolved", "planned", "tried again"])
def test_labels_of_lines_that_may_be_in_are_waited_for(step: str, yard: Yard) -> None:
    """They appear some time after their import: one look that finds none proves nothing."""
    yard.write(THREE, "ground-truth")
    with yard.onboarding() as onboarding:
        sent = Sent(yard, onboarding)
        poll_job_errors(onboarding)
        held = yard.localbox.state()
        sent.no_labels()
        if step == "resolved":
            reopened(sent)
            sent.known(State.ABSENT, GONE)
        else:
            sent.ledger.settle_lines(
                Verdict(line.uuid, LineState.UNKNOWN, None, Reason.NO_JOB) for line in sent.ledger.lines()
            )
    if step == "planned":
        yard.write([*THREE, box("street-1", 9)], "ground-truth")
    with yard.onboarding(Later(lambda: yard.localbox.control("POST", "seed", held))) as onboarding:
        if step == "resolved":
            assert resolve_absent(onboarding) == NONE_DELETED
            assert {line.reason for line in onboarding.ledger.lines()} == {Reason.NO_JOB}
        elif step == "planned":
            assert [each.action for each in plan_imports(onboarding, held["projects"][0]["id"])] == [Action.CONFLICT]
        else:
            with pytest.raises(ConflictError, match="already have a label"):
                reopen_failed_lines(onboarding)


@pytest.mark.parametrize("state", [State.CREATED, State.ABSENT])
def test_only_open_lines_of_absent_jobs_are_decided(state: State, sent: Sent) -> None:
    poll_job_errors(sent.onboarding)
    sent.known(state)
    assert resolve_absent(sent.onboarding) == NONE_DELETED
    assert (sent.jobs(), sent.lines()) == ([state], {(LineState.ACCEPTED, None): 3})


# Jobs that are over


def settle(sent: Sent) -> int | None:
    (entry,) = sent.ledger.entries("job")
    found = settled(sent.onboarding, entry)
    return None if found is None else len(found)


def test_a_job_that_fails_refuses_all_of_its_lines(yard: Yard) -> None:
    yard.localbox.control("POST", "transitions", {"mal-import": {"when": "now", "end": "failed"}})
    with yard.onboarding() as onboarding:
        sent = Sent(yard, onboarding)
        assert settle(sent) == 3
        assert (sent.jobs(), sent.lines()) == ([State.SETTLED], {(LineState.FAILED, None): 3})
        (message,) = sent.messages()
        assert sent.name in (message or "")


NO_FILE: Lines = {(LineState.UNKNOWN, Reason.NO_FILE): 3}
EXPIRED: Lines = {(LineState.UNKNOWN, Reason.EXPIRED): 3}


def test_a_status_file_that_cannot_be_read_may_be_read_later(sent: Sent) -> None:
    sent.yard.localbox.control("POST", "outcomes", {"file": "missing"})
    sent.age(minutes=90)
    assert settle(sent) == 3
    assert (sent.jobs(), sent.lines()) == ([State.CREATED], NO_FILE)
    assert sent.messages() == {"90 min after it was sent"}
    sent.age(minutes=95)
    assert settle(sent) == 3
    assert (sent.lines(), sent.messages()) == (NO_FILE, {"90 min after it was sent"})
    sent.yard.localbox.control("POST", "outcomes", {})
    assert settle(sent) == 3
    assert (sent.jobs(), sent.lines()) == ([State.SETTLED], {(LineState.ACCEPTED, None): 3})


@pytest.mark.parametrize(("hours", "expired"), [(23.99, False), (24, True), (None, True)])
def test_status_files_are_kept_for_a_day(hours: float | None, expired: bool, sent: Sent) -> None:
    """A job of which nobody knows when it was sent counts as older."""
    sent.yard.localbox.control("POST", "outcomes", {"file": "missing"})
    if hours is None:
        sent.known(State.CREATED, sent_at=None)
    else:
        sent.age(hours=hours)
    settle(sent)
    assert (sent.jobs(), sent.lines()) == (([State.SETTLED], EXPIRED) if expired else ([State.CREATED], NO_FILE))


def test_what_is_known_of_a_line_is_never_judged_again(yard: Yard) -> None:
    yard.write([*THREE, box("street-2", 4, schemaId=UNKNOWN)])
    yard.localbox.control("POST", "outcomes", {"cut": 2})
    with yard.onboarding() as onboarding:
        sent = Sent(yard, onboarding)
        assert settle(sent) == 4
        assert sent.lines() == {(LineState.ACCEPTED, None): 2, (LineState.UNKNOWN, Reason.UNLISTED): 2}
        assert sent.jobs() == [State.CREATED]
        yard.localbox.control("POST", "outcomes", {})
        assert settle(sent) == 2
        assert sent.lines() == {(LineState.ACCEPTED, None): 3, (LineState.FAILED, None): 1}
        assert sent.jobs() == [State.SETTLED]


def test_the_id_of_a_job_is_kept_once_it_is_shown(sent: Sent) -> None:
    sent.yard.localbox.control("POST", "outcomes", {"file": "missing"})
    sent.known(State.CLAIMED)
    settle(sent)
    (entry,), (held,) = sent.ledger.entries("job"), sent.yard.localbox.table("imports")
    assert (entry.state, entry.remote_id) == (State.CREATED, held["id"])


def test_rows_are_asked_for_when_statuses_name_them_by_id(sent: Sent) -> None:
    sent.yard.localbox.control("POST", "outcomes", {"uuids": "own", "rows": "id"})
    assert settle(sent) == 3
    assert sent.lines() == {(LineState.ACCEPTED, None): 3}


def test_a_job_that_is_not_shown_has_no_outcome(sent: Sent) -> None:
    sent.yard.localbox.control("POST", "outcomes", {"shown_after": "never"})
    assert settle(sent) is None
    assert (sent.jobs(), sent.lines()) == ([State.ABSENT], SENT)
