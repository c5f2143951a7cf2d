"""The ledger's counters, as Prometheus' own parser reads them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from labelferry import __version__
from labelferry.cli import main
from labelferry.ledger import LineRecord, LineState, Reason, Verdict, open_ledger

NOON, ONE = datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 3, 1, 13, tzinfo=UTC)
TUD = {"workspace": "org", "onboarding": "tud"}
Sample = tuple[str, tuple[tuple[str, str], ...]]


@pytest.fixture
def clock() -> list[datetime]:
    return [NOON]


@pytest.fixture
def home(tmp_path: Path, clock: list[datetime], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose ledger knows two onboardings."""
    monkeypatch.setenv("LABELFERRY_HOME", str(tmp_path))
    monkeypatch.delenv("LABELFERRY_LEDGER", raising=False)
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}", lambda: clock[0]) as file:
        tud = file.of("org", "tud")
        for outcome in ("done", "nothing to do", "partly failed"):
            tud.record_run(NOON, outcome, {})
            clock[0] = ONE
        lines = [("a", "j1"), ("b", "j1"), ("c", "j2"), ("d", "j2"), ("e", "j3"), ("f", "j4"), ("g", "j1")]
        tud.send_lines(LineRecord(uuid, "prelabels", "k", "f", "gt.txt:1", job) for uuid, job in lines)
        outcomes = [
            Verdict("a", LineState.ACCEPTED),
            Verdict("b", LineState.FAILED, "bad"),
            Verdict("f", LineState.RETIRED),
        ]
        outcomes.append(Verdict("g", LineState.UNKNOWN, None, Reason.UNLISTED))
        tud.settle_lines(outcomes)
        file.of("org", 'say "hi"').record_run(NOON, "partly failed", {})
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr("sys.argv", ["labelferry", "metrics", *arguments])
    with pytest.raises(SystemExit) as ended:
        main.run()
    assert ended.value.code == 0


def samples(text: str) -> Iterator[tuple[Sample, float]]:
    for family in text_string_to_metric_families(text):
        assert family.documentation
        for sample in family.samples:
            yield (sample.name, tuple(sorted(sample.labels.items()))), sample.value


def key(name: str, **labels: str) -> Sample:
    return name, tuple(sorted(labels.items()))


def test_what_is_printed(
    home: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    run(monkeypatch)
    other = {"workspace": "org", "onboarding": 'say "hi"'}
    assert dict(samples(capfdbinary.readouterr().out.decode())) == {
        key("labelferry_info", version=__version__): 1,
        key("labelferry_runs_total", **TUD, outcome="done"): 1,
        key("labelferry_runs_total", **TUD, outcome="nothing to do"): 1,
        key("labelferry_runs_total", **TUD, outcome="partly failed"): 1,
        key("labelferry_runs_total", **other, outcome="partly failed"): 1,
        key("labelferry_last_run_timestamp_seconds", **TUD): ONE.timestamp(),
        key("labelferry_last_run_timestamp_seconds", **other): ONE.timestamp(),
        key("labelferry_last_success_timestamp_seconds", **TUD): ONE.timestamp(),
        key("labelferry_lines", **TUD, imported_as="prelabels", state="accepted"): 1,
        key("labelferry_lines", **TUD, imported_as="prelabels", state="failed"): 1,
        key("labelferry_lines", **TUD, imported_as="prelabels", state="unknown"): 1,
        key("labelferry_lines", **TUD, imported_as="prelabels", state="pending"): 3,
        key("labelferry_open_jobs", **TUD): 2,
    }


def test_file_is_replaced_in_one_step(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = home / "labelferry.prom"
    out.write_text("old", "utf-8")
    run(monkeypatch, "--out", str(out))
    assert dict(samples(out.read_text("utf-8")))[key("labelferry_open_jobs", **TUD)] == 2
    assert not list(home.glob("labelferry.prom.*"))


def test_an_empty_ledger_has_nothing_to_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setenv("LABELFERRY_HOME", str(tmp_path))
    monkeypatch.delenv("LABELFERRY_LEDGER", raising=False)
    run(monkeypatch)
    assert dict(samples(capfdbinary.readouterr().out.decode())) == {key("labelferry_info", version=__version__): 1}
