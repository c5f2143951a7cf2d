"""Resources whose names are not unique in Labelbox: by stored id, else by the only exact name, else created."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from labelferry.errors import ConflictError, LeaseLostError, NotFoundError, UnavailableError
from labelferry.ledger import Ledger, State, confirm, held
from labelferry.onboarding.plan import Action, PlannedStep
from labelferry.spec import Reference

__all__ = ["BY_ID", "FOUND", "NEW", "Resolved", "ResourceKind", "look_up", "plan_resource", "resolve"]

NEW, FOUND, BY_ID = "no resource has this name", "found by name", "named by id"

MAKING_SECONDS = 300.0
"""Seconds to wait for a run that is creating a resource of the same name: longer than the client's patience."""


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class ResourceKind:
    """How resources of one kind are read, found by exact name, and created.

    ``finish`` completes a resource that this or an earlier, stopped run created, and returns what it added, as text.
    """

    name: str
    get: Callable[[str], Any]
    find: Callable[[str], Sequence[_HasId]]
    create: Callable[[str], _HasId]
    finish: Callable[[str], str] = lambda _: ""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A resource that exists now, and what finishing it has added."""

    id: str
    created: bool
    finished: str = ""


def plan_resource(kind: ResourceKind, reference: Reference, ledger: Ledger, requests: int) -> PlannedStep:
    """Return what ``resolve`` would do; ``requests`` is the cost of creating one."""
    name = reference.name or reference.id or ""
    try:
        known = look_up(kind, reference, ledger)
    except ConflictError as error:
        return PlannedStep(kind.name, name, Action.CONFLICT, str(error))
    if known is None:
        return PlannedStep(kind.name, name, Action.CREATE, NEW, requests=requests)
    return PlannedStep(kind.name, name, Action.REUSE, BY_ID if reference.id else FOUND, id=known)


def resolve(kind: ResourceKind, reference: Reference, ledger: Ledger) -> Resolved:
    """Return the resource, creating it when none has its name.

    Raises:
        NotFoundError: when the spec names an id that does not exist.
        ConflictError: when several have the name.
        UnavailableError: when creating it was not answered and it cannot be found; the next run asks again first.
    """
    name = reference.name or ""
    if reference.id is not None:
        return Resolved(look_up(kind, reference, ledger) or reference.id, created=False)
    with held(ledger.lease(f"making {kind.name} '{name}'"), MAKING_SECONDS):
        return _look_up_or_make(kind, reference, ledger)


def _look_up_or_make(kind: ResourceKind, reference: Reference, ledger: Ledger) -> Resolved:
    known, name = look_up(kind, reference, ledger), reference.name or ""
    if known is not None:
        return Resolved(known, created=False, finished=_take_up(kind, name, known, ledger))
    ledger.claim(kind.name, name)
    made = _make(kind, name, ledger)
    with _leaving(kind, name, ledger, made):
        finished = kind.finish(made)
        ledger.settle(kind.name, name, made, created=True)
    return Resolved(made, created=True, finished=finished)


def _take_up(kind: ResourceKind, name: str, known: str, ledger: Ledger) -> str:
    """Record an existing resource; one that a stopped run may have created is finished first."""
    entry = ledger.entry(kind.name, name)
    if entry is not None and (entry.state, entry.remote_id) == (State.SETTLED, known):
        return ""
    finished = kind.finish(known) if entry is not None and entry.state is State.CLAIMED else ""
    ledger.replace(kind.name, name, known)
    return finished


def look_up(kind: ResourceKind, reference: Reference, ledger: Ledger) -> str | None:
    """Return the id of the resource, None when it has to be created. Changes nothing.

    Raises:
        NotFoundError: when the spec names an id that does not exist.
        ConflictError: when several have the name.
    """
    if reference.id is not None:
        kind.get(reference.id)
        return reference.id
    name = reference.name or ""
    return _stored(kind, name, ledger) or _named(kind, name)


def _stored(kind: ResourceKind, name: str, ledger: Ledger) -> str | None:
    entry = ledger.entry(kind.name, name)
    if entry is None or entry.state is not State.SETTLED or entry.remote_id is None:
        return None
    try:
        kind.get(entry.remote_id)
    except NotFoundError:
        return None
    return entry.remote_id


def _named(kind: ResourceKind, name: str) -> str | None:
    found = kind.find(name)
    if len(found) > 1:
        ids = ", ".join(each.id for each in found)
        raise ConflictError(
            f"the {kind.name} name '{name}' is not unique ({ids}); choose one with {kind.name}: {{id: ...}} in the spec"
        )
    return found[0].id if found else None


def _make(kind: ResourceKind, name: str, ledger: Ledger) -> str:
    try:
        return kind.create(name).id
    except UnavailableError as error:
        if not error.acted:
            raise
        with _leaving(kind, name, ledger):
            confirm()
        found = _named(kind, name)
        if found is None:
            raise
        return found


@contextmanager
def _leaving(kind: ResourceKind, name: str, ledger: Ledger, made: str | None = None) -> Iterator[None]:
    """Name what a run leaves at the service when it loses its lease while the service is creating a resource for it."""
    try:
        yield
    except LeaseLostError as error:
        entry = ledger.entry(kind.name, name)
        used = entry.remote_id if entry else None
        if used is not None and used == made:
            raise
        which = f"a {kind.name} '{name}' ({made or 'its creation had no answer'})"
        whose = f"the other run uses {used}" if used else "the other run may use it"
        raise LeaseLostError(
            f"{error}. This run may leave {which} at the service: {whose}; once it has finished, delete the empty "
            "one in Labelbox"
        ) from error
