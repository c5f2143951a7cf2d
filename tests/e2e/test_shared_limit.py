"""Two processes share one limit, through Prefect's global concurrency limit."""

import subprocess
import sys
from datetime import datetime

import pytest

from deployments.limits import ensure_rate_limit
from tests.e2e.conftest import Ferry
from tests.localbox_server import ROOT, Localbox

PER_MINUTE = 600
EACH = 40
ASK = f"""
from labelferry.remote import Remote
from labelferry.settings import Settings
from tasks.throttle import connect
settings = Settings.from_environment()
with connect(settings, Remote("Labelbox", settings.endpoint)) as client:
    for _ in range({EACH}):
        client.organization.get()
"""


@pytest.fixture
def limited(flowing: Ferry) -> Ferry:
    """With the limit created twice: it is updated, not doubled."""
    ensure_rate_limit(6)
    ensure_rate_limit(PER_MINUTE)
    yield flowing
    ensure_rate_limit(None)
    ensure_rate_limit(None)


def times(ferry: Ferry, localbox: Localbox) -> list[float]:
    """When each request of two parallel processes arrived, in seconds."""
    localbox.forget()
    how = ferry._how((), {})
    processes = [subprocess.Popen([sys.executable, "-c", ASK], cwd=ROOT, env=how["env"]) for _ in range(2)]
    assert [process.wait(120) for process in processes] == [0, 0]
    seen = [request for request in localbox.control("GET", "requests") if request["path"] == "/graphql"]
    assert {request["status"] for request in seen} == {200}
    assert len(seen) == 2 * EACH
    return sorted(datetime.fromisoformat(request["at"]).timestamp() for request in seen)


def busiest(seen: list[float], seconds: float) -> int:
    """The most requests in any window of so many seconds."""
    return max(sum(start <= at < start + seconds for at in seen) for start in seen)


def test_two_processes_keep_to_one_limit(limited: Ferry, localbox: Localbox) -> None:
    """Up to a second's worth may be saved, and as much taken in advance by each."""
    per_second = PER_MINUTE / 60
    assert busiest(times(limited, localbox), 3) <= 3 * per_second + 2 * per_second


def test_without_the_limit_they_would_not(flowing: Ferry, localbox: Localbox) -> None:
    assert busiest(times(flowing, localbox), 3) > 5 * PER_MINUTE / 60
