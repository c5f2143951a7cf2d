"""A claimed batch -> its contents: whose it is, which of its rows are in the project, and which are not.

Claimed is not settled: only rows that are in the project are recorded as added.
"""

import re
from collections.abc import Collection, Sequence

from labelferry.errors import JobFailedError, RejectedError, UnavailableError
from labelferry.labelbox import Batch
from labelferry.ledger import LedgerEntry, State
from labelferry.model.keys import identity
from labelferry.onboarding.context import Onboarding

__all__ = [
    "already_in",
    "brought_in",
    "forget_rows",
    "in_project",
    "outside",
    "settle_batch",
    "settle_refused",
    "take_up",
    "take_up_batches",
]

NOTHING_TO_ADD, NO_ROW = "No valid data rows to add", "do not exist"
"""The service's messages when all rows are already in the project or unreadable, and when a row does not exist."""


def brought_in(onboarding: Onboarding) -> set[str]:
    """Return the rows that our batches have added, by the identity of their keys."""
    settled = [entry for entry in onboarding.ledger.entries("batch") if entry.state is State.SETTLED]
    return {identity(key) for entry in settled for key in entry.detail.get("keys", ())}


def outside(onboarding: Onboarding) -> tuple[list[str], int]:
    """Return the global keys that none of our batches has added, and the number of those added."""
    keys, inside = [row["global_key"] for row in onboarding.desired.rows()], brought_in(onboarding)
    todo = [key for key in keys if identity(key) not in inside]
    return todo, len(keys) - len(todo)


def take_up(onboarding: Onboarding, project: str, taken: str | None = None) -> dict[str, list[str]]:
    """Settle the batches that were claimed and not settled; one that a crash left empty is filled.

    Args:
        onboarding: the onboarding.
        project: id.
        taken: name of a batch that the service has just refused to create because it exists, so it is not ours.

    Returns:
        For each of them in the project: the rows that it leaves out.
    """
    claimed = [entry for entry in onboarding.ledger.entries("batch") if entry.state is State.CLAIMED]
    there = {batch.name: batch for batch in onboarding.client.batches.list(project)} if claimed else {}
    for entry in claimed:
        if entry.name not in there:
            onboarding.ledger.release("batch", entry.name)
    return {
        entry.name: _taken_up(onboarding, project, there[entry.name], entry, ours=entry.name != taken)
        for entry in claimed
        if entry.name in there
    }


def _taken_up(onboarding: Onboarding, project: str, batch: Batch, entry: LedgerEntry, *, ours: bool) -> list[str]:
    """Return the rows that a claimed batch leaves out; a batch of that name that is not ours has none of our rows.

    One that may be ours is recorded as created by this onboarding if it has exactly the rows that were claimed for it.
    """
    wanted = {row["global_key"] for row in onboarding.desired.rows()}
    keys = [key for key in entry.detail["keys"] if key in wanted]
    if keys and not batch.size:
        return _filled(onboarding, project, batch, keys)
    inside = in_project(onboarding, project, entry.detail["keys"])
    created = ours and batch.size == len(inside) == len(entry.detail["keys"])
    _settle(onboarding, project, batch.name, batch.id, inside, created=created)
    return []


def _filled(onboarding: Onboarding, project: str, batch: Batch, keys: Sequence[str]) -> list[str]:
    try:
        filled = onboarding.client.batches.add(project, batch.id, keys, onboarding.desired.spec.batch.priority)
    except JobFailedError as error:
        return settle_refused(onboarding, project, batch.name, keys, error)
    return settle_batch(onboarding, project, filled, keys)


def take_up_batches(onboarding: Onboarding, project: str) -> int:
    """Record our batches that the ledger does not know, with those of the rows that are in the project.

    Rows that came in through batches of others are recorded too: they need no batch of ours. Change nothing at the
    service; return the number of rows found.
    """
    keys, ours = already_in(onboarding, project)
    if not keys:
        return 0
    if not ours:
        _settle(onboarding, project, onboarding.desired.spec.batch.name, "", keys)
        return len(keys)
    # The service does not say which of our batches added which row; for what is left to do it makes no difference.
    onboarding.ledger.replace("batch", ours[0].name, ours[0].id, project=project, keys=keys)
    for batch in ours[1:]:
        onboarding.ledger.replace("batch", batch.name, batch.id, project=project, keys=[])
    return len(keys)


