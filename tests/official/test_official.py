"""The official SDK's integration tests against localbox: what fails is expected to, each for a reason."""

import pytest

from tests.official.expected import FAILING, counted, kept
from tests.official.run import outcomes

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def ran() -> dict[str, str]:
    """The outcome of every test."""
    return outcomes()


def test_what_fails_is_what_is_expected_to(ran: dict[str, str]) -> None:
    failing = {test for test, outcome in ran.items() if outcome in FAILING}
    expected = set(kept().failing)
    assert sorted(failing - expected) == []
    assert sorted(expected - failing) == [], "these pass now: take them out of outcomes.json"


def test_what_is_skipped_is_what_is_expected_to_be(ran: dict[str, str]) -> None:
    assert sorted(test for test, outcome in ran.items() if outcome == "skipped") == sorted(kept().skipped)


def test_the_counts_are_those_that_the_docs_tell(ran: dict[str, str]) -> None:
    assert counted(ran) == kept().counts


def test_every_reason_is_one_that_is_told() -> None:
    expected = kept()
    assert {*expected.failing.values(), *expected.skipped.values()} == set(expected.reasons)
    assert (len(expected.failing), len(expected.skipped)) == (expected.counts["failed"], expected.counts["skipped"])
