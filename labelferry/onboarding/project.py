"""Steps 3 and 4: the project with its ontology, and the batches that bring the rows in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from labelferry.errors import ConflictError, RejectedError, RemoteConflictError, UnavailableError
from labelferry.labelbox import Project
from labelferry.ledger import State
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.resolve import Kind, Resolved, resolve

__all__ = [
    "BatchOutcome",
    "ensure_batch",
    "ensure_project",
    "outside",
    "project_kind",
    "refuse_moved",
    "refuse_other_ontology",
]

LARGEST = 100_000
"""Rows that Labelbox takes in a batch."""


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """How many rows were brought into the project, and how many were there."""

    added: int
    already_in: int
    batches: tuple[str, ...] = ()


def ensure_project(onboarding: Onboarding, ontology: str) -> Resolved:
    """Make sure that the project is there and works with the ontology.

    Raises:
        ConflictError: when it is set up with another ontology, or the onboarding went into another project before.
    """
    project = resolve(project_kind(onboarding), onboarding.desired.spec.project, onboarding.ledger)
    refuse_moved(onboarding, project.id)
    if not refuse_other_ontology(onboarding, project.id, ontology):
        onboarding.client.projects.connect_ontology(project.id, ontology)
    return project


def project_kind(onboarding: Onboarding) -> Kind:
    """How projects are found and made."""
    projects = onboarding.client.projects
    return Kind("project", projects.get, projects.find, lambda name: _create_project(onboarding, name))


def refuse_other_ontology(onboarding: Onboarding, project: str, ontology: str | None) -> bool:
    """Whether the project is connected to the ontology; None means: to one that is yet to be made.

    Raises:
        ConflictError: when it works with another one.
    """
    connected, wanted = onboarding.client.projects.ontology(project), onboarding.desired.spec.project
    if connected is None:
        return False
    if connected.id != ontology:
        raise ConflictError(
            f"project '{wanted.name or wanted.id}' works with ontology '{connected.name}' ({connected.id}), not with "
            f"the one of the spec ({ontology or 'not made yet'}); name another project, or that ontology by id"
        )
    return True


def _create_project(onboarding: Onboarding, name: str) -> Project:
    refuse_moved(onboarding, None)
    wanted = onboarding.desired.spec.project
    return onboarding.client.projects.create(name, wanted.media_type, description=wanted.description or "")


def refuse_moved(onboarding: Onboarding, project: str | None) -> None:
    """What the ledger calls done was done in one project; in another, nothing is done yet.

    Raises:
        ConflictError: when it was done in another one.
    """
    entries = [entry for kind in ("batch", "job") for entry in onboarding.ledger.entries(kind)]
    before = {entry.detail["project"] for entry in entries if "project" in entry.detail} - {project}
    if before:
        raise ConflictError(
            f"'{onboarding.desired.spec.name}' went into project {', '.join(sorted(before))} before, which the spec no "
            "longer names or which is gone; name it by id, or give the onboarding a new name to carry everything anew"
        )


def ensure_batch(onboarding: Onboarding, project: str) -> BatchOutcome:
    """Make sure that every row is in the project.

    Raises:
        UnavailableError: when a batch had no answer and cannot be found; the next run asks again first.
    """
    _take_up(onboarding, project)
    todo, inside = outside(onboarding)
    if todo:
        onboarding.client.data_rows.wait_processed(todo)
    names = []
    for start in range(0, len(todo), LARGEST):
        part = todo[start : start + LARGEST]
        names.append(_bring_in(onboarding, project, part))
    return BatchOutcome(len(todo), inside, tuple(names))


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
        batch = there.get(entry.name)
        if batch is None:
            onboarding.ledger.release("batch", entry.name)
            continue
        if not batch.size:
            priority = onboarding.desired.spec.batch.priority
            onboarding.client.batches.add(project, batch.id, entry.detail["keys"], priority)
        onboarding.ledger.settle("batch", entry.name, batch.id, **entry.detail)


def _bring_in(onboarding: Onboarding, project: str, keys: Sequence[str]) -> str:
    wanted = onboarding.desired.spec.batch.name
    for name in (wanted, f"{wanted}-{_digest(keys)}"):
        if onboarding.ledger.entry("batch", name) is None and _create(onboarding, project, name, keys):
            return name
    raise ConflictError(f"batch '{wanted}-{_digest(keys)}' is there already; give the batch another name in the spec")


def _create(onboarding: Onboarding, project: str, name: str, keys: Sequence[str]) -> bool:
    """Create the batch; False when its name is taken."""
    onboarding.ledger.claim("batch", name, project=project, keys=list(keys))
    try:
        made = onboarding.client.batches.create(project, name, keys, onboarding.desired.spec.batch.priority).id
    except RemoteConflictError:
        onboarding.ledger.release("batch", name)
        return False
    except RejectedError as error:
        if "No valid data rows to add" not in str(error):
            raise
        made = ""  # all of them are in the project already, through somebody else's batch
    except UnavailableError:
        _take_up(onboarding, project)
        if onboarding.ledger.entry("batch", name) is None:
            raise
        return True
    onboarding.ledger.settle("batch", name, made, project=project, keys=list(keys))
    return True


def _digest(keys: Iterable[str]) -> str:
    return sha256("\n".join(keys).encode()).hexdigest()[:8]
