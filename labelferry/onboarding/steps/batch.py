"""Step 4: the batches that bring the rows into the project."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from labelferry.errors import ConflictError, JobFailedError, RejectedError, RemoteConflictError, UnavailableError
from labelferry.labelbox import Batch, costs
from labelferry.ledger import Entry, State
from labelferry.model.keys import identity
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.plan import Action, PlannedStep
from labelferry.progress import announce

__all__ = ["BatchOutcome", "create_batch", "plan_batch", "take_up_batches"]

LARGEST = 100_000
"""Rows that Labelbox takes in a batch."""

NOTHING_TO_ADD = "No valid data rows to add"
"""The service's words when all rows are in the project already."""


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """How many rows were brought into the project, and how many were there."""

    added: int
    already_in: int
    batches: tuple[str, ...] = ()


def plan_batch(onboarding: Onboarding) -> PlannedStep:
    """Return what ``create_batch`` would do."""
    todo, inside = outside(onboarding)
    name = onboarding.desired.spec.batch.name
    if not todo:
        return PlannedStep("batch", name, Action.SKIP, "all rows are in the project", count=inside)
    requests = sum(costs.create_batch(len(part)) for part in _parts(todo, LARGEST))
    return PlannedStep("batch", name, Action.CREATE, "not in the project yet", count=len(todo), requests=requests)


def create_batch(onboarding: Onboarding, project: str, largest: int = LARGEST) -> BatchOutcome:
    """Make sure that every row is in the project.

    Args:
        onboarding: the onboarding.
        project: id.
        largest: rows of a batch.

    Raises:
        UnavailableError: when a batch had no answer and cannot be found; the next run asks again first.
    """
    _take_up(onboarding, project)
    if not onboarding.ledger.entries("batch"):
        take_up_batches(onboarding, project)
    todo, inside = outside(onboarding)
    if todo:
        onboarding.client.data_rows.wait_processed(todo)
    names: list[str] = []
    for part in _parts(todo, largest):
        names.extend(_bring_in(onboarding, project, part))
    return BatchOutcome(len(todo), inside, tuple(names))


def _parts(keys: Sequence[str], largest: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), largest):
        announce("rows into the project", start, len(keys))
        yield keys[start : start + largest]


def outside(onboarding: Onboarding) -> tuple[list[str], int]:
    """The global keys that no batch of ours has brought in, and how many are in."""
    keys = [row["global_key"] for row in onboarding.desired.rows()]
    batched = {key for entry in onboarding.ledger.entries("batch") for key in entry.detail.get("keys", ())}
    todo = [key for key in keys if key not in batched]
    return todo, len(keys) - len(todo)


def _take_up(onboarding: Onboarding, project: str) -> None:
    """Find out about batches that were claimed and not settled; one that a crash left empty is filled."""
    claimed = [entry for entry in onboarding.ledger.entries("batch") if entry.state is State.CLAIMED]
    there = {batch.name: batch for batch in onboarding.client.batches.list(project)} if claimed else {}
    for entry in claimed:
        batch, keys = there.get(entry.name), entry.detail["keys"]
        if batch is not None and not batch.size:
            _fill(onboarding, project, batch.id, keys)
            onboarding.ledger.settle("batch", entry.name, batch.id, **entry.detail)
        else:
            _settle_inside(onboarding, project, batch, entry)


def take_up_batches(onboarding: Onboarding, project: str) -> int:
    """Write down batches of ours that the ledger does not know, with those of their rows that are in the project.

    Changes nothing at the service; returns how many rows were found.
    """
    ours = re.compile(re.escape(onboarding.desired.spec.batch.name) + "(?:-[0-9a-f]{8})?")
    batches = [batch for batch in onboarding.client.batches.list(project) if ours.fullmatch(batch.name)]
    todo, _ = outside(onboarding)
    keys = _inside(onboarding, project, todo) if todo and any(batch.size for batch in batches) else []
    if not keys:
        return 0
    # Which of our batches brought in which row is not told; for what is left to do it makes no difference.
    onboarding.ledger.replace("batch", batches[0].name, batches[0].id, project=project, keys=keys)
    for batch in batches[1:]:
        onboarding.ledger.replace("batch", batch.name, batch.id, project=project, keys=[])
    return len(keys)


def _fill(onboarding: Onboarding, project: str, batch: str, keys: Sequence[str]) -> None:
    try:
        onboarding.client.batches.add(project, batch, keys, onboarding.desired.spec.batch.priority)
    except JobFailedError as error:
        if NOTHING_TO_ADD not in str(error):
            raise


def _settle_inside(onboarding: Onboarding, project: str, batch: Batch | None, entry: Entry) -> None:
    """Settle a claim with those of its rows that are in the project; a batch of its name may be somebody else's."""
    keys = [] if batch is None else _inside(onboarding, project, entry.detail["keys"])
    if batch is None or not keys:
        onboarding.ledger.release("batch", entry.name)
    else:
        onboarding.ledger.settle("batch", entry.name, batch.id, project=project, keys=keys)


def _inside(onboarding: Onboarding, project: str, keys: Sequence[str]) -> list[str]:
    """Those of the rows that are in the project, whichever batch brought them in: an export holds no others."""
    rows = onboarding.client.exports.project(project, keys)
    inside = {identity(str(row.get("data_row", {}).get("global_key"))) for row in rows}
    return [key for key in keys if identity(key) in inside]


def _bring_in(onboarding: Onboarding, project: str, keys: Sequence[str]) -> Iterator[str]:
    """Bring rows in, under the spec's name, else under one of their own; yields the names used."""
    wanted, left = onboarding.desired.spec.batch.name, list(keys)
    for of_their_own in (False, True):
        name = f"{wanted}-{_digest(left)}" if of_their_own else wanted
        if left and onboarding.ledger.entry("batch", name) is None:
            _create(onboarding, project, name, left)
            entry = onboarding.ledger.entry("batch", name)
            if entry is not None:
                yield name
                left = [key for key in left if key not in entry.detail["keys"]]
    if left:
        raise ConflictError(f"batch '{wanted}-{_digest(left)}' already exists; give the batch another name in the spec")


def _create(onboarding: Onboarding, project: str, name: str, keys: Sequence[str]) -> None:
    """Create the batch, and leave in the ledger what it holds; nothing, when it is somebody else's."""
    onboarding.ledger.claim("batch", name, project=project, keys=list(keys))
    try:
        made = onboarding.client.batches.create(project, name, keys, onboarding.desired.spec.batch.priority).id
    except RemoteConflictError:
        _take_up(onboarding, project)
        return
    except (RejectedError, JobFailedError) as error:
        if NOTHING_TO_ADD not in str(error):
            raise
        made = ""  # all of them are in the project already, through somebody else's batch
    except UnavailableError:
        _take_up(onboarding, project)
        if onboarding.ledger.entry("batch", name) is None:
            raise
        return
    onboarding.ledger.settle("batch", name, made, project=project, keys=list(keys))


def _digest(keys: Iterable[str]) -> str:
    return sha256("\n".join(keys).encode()).hexdigest()[:8]
