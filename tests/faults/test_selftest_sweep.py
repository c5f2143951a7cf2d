"""Kill -9 at the requests of a self-test, on both sides: its clean-up leaves only what was there before."""

from dataclasses import replace
from pathlib import Path

from tests.faults.driver import AFTER, BEFORE, Job
from tests.faults.sweep import KILLED, Bench
from tests.faults.world import normalised, outcomes, requests


def trying(bench: Bench, home: Path) -> Job:
    return replace(bench.job(home), selftest="try")


def test_a_self_test_killed_at_requests_is_cleaned_up(bench: Bench, every: int) -> None:
    home = bench.fresh()
    assert bench.drivers.run(bench.job(home)) == 0, outcomes(home)
    before = normalised(bench.localbox.state())
    job = trying(bench, home)
    assert bench.drivers.run(job) == 0, outcomes(home)
    assert normalised(bench.localbox.state()) == before
    total = len(requests(home))
    for number in range(2, total + 1, every):
        for side in (BEFORE, AFTER):
            assert bench.drivers.run(replace(job, kill_at=number, side=side)) == KILLED
            cleaning = replace(job, selftest="clean")
            assert bench.drivers.run(cleaning) == 0, (number, side, outcomes(home))
            assert normalised(bench.localbox.state()) == before, (number, side)


def test_a_clean_up_killed_at_requests_is_finished_by_the_next(bench: Bench, every: int) -> None:
    home = bench.fresh()
    before = normalised(bench.localbox.state())
    job, cleaning = trying(bench, home), replace(trying(bench, home), selftest="clean")
    assert bench.drivers.run(job) == 0, outcomes(home)
    total = len(requests(home))
    assert bench.drivers.run(replace(job, kill_at=total - 1, side=BEFORE)) == KILLED
    assert bench.drivers.run(cleaning) == 0
    number = 2
    while number <= len(requests(home)):
        assert bench.drivers.run(replace(job, kill_at=total // 2)) == KILLED
        assert bench.drivers.run(replace(cleaning, kill_at=number, side=AFTER)) in (KILLED, 0)
        assert bench.drivers.run(cleaning) == 0, (number, outcomes(home))
        assert normalised(bench.localbox.state()) == before, number
        number += every
