"""The client-side limit, and the endpoints."""

import threading

import pytest

from labelferry.errors import UnavailableError
from labelferry.labelbox import Client, Limiter, Policy
from labelferry.labelbox.endpoints import DEFAULT_ENDPOINT, Endpoints


class Time:
    """A clock that only sleeping advances."""

    def __init__(self) -> None:
        self.now = 100.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize("per_minute", [6, 60, 1500])
def test_a_minute_holds_no_more_than_it_may(per_minute):
    time = Time()
    limiter = Limiter(per_minute, clock=time.clock, sleep=time.sleep)
    stamps = []
    for _ in range(2 * per_minute):
        limiter.acquire()
        stamps.append(time.now)
    burst = max(1, per_minute / 60)
    assert max(count(stamps, start) for start in stamps[:: max(1, per_minute // 20)]) <= per_minute + burst + 1
    assert stamps[-1] - stamps[0] == pytest.approx(120, rel=0.15, abs=1.5)


def count(stamps, start) -> int:
    return sum(start <= stamp < start + 60 for stamp in stamps)


def test_a_second_of_rest_is_saved_up_and_no_more():
    time = Time()
    limiter = Limiter(120, clock=time.clock, sleep=time.sleep)
    limiter.acquire()
    time.now += 3600
    started = time.now
    for _ in range(3):
        limiter.acquire()
    assert time.now - started == pytest.approx(0.5)


def test_threads_share_it():
    naps: list[float] = []
    limiter = Limiter(60, clock=lambda: 0.0, sleep=naps.append)
    threads = [threading.Thread(target=limiter.acquire) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(naps) == [float(n) for n in range(1, 20)]


def test_the_policy_limits_the_client(service):
    service.on("GetOrganization", {"organization": {"id": "o", "name": None}})
    client = service.client(policy=Policy(requests_per_minute=60))
    for _ in range(3):
        client.organization.get()
    assert service.naps == [1.0, 1.0]


def test_a_throttle_of_the_callers_own():
    calls: list[int] = []
    with (
        Client("key", "http://127.0.0.1:1/graphql", throttle=lambda: calls.append(1), sleep=lambda _: None) as client,
        pytest.raises(UnavailableError, match="is it running"),
    ):
        client.organization.get()
    assert len(calls) == 3


@pytest.mark.parametrize(
    ("endpoint", "experimental", "rest"),
    [
        (DEFAULT_ENDPOINT, "https://api.labelbox.com/_gql", "https://api.labelbox.com/api/v1"),
        ("http://127.0.0.1:8765/graphql", "http://127.0.0.1:8765/_gql", "http://127.0.0.1:8765/api/v1"),
        ("https://graphql.test/graphql", "https://graphql.test/_gql", "https://graphql.test/api/v1"),
        ("https://one.test/all", "https://one.test/all", "https://one.test/all"),
    ],
)
def test_endpoints(endpoint, experimental, rest):
    found = Endpoints.of(endpoint)
    assert (found.graphql, found.experimental, found.rest) == (endpoint, experimental, rest)


@pytest.mark.parametrize(
    ("endpoint", "loopback"),
    [
        (DEFAULT_ENDPOINT, False),
        ("http://127.0.0.1:1/x", True),
        ("http://localhost/x", True),
        ("http://[::1]:2/x", True),
    ],
)
def test_loopback(endpoint, loopback):
    assert Endpoints.of(endpoint).is_loopback is loopback
