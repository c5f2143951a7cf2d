"""One localbox and one warm driver for all of these tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.streets import Streets
from tests.faults.sweep import Bench, Clean
from tests.faults.world import opened


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("faults")
    with opened(folder) as world:
        yield Bench(world, folder)


@pytest.fixture(scope="session")
def clean(bench: Bench) -> Clean:
    """What an undisturbed run leaves."""
    return bench.clean()


@pytest.fixture
def streets(bench: Bench, tmp_path: Path) -> Streets:
    return Streets(bench, tmp_path)
