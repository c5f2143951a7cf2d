"""What all suites share: where the reference files lie, and that nothing phones home."""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# How long a case takes says how busy the machine is, and nothing about what is tested.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")

ROOT = Path(__file__).resolve().parents[1]
LONGEST = ("tests/up", "tests/deployments/test_production.py", "tests/docs")
"""What mostly waits; with several processes it comes first, beside what works."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With ``-n``; without xdist nobody asks."""
    from tests.scheduling import WholeFiles

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
