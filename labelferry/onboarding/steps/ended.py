"""An open import job -> the outcome of each of its lines, once the job is over.

Lines whose outcome the service does not report are unknown. Their job stays open as long as its files are kept, so
that later runs ask again; a line that is known to be imported, or refused, is never judged again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from labelferry.errors import JobFailedError, NotFoundError, PermissionDeniedError, RejectedError
from labelferry.labelbox import ImportJob, ImportKind
from labelferry.ledger import Ledger, LedgerEntry, LineRecord, LineState, Reason, State, Verdict
from labelferry.model import RowRef
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.steps.absent import set_absent
from labelferry.onboarding.steps.outcomes import ASK_AGAIN
from labelferry.onboarding.steps.statuses import verdicts

__all__ = ["settled"]

KEPT = timedelta(hours=24)
"""How long the service keeps the files of an import: https://docs.labelbox.com/reference/bulk-import-requests."""

UNDECIDED = frozenset({LineState.SENT, LineState.UNKNOWN})


def settled(onboarding: Onboarding, entry: LedgerEntry) -> list[Verdict] | None:
    """Wait for a job, record the outcome of its undecided lines, and return it.

    None means that the service does not list the job.

    Raises:
        DeadlineError: when it is still running.
    """
    ledger, lines = onboarding.ledger, list(onboarding.ledger.lines(job=entry.name))
    undecided = [line for line in lines if line.state in UNDECIDED]
    age = _age(onboarding, entry)
    try:
        job = _ended(onboarding, entry, new=_any_sent(undecided))
    except JobFailedError as error:
        found = [Verdict(line.uuid, LineState.FAILED, str(error)) for line in undecided]
    else:
        if job is None:
            seen = ledger.entry("job", entry.name) or entry
            set_absent(onboarding, seen, sent=_any_sent(undecided), over=_is_expired(age))
            return None
        found = _outcomes(onboarding, job, lines, age)
    _settle(ledger, entry, found, over=_is_expired(age))
    return found


def _settle(ledger: Ledger, entry: LedgerEntry, found: Sequence[Verdict], *, over: bool) -> None:
    """Record outcomes; settle the job when none can still change, or when its status files have expired."""
    ledger.settle_lines(found)
    if over or not any(verdict.reason in ASK_AGAIN for verdict in found):
        ledger.move_job(entry.name, State.SETTLED)


def _any_sent(lines: list[LineRecord]) -> bool:
    return any(line.state is LineState.SENT for line in lines)


def _ended(onboarding: Onboarding, entry: LedgerEntry, *, new: bool) -> ImportJob | None:
    """Return the job once it is over; one whose lines were judged before is looked up only once."""
    imports = onboarding.client.imports
    look = imports.shown if new else imports.find
    job = look(entry.detail["project"], entry.name, ImportKind(entry.detail["import_kind"]))
    if job is None:
        return None
    onboarding.ledger.move_job(entry.name, State.CREATED, job.id)
    try:
        return imports.wait(job)
    except NotFoundError:
        return None


def _outcomes(onboarding: Onboarding, job: ImportJob, lines: list[LineRecord], age: timedelta | None) -> list[Verdict]:
    undecided = {line.uuid: line for line in lines if line.state in UNDECIDED}
    whole = len(lines) if _any_sent(list(undecided.values())) else 0
    try:
        content = onboarding.client.imports.verdicts(job, whole)
    except (NotFoundError, PermissionDeniedError, RejectedError) as error:
        told = "" if isinstance(error, NotFoundError) else f": {error}"
        return [_without_file(line, told, age) for line in undecided.values()]
    judged = verdicts(lines, content, lambda: _keys(onboarding, lines))
    return [verdict for verdict in judged if verdict.uuid in undecided]


def _keys(onboarding: Onboarding, lines: list[LineRecord]) -> Mapping[str, str]:
    """Return the global keys of the lines' rows, by row id."""
    rows = [RowRef.from_key(line.row) for line in lines]
    found = onboarding.client.data_rows.lookup(row.global_key for row in rows if row.global_key)
    return {row_id: key for key, row_id in found.items() if row_id}


def _without_file(line: LineRecord, told: str, age: timedelta | None) -> Verdict:
    """Return the verdict of a line without a status file; one that an earlier run could read is kept."""
    if line.state is LineState.UNKNOWN:
        return Verdict(line.uuid, line.state, line.message, line.reason)
    if _is_expired(age):
        return Verdict(line.uuid, LineState.UNKNOWN, None, Reason.EXPIRED)
    return Verdict(line.uuid, LineState.UNKNOWN, f"{_minutes(age)} after it was sent{told}", Reason.NO_FILE)


def _minutes(age: timedelta | None) -> str:
    return "" if age is None else f"{round(age.total_seconds() / 60)} min"


def _age(onboarding: Onboarding, entry: LedgerEntry) -> timedelta | None:
    """Return how long ago the job was sent; None for jobs of earlier versions, which did not record it."""
    sent_at = entry.detail.get("sent_at")
    return None if sent_at is None else onboarding.ledger.now() - datetime.fromisoformat(sent_at)


def _is_expired(age: timedelta | None) -> bool:
    return age is None or age >= KEPT
