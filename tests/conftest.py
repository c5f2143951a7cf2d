"""What all suites share: where the reference files lie, and that nothing phones home."""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler.loadscope import LoadScopeScheduling

# How long a case takes says how busy the machine is, and nothing about what is tested.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")

ROOT = Path(__file__).resolve().parents[1]
TOGETHER = ("up", "docs")
"""Suites whose tests share what takes long to start."""
LONGEST = ("tests/up", "tests/deployments/test_production.py", "tests/docs")
"""What mostly waits; with several processes it comes first, beside what works."""


class WholeFiles(LoadScopeScheduling):
    """Gives each process of a parallel run whole files, or whole suites.

    xdist's own loadgroup (3.8.0) does nothing under pytest 9.2: the group that it adds to a test's id is not looked at.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        suite = file.split("/")[1]
        return suite if suite in TOGETHER else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """With ``-n``."""
    return WholeFiles(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest first."""
    items.sort(key=lambda item: not str(item.path.relative_to(ROOT)).startswith(LONGEST))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference files: LABELFERRY_SHARED, or ``shared`` beside the checkout."""
    folder = Path(os.environ.get("LABELFERRY_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no reference files: {folder} is absent (LABELFERRY_SHARED names another place)")
    return folder
