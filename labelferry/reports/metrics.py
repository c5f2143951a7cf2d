"""The ledger -> counters in Prometheus' text form, for node_exporter's textfile collector or any other scraper."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from labelferry import __version__
from labelferry.ledger import LedgerFile, LineState
from labelferry.ledger.totals import Totals, totals_of

__all__ = ["metrics_of"]

WHERE = ("workspace", "onboarding")
SUCCESSES = {"done", "nothing to do"}
STATES = {
    LineState.ACCEPTED: "accepted",
    LineState.FAILED: "failed",
    LineState.UNKNOWN: "unknown",
    LineState.SENT: "pending",
}
"""States of lines that count; retired lines do not."""


def metrics_of(file: LedgerFile) -> CollectorRegistry:
    """Return a registry that reads the ledger at every collection."""
    registry = CollectorRegistry()
    registry.register(_LedgerCollector(file))
    return registry


class _LedgerCollector(Collector):
    def __init__(self, file: LedgerFile) -> None:
        self._file = file

    def collect(self) -> Iterator[Metric]:
        totals = totals_of(self._file)
        yield InfoMetricFamily("labelferry", "Version of labelferry.", value={"version": __version__})
        yield _runs(totals)
        yield from _moments(totals)
        yield _lines(totals)
        yield _open_jobs(totals)


def _runs(totals: Totals) -> Metric:
    family = CounterMetricFamily("labelferry_runs", "Runs that ended, by outcome.", labels=(*WHERE, "outcome"))
    for run in totals.runs:
        family.add_metric((run.workspace, run.onboarding, run.outcome), run.count)
    return family


def _moments(totals: Totals) -> Iterator[Metric]:
    yield _latest("labelferry_last_run_timestamp_seconds", "When the latest run ended.", totals, None)
    text = "When the latest complete run ended."
    yield _latest("labelferry_last_success_timestamp_seconds", text, totals, SUCCESSES)


def _latest(name: str, text: str, totals: Totals, outcomes: set[str] | None) -> Metric:
    found: dict[tuple[str, str], float] = {}
    for run in totals.runs:
        if outcomes is None or run.outcome in outcomes:
            where = (run.workspace, run.onboarding)
            found[where] = max(run.latest.timestamp(), found.get(where, 0.0))
    family = GaugeMetricFamily(name, text, labels=WHERE)
    for where, moment in found.items():
        family.add_metric(where, moment)
    return family


def _lines(totals: Totals) -> Metric:
    labels = (*WHERE, "imported_as", "state")
    family = GaugeMetricFamily("labelferry_lines", "Annotation lines, by outcome.", labels=labels)
    for line in totals.lines:
        if line.state in STATES:
            where = (line.workspace, line.onboarding, line.imported_as)
            family.add_metric((*where, STATES[line.state]), line.count)
    return family


def _open_jobs(totals: Totals) -> Metric:
    text = "Import jobs with lines whose outcome is not known yet."
    family = GaugeMetricFamily("labelferry_open_jobs", text, labels=WHERE)
    for jobs in totals.open_jobs:
        family.add_metric((jobs.workspace, jobs.onboarding), jobs.count)
    return family
