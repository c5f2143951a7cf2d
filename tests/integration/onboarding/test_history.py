"""A run in the history: how it ended, where it went, and that nobody else works on the same meanwhile."""

import os
import signal
import threading
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from labelferry.desired.folder import kept
from labelferry.errors import ConflictError, UnavailableError
from labelferry.ledger import open_ledger
from labelferry.onboarding.context import alone
from labelferry.onboarding.history import preparation_told
from labelferry.onboarding.run import carry_out
from labelferry.plain_steps import PlainSteps
from labelferry.reports.status import print_status, status_of
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


def test_a_run_whose_report_is_stored_was_not_interrupted(yard: Yard) -> None:
    with yard.onboarding() as onboarding:
        ledger = onboarding.ledger

        def store_report() -> None:
            ledger.record_run(ledger.now(), "done", {"remote": str(yard.remote)})
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt), alone(onboarding, yard.remote, 0):
            store_report()
        assert [run["outcome"] for run in ledger.history()] == ["done"]


def test_a_run_that_is_interrupted_before_the_service_was_asked(yard: Yard, capsys: pytest.CaptureFixture[str]) -> None:
    """It is where the earlier runs of its name are, or in no workspace yet."""
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt), preparation_told(yard.settings, NAME):
            raise KeyboardInterrupt
        with open_ledger(yard.settings.ledger_url) as file:
            print_status(status_of(file, NAME), Console(width=200))
    assert capsys.readouterr().out.count("in no workspace yet") == 2
    other = yard.settings.home / "other.db"
    settings = replace(yard.settings, ledger_url=f"sqlite:///{other}")
    with open_ledger(settings.ledger_url) as file:
        file.of("organization-1", NAME).claim("project", "Streets")
        with pytest.raises(KeyboardInterrupt), preparation_told(settings, NAME):
            raise KeyboardInterrupt
        assert file.onboardings() == [("organization-1", NAME)]


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