def already_in(onboarding: Onboarding, project: str) -> tuple[list[str], list[Batch]]:
    """Return the rows that are in the project, though the ledger does not know it, and the batches named as ours."""
    named = re.compile(re.escape(onboarding.desired.spec.batch.name) + "(?:-[0-9a-f]{8})?")
    batches, (todo, _) = list(onboarding.client.batches.list(project)), outside(onboarding)
    keys = in_project(onboarding, project, todo) if todo and any(batch.size for batch in batches) else []
    return keys, [batch for batch in batches if named.fullmatch(batch.name)]


def forget_rows(onboarding: Onboarding, rows: Collection[str]) -> None:
    """Forget that rows (``RowRef.identity``) were added: the next batch adds those that are not in the project."""
    for entry in onboarding.ledger.entries("batch") if rows else ():
        keys = [key for key in entry.detail["keys"] if identity(key) not in rows]
        if len(keys) < len(entry.detail["keys"]) and entry.state is State.SETTLED:
            onboarding.ledger.settle("batch", entry.name, entry.remote_id or "", **{**entry.detail, "keys": keys})


def settle_batch(onboarding: Onboarding, project: str, batch: Batch, keys: Sequence[str]) -> list[str]:
    """Record the rows that a batch has added, and return those that it leaves out."""
    lacking = set(_left_out(onboarding, project, batch, keys))
    _settle(onboarding, project, batch.name, batch.id, [key for key in keys if key not in lacking], created=True)
    return [key for key in keys if key in lacking]


def settle_refused(
    onboarding: Onboarding, project: str, name: str, keys: Sequence[str], error: RejectedError | JobFailedError
) -> list[str]:
    """Record what is left of a refused batch, and return the rows that cannot be added.

    Raises:
        UnavailableError: when the service does not find a row; the next run looks again.
        RejectedError, JobFailedError: for any reason other than having nothing to add.
    """
    if NOTHING_TO_ADD not in str(error):
        onboarding.ledger.release("batch", name)
        if NO_ROW in str(error):
            raise UnavailableError(f"{error}; these rows may appear later: run again in a few minutes") from error
        raise error
    inside = set(in_project(onboarding, project, keys))  # through another batch
    _settle(onboarding, project, name, "", [key for key in keys if key in inside])
    return [key for key in keys if key not in inside]


def _left_out(onboarding: Onboarding, project: str, batch: Batch, keys: Sequence[str]) -> list[str]:
    """Return the rows of a batch that are not in the project: as named by the service, or as implied by its size."""
    failed = set(batch.failed_row_ids)
    if not failed and batch.size >= len(keys):
        return []
    rows = onboarding.client.data_rows.lookup(keys) if failed else {}
    named = [key for key, row_id in rows.items() if row_id in failed]
    doubtful = named if failed and len(named) == len(failed) else keys
    inside = set(in_project(onboarding, project, doubtful))
    return [key for key in doubtful if key not in inside]


def _settle(
    onboarding: Onboarding, project: str, name: str, batch: str, keys: Sequence[str], *, created: bool = False
) -> None:
    if keys:
        onboarding.ledger.settle(
            "batch", name, batch, project=project, keys=[*keys], **({"created": True} if created else {})
        )
    else:
        onboarding.ledger.release("batch", name)


def in_project(onboarding: Onboarding, project: str, keys: Sequence[str]) -> list[str]:
    """Return those of the rows that are in the project through any batch: an export contains no others."""
    rows = onboarding.client.exports.project(project, keys)
    inside = {identity(str(row.get("data_row", {}).get("global_key"))) for row in rows}
    return [key for key in keys if identity(key) in inside]
