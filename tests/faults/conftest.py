"""One localbox and one warm driver for all of these tests."""

from collections.abc import Iterator

import pytest

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
