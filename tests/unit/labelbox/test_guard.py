"""A guard is asked before each request that changes anything and after each wait, and stops the run by raising."""

import httpx
import pytest

from labelferry.errors import LeaseLostError, LedgerError
from labelferry.labelbox import Client

GOOD = {"organization": {"id": "o", "name": "O"}}
MADE = {"createDataset": {"id": "d", "name": "n", "description": None, "rowCount": 0}}


class Guard:
    """Answers in order; the last answer stays."""

    def __init__(self, *answers: Exception | None) -> None:
        self.answers, self.asked = list(answers), 0

    def __call__(self) -> None:
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is not None:
            raise answer


def test_a_change_is_not_sent_without_it(service, client: Client):
    service.on("CreateDataset", MADE)
    client.guard_with(Guard(None, LeaseLostError("lost")))
    assert client.datasets.create("n").id == "d"
    with pytest.raises(LeaseLostError):
        client.datasets.create("n")
    assert service.operations() == ["CreateDataset"]


def test_reading_needs_none(service, client: Client):
    service.on("GetOrganization", GOOD)
    client.guard_with(Guard(LeaseLostError("lost")))
    assert client.organization.get().id == "o"


def test_a_wait_ends_with_it(service, client: Client):
    service.on("GetOrganization", httpx.Response(503), GOOD)
    client.guard_with(Guard(LeaseLostError("lost")))
    with pytest.raises(LeaseLostError):
        client.organization.get()
    assert len(service.naps) == len(service.sent) == 1


def test_a_change_that_was_turned_away_asks_again_before_it_is_repeated(service, client: Client):
    service.on("CreateDataset", httpx.Response(429), MADE)
    guard = Guard(None)
    client.guard_with(guard)
    client.datasets.create("n")
    assert guard.asked == 3  # before it, after the wait, before it again


def test_a_ledger_that_is_away_for_a_moment_ends_no_wait(service, client: Client):
    service.on("GetOrganization", httpx.Response(503), GOOD)
    service.on("CreateDataset", MADE)
    client.guard_with(Guard(LedgerError("away")))
    assert client.organization.get().id == "o"
    with pytest.raises(LedgerError):
        client.datasets.create("n")
    assert service.of("CreateDataset") == []
