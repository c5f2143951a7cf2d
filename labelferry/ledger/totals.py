"""Counts over the whole ledger, one query each, for monitoring many onboardings at once."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, distinct, func, select

from labelferry.ledger.ledger import LedgerFile
from labelferry.ledger.records import LineState
from labelferry.ledger.schema import lines, runs

__all__ = ["LineTotal", "OpenJobs", "RunTotal", "Totals", "totals_of"]


@dataclass(frozen=True, slots=True)
class RunTotal:
    """The number of runs of an onboarding with one outcome, and when the latest of them ended."""

    workspace: str
    onboarding: str
    outcome: str
    count: int
    latest: datetime


@dataclass(frozen=True, slots=True)
class LineTotal:
    """The number of lines of an onboarding, of one kind of import, in one state."""

    workspace: str
    onboarding: str
    imported_as: str
    state: LineState
    count: int


@dataclass(frozen=True, slots=True)
class OpenJobs:
    """The number of import jobs of an onboarding with lines whose outcome is not known yet."""

    workspace: str
    onboarding: str
    count: int


@dataclass(frozen=True, slots=True)
class Totals:
    """All counts."""

    runs: list[RunTotal]
    lines: list[LineTotal]
    open_jobs: list[OpenJobs]


def totals_of(file: LedgerFile) -> Totals:
    """Count the runs, lines and open jobs of every onboarding, in one read of the ledger."""
    with file.engine.begin() as connection:
        return Totals(_runs(connection), _lines(connection), _open_jobs(connection))


def _runs(connection: Connection) -> list[RunTotal]:
    by = (runs.c.workspace, runs.c.onboarding, runs.c.outcome)
    query = select(*by, func.count(), func.max(runs.c.ended_at)).group_by(*by).order_by(*by)
    return [
        RunTotal(org, name, outcome, count, _utc(at)) for org, name, outcome, count, at in connection.execute(query)
    ]


def _lines(connection: Connection) -> list[LineTotal]:
    by = (lines.c.workspace, lines.c.onboarding, lines.c.imported_as, lines.c.state)
    query = select(*by, func.count()).group_by(*by).order_by(*by)
    found = connection.execute(query)
    return [LineTotal(org, name, kind, LineState(state), count) for org, name, kind, state, count in found]


def _open_jobs(connection: Connection) -> list[OpenJobs]:
    by = (lines.c.workspace, lines.c.onboarding)
    sent = func.count(distinct(lines.c.job)).filter(lines.c.state == LineState.SENT)
    return [OpenJobs(*row) for row in connection.execute(select(*by, sent).group_by(*by).order_by(*by))]


def _utc(moment: datetime) -> datetime:
    """Return a time with its zone: SQLite stores none, and the ledger writes UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
