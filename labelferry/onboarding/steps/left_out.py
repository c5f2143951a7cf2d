"""Rows that Labelbox does not accept into the project: recorded, reported, and tried again by every run.

A batch is created without the rows whose media the service cannot read, and lists them (``failedDataRowIds``). Lines
of these rows are not sent: they would be refused.
"""

from collections.abc import Sequence

from labelferry.ledger import Ledger
from labelferry.model import RowRef
from labelferry.onboarding.context import Onboarding

__all__ = ["forget_left_out", "keep_left_out", "left_out", "rows_left_out"]

KIND, NAME = "rows", "left out"


def keep_left_out(onboarding: Onboarding, project: str, keys: Sequence[str]) -> None:
    """Record which rows the project lacks, replacing the record of earlier runs."""
    if keys:
        rows = onboarding.client.data_rows.lookup(keys)
        onboarding.ledger.settle(KIND, NAME, "", project=project, rows=rows)
    else:
        onboarding.ledger.release(KIND, NAME)


def forget_left_out(ledger: Ledger) -> None:
    """Forget the record."""
    ledger.release(KIND, NAME)


def left_out(ledger: Ledger) -> dict[str, str | None]:
    """Return the ids of the rows left out, by global key."""
    entry = ledger.entry(KIND, NAME)
    return {} if entry is None else dict(entry.detail["rows"])


def rows_left_out(ledger: Ledger) -> set[str]:
    """Return the identities by which lines may name these rows (``RowRef.identity``)."""
    rows = left_out(ledger)
    return {RowRef(key).identity for key in rows} | {RowRef(id=row_id).identity for row_id in rows.values() if row_id}
