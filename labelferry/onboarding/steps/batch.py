"""Step 4: the batches that add the rows to the project."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from labelferry.errors import ConflictError, JobFailedError, RejectedError, RemoteConflictError, UnavailableError
from labelferry.labelbox import costs
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.plan import Action, PlannedStep
from labelferry.onboarding.steps.batch_claims import (
    already_in,
    outside,
    settle_batch,
    settle_refused,
    take_up,
    take_up_batches,
)
from labelferry.onboarding.steps.left_out import keep_left_out, left_out
from labelferry.progress import announce

__all__ = ["BatchOutcome", "create_batch", "plan_batch"]

LARGEST = 100_000
"""Maximum number of rows in a batch."""


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """The outcome of adding the rows to the project.

    Args:
        added: number of rows added.
        already_in: number of rows that were already in the project.
        batches: names of the batches created.
        left_out: global keys of the rows that Labelbox does not accept.
    """

    added: int
    already_in: int
    batches: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def plan_batch(onboarding: Onboarding, project: str | None) -> PlannedStep:
    """Return what ``create_batch`` would do in a project, None if that does not exist yet."""
    name = onboarding.desired.spec.batch.name
    todo, inside, is_taken = _left_to_do(onboarding, project, name)
    if not todo:
        return PlannedStep("batch", name, Action.SKIP, "all rows are already in the project", count=inside)
    requests = sum(costs.create_batch(len(part)) for part in _parts(todo, LARGEST))
    names = _planned_names(name, is_taken, todo)
    before = len(left_out(onboarding.ledger).keys() & set(todo))
    reason = "not in the project yet" + (f"; Labelbox could not read the media of {before} of them" if before else "")
    return PlannedStep("batch", ", ".join(names), Action.CREATE, reason, count=len(todo), requests=requests)


def _left_to_do(onboarding: Onboarding, project: str | None, name: str) -> tuple[list[str], int, bool]:
    """Return the rows that are not in the project, the number of those that are, and if no new batch has the name."""
    todo, inside = outside(onboarding)
    known = {entry.name for entry in onboarding.ledger.entries("batch")}
    if known or project is None or not todo:
        return todo, inside, name in known
    found, ours = already_in(onboarding, project)
    there, named = set(found), {batch.name for batch in ours} or {name}
    return [key for key in todo if key not in there], inside + len(found), bool(found) and name in named


def _planned_names(name: str, is_taken: bool, keys: Sequence[str]) -> Iterator[str]:
    """Yield the names of the batches that rows would come in with."""
    for number, part in enumerate(_parts(keys, LARGEST)):
        yield f"{name}-{_digest(part)}" if is_taken or number else name


def create_batch(onboarding: Onboarding, project: str, largest: int = LARGEST) -> BatchOutcome:
    """Make sure that every row is in the project; record those that Labelbox does not accept.

    Args:
        onboarding: the onboarding.
        project: id.
        largest: maximum number of rows in a batch.

    Raises:
        UnavailableError: when creating a batch was not answered and it cannot be found; the next run asks again first.
    """
    take_up(onboarding, project)
    if not onboarding.ledger.entries("batch"):
        take_up_batches(onboarding, project)
    todo, inside = outside(onboarding)
    if todo:
        onboarding.client.data_rows.wait_processed(todo)
    names, lacking = list[str](), list[str]()
    for number, part in enumerate(_parts(todo, largest)):
        announce("rows into the project", number * largest, len(todo))
        made, refused = _bring_in(onboarding, project, part)
        names += made
        lacking += refused
    keep_left_out(onboarding, project, lacking)
    added = sum(len(each.detail["keys"]) for each in onboarding.ledger.entries("batch") if each.name in names)
    return BatchOutcome(added, inside + len(todo) - added - len(lacking), tuple(names), tuple(lacking))


def _parts(keys: Sequence[str], largest: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), largest):
        yield keys[start : start + largest]


def _bring_in(onboarding: Onboarding, project: str, keys: Sequence[str]) -> tuple[list[str], list[str]]:
    """Add rows in batches named by the spec, or else after their content; return the names and the rows left out."""
    wanted, left = onboarding.desired.spec.batch.name, list(keys)
    names, refused = list[str](), list[str]()
    for of_their_own in (False, True):
        name = f"{wanted}-{_digest(left)}" if of_their_own else wanted
        if left and onboarding.ledger.entry("batch", name) is None:
            refused += _create(onboarding, project, name, left)
            entry = onboarding.ledger.entry("batch", name)
            brought = {} if entry is None else entry.detail
            names += [name] * bool(brought.get("created"))
            through = {*refused, *brought.get("keys", ())}
            left = [key for key in left if key not in through]
    if left:
        raise ConflictError(f"batch '{wanted}-{_digest(left)}' already exists; give the batch another name in the spec")
    return names, refused


def _create(onboarding: Onboarding, project: str, name: str, keys: Sequence[str]) -> list[str]:
    """Create the batch and return the rows that it leaves out; the ledger records the rows that it added.

    These are none when the batch of that name is not ours.
    """
    onboarding.ledger.claim("batch", name, project=project, keys=list(keys))
    try:
        batch = onboarding.client.batches.create(project, name, keys, onboarding.desired.spec.batch.priority)
    except RemoteConflictError:
        return take_up(onboarding, project, taken=name).get(name, [])
    except (RejectedError, JobFailedError) as error:
        return settle_refused(onboarding, project, name, keys, error)
    except UnavailableError:
        found = take_up(onboarding, project)
        if not found.get(name) and onboarding.ledger.entry("batch", name) is None:
            raise
        return found.get(name, [])
    return settle_batch(onboarding, project, batch, keys)


def _digest(keys: Iterable[str]) -> str:
    return sha256("\n".join(keys).encode()).hexdigest()[:8]
