"""Kill -9 at the requests of an onboarding, on both sides, and storms of faults; a sample, and all of them.

``python -m benches.crash_sweep`` prints the same as tables.
"""

import pytest

from tests.faults.driver import AFTER, BEFORE
from tests.faults.sweep import SHARE, Bench, Case, Clean, cases, failures

EVERY = 17
SEEDS, ALL_SEEDS = 2, 25
SHARES = 4
"""Tests that the kills at every request are divided among, so that none takes too long to be watched."""


def test_a_sample_of_kills(bench: Bench, clean: Clean) -> None:
    sample = cases(clean, EVERY)
    assert len(sample) == 2 * -(-len(clean.requests) // EVERY)
    assert failures(bench.killed(case, clean) for case in sample) == []


@pytest.mark.full
@pytest.mark.parametrize("share", range(SHARES))
def test_every_kill(share: int, bench: Bench, clean: Clean) -> None:
    every = cases(clean)
    assert {case.number for case in every} == set(range(1, len(clean.requests) + 1))
    assert failures(bench.killed(case, clean) for case in every[share::SHARES]) == []


@pytest.mark.parametrize(
    "seed",
    [*range(1, SEEDS + 1), *(pytest.param(seed, marks=pytest.mark.full) for seed in range(SEEDS + 1, ALL_SEEDS))],
)
def test_a_storm(seed: int, bench: Bench, clean: Clean) -> None:
    result = bench.stormed(seed, clean)
    assert failures([result]) == []
    assert result.faults / result.requests == pytest.approx(SHARE, abs=0.15)


def test_that_a_duplicate_would_be_seen(bench: Bench, clean: Clean) -> None:
    home = bench.fresh()
    assert bench.drivers.run(bench.job(home)) == 0
    made = bench.localbox.ask('mutation Extra { createDataset(data: {name: "video_demo_dataset"}) { id } }')
    assert made["createDataset"]["id"]
    assert list(bench.wrong(home, 0, clean)) == ["2 datasets instead of 1", "datasets differ from the clean run's"]


@pytest.mark.parametrize("side", [BEFORE, AFTER])
def test_that_a_kill_beyond_the_end_would_be_seen(side: str, bench: Bench, clean: Clean) -> None:
    case = Case(len(clean.requests) + 1, side)
    assert failures([bench.killed(case, clean)]) == [f"{case.number} {side}: the first run was not killed but ended 0"]
