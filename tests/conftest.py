"""Shared by all suites: a localbox, the folder of reference files, and no telemetry."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.localbox_server import Localbox, started

# How long a case takes says how busy the machine is, and nothing about what is tested.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

# Started in the background, tests inherit that Ctrl-C is ignored, and so would the commands that they interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")

ROOT = Path(__file__).resolve().parents[1]
LONGEST = ("tests/up", "tests/e2e", "tests/deployments/test_production.py", "tests/docs")
"""Suites that one process runs from end to end, the longest first: of several processes each starts with one."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """The hook for ``-n``, which is not called without xdist."""
    from tests.scheduling import WholeFiles

    return WholeFiles(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest first."""

    def turn(item: pytest.Item) -> int:
        path = str(item.path.relative_to(ROOT))
        return next((at for at, place in enumerate(LONGEST) if path.startswith(place)), len(LONGEST))

    items.sort(key=turn)


@pytest.fixture(scope="session")
def running_localbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Localbox]:
    """The one localbox of this process, with what earlier tests left in it."""
    with started(tmp_path_factory.mktemp("localbox") / "data", "--control") as localbox:
        yield localbox


@pytest.fixture
def localbox(running_localbox: Localbox) -> Localbox:
    """An empty localbox."""
    running_localbox.reset()
    return running_localbox


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference files: LABELFERRY_SHARED, or ``shared`` next to the checkout."""
    folder = Path(os.environ.get("LABELFERRY_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no reference files: {folder} is absent (LABELFERRY_SHARED names another place)")
    return folder
