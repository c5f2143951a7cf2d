"""The ledger: claims, settlements and lines outlive the process that wrote them."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from labelferry.errors import SpecError
from labelferry.ledger import Ledger, LineRecord, LineState, State, Verdict, open_ledger
from labelferry.ledger.clock import utc


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'deep' / 'ledger.db'}"


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    with open_ledger(url) as file:
        yield file.of("org", "tud")


def record(uuid: str, **changes: object) -> LineRecord:
    values = {"imported_as": "prelabels", "row": "k", "feature": "f", "source": "gt.txt:1", "job": "j"} | changes
    return LineRecord(uuid=uuid, **values)  # type: ignore[arg-type]


def test_claim_then_settle(ledger: Ledger, url: str) -> None:
    ledger.claim("dataset", "videos")
    claimed = ledger.entry("dataset", "videos")
    assert claimed is not None
    assert (claimed.state, claimed.remote_id) == (State.CLAIMED, None)
    ledger.settle("dataset", "videos", "id1", keys=["a"])
    with open_ledger(url) as again:
        settled = again.of("org", "tud").entry("dataset", "videos")
    assert settled is not None
    assert (settled.state, settled.remote_id, settled.detail) == (State.SETTLED, "id1", {"keys": ["a"]})


def test_release(ledger: Ledger) -> None:
    ledger.claim("batch", "first")
    ledger.release("batch", "first")
    assert ledger.entry("batch", "first") is None


def test_workspaces_and_onboardings_are_apart(ledger: Ledger, url: str) -> None:
    ledger.settle("dataset", "videos", "id1")
    with open_ledger(url) as file:
        assert file.of("other", "tud").entry("dataset", "videos") is None
        assert file.of("org", "other").entry("dataset", "videos") is None
        assert file.workspaces_of("tud") == ["org"]


def test_lines(ledger: Ledger) -> None:
    ledger.send_lines(record(str(number)) for number in range(1200))
    ledger.settle_lines([Verdict("3", LineState.ACCEPTED), Verdict("4", LineState.FAILED, "bad")])
    assert ledger.line_counts("prelabels") == {"sent": 1198, "accepted": 1, "failed": 1}
    assert ledger.line_counts("ground-truth") == {}
    (failed,) = ledger.lines(LineState.FAILED)
    assert failed == record("4", state=LineState.FAILED, message="bad")


def test_a_failed_line_takes_its_new_job(ledger: Ledger) -> None:
    ledger.send_lines([record("1", state=LineState.FAILED, message="bad")])
    ledger.send_lines([record("1", job="second")])
    assert list(ledger.lines()) == [record("1", job="second")]


def test_forgetting_a_job_keeps_what_is_settled(ledger: Ledger) -> None:
    ledger.send_lines([record("1"), record("2", state=LineState.ACCEPTED)])
    ledger.forget_job_lines("j")
    assert [line.uuid for line in ledger.lines()] == ["2"]


def test_history(ledger: Ledger, url: str) -> None:
    for outcome in ("done", "nothing to do"):
        ledger.record_run(ledger.now(), outcome, {"n": 1})
    assert [run["outcome"] for run in ledger.history()] == ["nothing to do", "done"]
    with open_ledger(url) as file:
        assert file.onboardings() == [("org", "tud")]


@pytest.mark.parametrize("name", ["oracle", "mysql"])
def test_a_database_of_another_kind(name: str) -> None:
    with pytest.raises(SpecError, match=f"cannot be kept in {name}; give a URL like sqlite:.* or postgresql:"):
        open_ledger(f"{name}://x")


@pytest.mark.parametrize("url", ["nonsense", "sqlite:////proc/none/ledger.db"])
def test_bad_url(url: str) -> None:
    with pytest.raises((SpecError, OSError)):
        open_ledger(url)


def test_moments_are_utc_wherever_the_machine_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite gives moments back without a zone."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Pacific/Auckland")
        time.tzset()
        assert utc(datetime(2026, 1, 1, 12)) == datetime(2026, 1, 1, 12, tzinfo=UTC)  # noqa: DTZ001
    time.tzset()
