"""Runs that end without a report, in the history: failed, interrupted, or stopped by a conflict."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from labelferry.errors import ConflictError, LabelferryError
from labelferry.ledger import Ledger, open_ledger
from labelferry.remote import Remote
from labelferry.settings import Settings

__all__ = ["BEGUN", "UNASKED", "preparation_told", "record_unbegun", "waiting_told", "work_told"]

INTERRUPTED = "interrupted"
AGAIN = "interrupted; run it again"
UNASKED = ""
"""The workspace of runs that were interrupted before the service was asked for it."""

BEGUN = threading.Event()
"""Set once a run of this process records its own end."""


@contextmanager
def preparation_told(settings: Settings, name: str) -> Iterator[None]:
    """Record a run that is interrupted before the service was asked which workspace it goes to."""
    started_at = datetime.now(UTC)
    BEGUN.set()
    try:
        yield
    except KeyboardInterrupt:
        with suppress(LabelferryError):
            record_unbegun(settings, name, started_at)
        raise


def record_unbegun(settings: Settings, name: str, started_at: datetime) -> None:
    """Record an interrupted run of which the service was not asked yet which workspace it goes to.

    Raises:
        LabelferryError: when the ledger cannot be used.
    """
    with open_ledger(settings.ledger_url) as file:
        known = file.workspaces_of(name)
        ledger = file.of(known[0] if len(known) == 1 else UNASKED, name)
        _record(ledger, started_at, "nowhere yet: it was still preparing")


@contextmanager
def waiting_told(ledger: Ledger, remote: Remote) -> Iterator[None]:
    """Record a run that is interrupted while it waits for another."""
    started_at = ledger.now()
    BEGUN.set()
    try:
        yield
    except KeyboardInterrupt:
        _record(ledger, started_at, str(remote))
        raise


@contextmanager
def work_told(ledger: Ledger, remote: Remote) -> Iterator[None]:
    """Record a run that fails, or is interrupted before its report is stored."""
    started_at, before = ledger.now(), _newest(ledger)
    BEGUN.set()
    try:
        yield
    except LabelferryError as error:
        outcome = "conflict" if isinstance(error, ConflictError) else "failed"
        ledger.record_run(started_at, outcome, {"remote": str(remote), "message": str(error)})
        raise
    except KeyboardInterrupt:
        if _newest(ledger) == before:
            _record(ledger, started_at, str(remote))
        raise


def _newest(ledger: Ledger) -> list[int]:
    return [run["id"] for run in ledger.history(1)]


def _record(ledger: Ledger, started_at: datetime, remote: str) -> None:
    ledger.record_run(started_at, INTERRUPTED, {"remote": remote, "message": AGAIN})
