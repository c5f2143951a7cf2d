"""Many runs at once: of one project, and of more than may run at a time."""

import time
from collections import Counter
from pathlib import Path

import pytest

from tests.localbox_server import Localbox
from tests.up.conftest import ENDED, Deployed, onboarding

LIMIT = 4
"""Of the deployment onboard at a time, in prefect.yaml."""

TOGETHER_SECONDS = 480
ONCE = ("datasets", "projects", "ontologies", "data_rows", "imports", "annotations")


def followed(deployed: Deployed, runs: list[str]) -> int:
    """Wait for runs to end; returns the most that ran at a time."""
    most, ends = 0, time.monotonic() + TOGETHER_SECONDS
    while time.monotonic() < ends:
        states = Counter(deployed.state(run) for run in runs)
        most = max(most, states["RUNNING"])
        if all(state in ENDED for state in states):
            assert states == {"COMPLETED": len(runs)}
            return most
        time.sleep(0.5)
    raise AssertionError(f"not all ended: {states}")


def test_two_runs_of_one_project(deployed: Deployed, localbox: Localbox, spec: Path) -> None:
    followed(deployed, [deployed.start("onboard", spec=str(spec)) for _ in range(2)])
    assert [len(localbox.table(name)) for name in ONCE] == [1] * len(ONCE)


@pytest.mark.parametrize("count", [LIMIT + 1, pytest.param(10, marks=pytest.mark.full)])
def test_several_projects(count: int, deployed: Deployed, localbox: Localbox, tmp_path: Path) -> None:
    """They share a dataset by its name; it is made once."""
    names = [f"harbour-{number}" for number in range(count)]
    specs = [onboarding(tmp_path / name, name) for name in names]
    most = followed(deployed, [deployed.start("onboard", spec=str(spec)) for spec in specs])
    assert 1 < most <= LIMIT
    assert [row["name"] for row in localbox.table("datasets")] == ["Harbour"]
    assert sorted(row["name"] for row in localbox.table("projects")) == names
    assert localbox.labelled() == [f"{name}-0" for name in names]
