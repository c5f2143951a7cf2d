"""Warm drivers for all of these tests, and what an undisturbed run leaves."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.drivers import Drivers, warm_drivers
from tests.faults.streets import Streets
from tests.faults.sweep import Bench, Clean
from tests.localbox_server import Localbox


@pytest.fixture(scope="session")
def drivers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drivers]:
    with warm_drivers(tmp_path_factory.mktemp("drivers")) as drivers:
        yield drivers


@pytest.fixture(scope="session")
def bench(running_localbox: Localbox, drivers: Drivers, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(running_localbox, drivers, tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="session")
def clean(bench: Bench) -> Clean:
    """The state after an undisturbed run."""
    return bench.clean()


@pytest.fixture(params=[41, pytest.param(1, marks=pytest.mark.full)], ids=["a sample", "each"])
def every(request: pytest.FixtureRequest) -> int:
    """The distance between the requests at which a run is killed."""
    return int(request.param)


@pytest.fixture
def streets(bench: Bench, tmp_path: Path) -> Streets:
    return Streets(bench, tmp_path)
