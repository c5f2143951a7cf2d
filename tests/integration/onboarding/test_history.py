"""A run in the history: how it ended, where it went, and that nobody else works on the same meanwhile."""

import os
import signal
import threading
from typing import Any

import pytest

from labelferry.desired.folder import kept
from labelferry.errors import ConflictError, UnavailableError
from labelferry.onboarding.context import alone
from labelferry.onboarding.run import carry_out
from labelferry.plain_steps import PlainSteps
from tests.faults.streets import NAME, SPEC, box
from tests.integration.onboarding.yard import Yard


def history(yard: Yard) -> list[dict[str, Any]]:
    with yard.onboarding() as onboarding:
        return onboarding.ledger.history()


ENDS: dict[str, BaseException] = {
    "conflict": ConflictError("somebody has to decide"),
    "failed": UnavailableError("no answer"),
    "interrupted": KeyboardInterrupt(),
}


@pytest.mark.parametrize(("outcome", "error"), ENDS.items())
def test_a_run_that_stops(outcome: str, error: BaseException, yard: Yard) -> None:
    with yard.onboarding() as onboarding:
        with pytest.raises(type(error)), alone(onboarding, yard.remote, 0):
            raise error
        (run,) = onboarding.ledger.history()
    told = "interrupted; run it again" if outcome == "interrupted" else str(error)
    assert (run["outcome"], run["report"]) == (outcome, {"remote": str(yard.remote), "message": told})
    assert run["started_at"] <= run["ended_at"]


def test_a_run_that_goes_well_writes_its_own_report(yard: Yard) -> None:
    with yard.onboarding() as onboarding:
        with alone(onboarding, yard.remote, 0):
            pass
        assert onboarding.ledger.history() == []
        assert kept(NAME, yard.settings.home) == onboarding.desired.folder


def test_a_run_that_is_interrupted_while_it_waits_for_another(yard: Yard) -> None:
    with yard.onboarding() as onboarding, alone(onboarding, yard.remote, 0):
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt), alone(onboarding, yard.remote, 60):
            pass
        assert [run["outcome"] for run in onboarding.ledger.history()] == ["interrupted"]


def test_one_run_at_a_time(yard: Yard) -> None:
    """Of an onboarding, and into a project: whoever comes second is told, and nothing is written of it."""
    with yard.onboarding() as onboarding, alone(onboarding, yard.remote, 0):
        with yard.onboarding() as second, pytest.raises(ConflictError, match="in progress"):
            carry_out(PlainSteps(second, yard.remote, yard.settings))
        yard.write([box("street-1", 1)], spec=SPEC.replace("name: streets\n", "name: other\n", 1))
        with yard.onboarding() as third, pytest.raises(ConflictError, match="into project 'Streets'"):
            carry_out(PlainSteps(third, yard.remote, yard.settings))
    assert yard.localbox.table("projects") == []


def test_a_conflict_stops_before_the_first_change(yard: Yard) -> None:
    for _ in range(2):
        yard.client.projects.create("Streets", "VIDEO")
    yard.localbox.forget()
    assert isinstance(yard.run(), ConflictError)
    assert yard.localbox.mutations() == []
    assert [run["outcome"] for run in history(yard)] == ["conflict"]
