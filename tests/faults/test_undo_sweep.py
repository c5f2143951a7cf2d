"""Kill -9 at the requests of an undo, on both sides: run again, it leaves what an undisturbed one does."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.faults.driver import AFTER, BEFORE, Job
from tests.faults.sweep import KILLED, Bench
from tests.faults.world import normalised, outcomes, requests

NAMES = ("guide-ground-truth", "guide-prelabels")
"""The last one imported is undone first: it uses what the other one created."""


def undoing(bench: Bench, home: Path) -> Job:
    return replace(bench.job(home), undo=NAMES)


def onboarded(bench: Bench) -> tuple[Path, dict[str, list[str]], dict[str, list[dict[str, Any]]]]:
    """Both onboardings: their home, the state before, and the state after."""
    home = bench.fresh()
    before = normalised(bench.localbox.state())
    assert bench.drivers.run(bench.job(home)) == 0, outcomes(home)
    return home, before, bench.localbox.state()


def test_an_undo_killed_at_requests_is_finished_by_the_next(bench: Bench, every: int) -> None:
    home, before, imported = onboarded(bench)
    ledger = {path.name: path.read_bytes() for path in home.glob("ledger.db*")}
    assert bench.drivers.run(undoing(bench, home)) == 0, outcomes(home)
    assert normalised(bench.localbox.state()) == before
    total = len(requests(home))
    for number in range(1, total + 1, every):
        for side in (BEFORE, AFTER):
            bench.localbox.control("POST", "seed", imported)
            for path in home.glob("ledger.db*"):
                path.unlink()
            for name, content in ledger.items():
                (home / name).write_bytes(content)
            job = undoing(bench, home)
            assert bench.drivers.run(replace(job, kill_at=number, side=side)) == KILLED
            assert bench.drivers.run(job) == 0, (number, side, outcomes(home))
            assert normalised(bench.localbox.state()) == before, (number, side)
    assert bench.drivers.run(bench.job(home)) == 0, outcomes(home)


def test_undone_in_the_other_order_the_first_keeps_what_the_second_uses(bench: Bench) -> None:
    home, before, _ = onboarded(bench)
    first = replace(bench.job(home), undo=(NAMES[1],))
    assert bench.drivers.run(first) == 0, outcomes(home)
    kept = {(step["kind"], step["reason"]) for step in outcomes(home)[-1]["report"]["steps"] if step["fate"] == "keep"}
    assert ("project", "other-onboarding") in kept
    assert ("data rows", "other-onboarding") in kept
    assert ("dataset", "others-rows") in kept
    assert len(bench.localbox.table("labels")) == len(bench.localbox.table("data_rows"))
    assert bench.drivers.run(replace(first, undo=(NAMES[0], NAMES[1]))) == 0, outcomes(home)
    assert normalised(bench.localbox.state()) == before
