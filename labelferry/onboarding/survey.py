"""Look at everything and change nothing: desired state x remote state x ledger -> a plan.

Each decision is made by the same look-ups that the steps make before they act; what they would refuse stands in the
plan as a conflict. The requests of a step are counted from the documents that it sends, waits for the service aside.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from labelferry.errors import ConflictError
from labelferry.ledger import OPEN, State
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.drift import SHOWN, find_drift
from labelferry.onboarding.found import found_jobs
from labelferry.onboarding.ontology import choose_ontology
from labelferry.onboarding.pending import Pending, pending
from labelferry.onboarding.project import LARGEST, outside, project_kind, refuse_moved, refuse_other_ontology
from labelferry.onboarding.resolve import Kind, look_up
from labelferry.onboarding.rows import dataset_kind, look_up_rows, refuse_gone
from labelferry.onboarding.sending import shards
from labelferry.planning.plan import Action, Plan, Step
from labelferry.spec import Reference

__all__ = ["survey"]

REPLACED = "holds labels that have changed: it is deleted, and what it held is sent anew"

NEW, FOUND, BY_ID = "none has the name", "the only one of its name", "named by id"

WHAT_THEN = {
    "reuse": "on_existing: reuse takes them as they are",
    "update": "on_existing: update brings them up to date",
    "fail": "on_existing: fail; mend the manifest, or say update or reuse",
}


def survey(onboarding: Onboarding, remote: str, requests_per_minute: int | None = None) -> Plan:
    """Say what an onboarding would do.

    Args:
        onboarding: its desired state, and the client and ledger to ask.
        remote: where it would go, for people.
        requests_per_minute: the account's limit, for the time it takes.

    Raises:
        RemoteError: when the service cannot be asked.
    """
    before, steps = onboarding.client.sent, tuple(_steps(onboarding))
    looked = onboarding.client.sent - before
    return Plan(
        name=onboarding.desired.spec.name,
        remote=remote,
        workspace=onboarding.ledger.workspace,
        desired=onboarding.desired.fingerprint,
        counts=asdict(onboarding.desired.counts),
        steps=steps,
        requests_per_minute=requests_per_minute,
        look_ups=2 * looked + TASKS,
    )


TASKS = 10
"""Tasks of a run; each asks whose key it has. The plan looks, and the steps look again at what it saw."""


def _steps(onboarding: Onboarding) -> Iterator[Step]:
    spec = onboarding.desired.spec
    yield from _open_jobs(onboarding)
    yield from _rows(onboarding)
    ontology = _ontology(onboarding)
    yield ontology
    project = _resource(onboarding, project_kind(onboarding), spec.project, requests=6)
    yield _connected(onboarding, project, ontology.id)
    yield _batch(onboarding)
    yield from _imports(onboarding, project.id)


def _open_jobs(onboarding: Onboarding) -> Iterator[Step]:
    for entry in onboarding.ledger.entries("job"):
        if entry.state in OPEN:
            reason = "an earlier run sent it or was about to; its outcome is asked for first"
            yield Step("import", entry.name, Action.UPDATE, reason, count=entry.detail["lines"], requests=2)
        elif entry.state is State.DELETING:
            yield Step("import", entry.name, Action.UPDATE, REPLACED, count=entry.detail["lines"], requests=2)


def _rows(onboarding: Onboarding) -> Iterator[Step]:
    missing, present = look_up_rows(onboarding)
    try:
        refuse_gone(onboarding, missing)
    except ConflictError as error:
        yield Step("data rows", "gone", Action.CONFLICT, str(error), count=len(missing))
        return
    if missing:
        yield _resource(onboarding, dataset_kind(onboarding), onboarding.desired.spec.dataset, requests=1)
        files = sum("file" in row for row in missing)
        reason = f"no row has their global key; {files} local files are uploaded" if files else "no row has their key"
        yield Step("data rows", "missing", Action.CREATE, reason, count=len(missing), requests=5 + files)
    if present:
        yield Step("data rows", "there", Action.REUSE, "found by global key", count=len(present))
        yield from _drift(onboarding, present)


def _drift(onboarding: Onboarding, present: list[dict[str, Any]]) -> Iterator[Step]:
    drift, policy = find_drift(onboarding, present), onboarding.desired.spec.on_existing
    if not drift:
        return
    mended = sum(bool(each.changes) for each in drift) if policy == "update" else 0
    action = Action.CONFLICT if policy == "fail" else Action.UPDATE if mended else Action.REUSE
    listed = "\n".join(f"  {each}" for each in drift[:SHOWN])
    reason = f"{len(drift)} of them differ from the manifest ({WHAT_THEN[policy]}):\n{listed}"
    yield Step("data rows", "differ", action, reason, count=len(drift), requests=5 if mended else 0)


def _resource(onboarding: Onboarding, kind: Kind, reference: Reference, requests: int) -> Step:
    name = reference.name or reference.id or ""
    try:
        known = look_up(kind, reference, onboarding.ledger)
    except ConflictError as error:
        return Step(kind.name, name, Action.CONFLICT, str(error))
    if known is None:
        return Step(kind.name, name, Action.CREATE, NEW, requests=requests)
    return Step(kind.name, name, Action.REUSE, BY_ID if reference.id else FOUND, id=known)


def _ontology(onboarding: Onboarding) -> Step:
    wanted = onboarding.desired.spec.ontology
    try:
        chosen = choose_ontology(onboarding)
    except ConflictError as error:
        return Step("ontology", wanted.name or wanted.id or "", Action.CONFLICT, str(error))
    name = chosen.reference.name or wanted.name or wanted.id or ""
    listed = "".join(f"\n  {line}" for line in chosen.differences)
    if chosen.id is None:
        reason = f"a new version, because '{wanted.name or wanted.id}' differs:{listed}" if listed else NEW
        return Step("ontology", name, Action.CREATE, reason, requests=1)
    reason = "a version of it holds what the labels need" if listed else BY_ID if wanted.id else FOUND
    return Step("ontology", name, Action.REUSE, reason, id=chosen.id)


def _connected(onboarding: Onboarding, step: Step, ontology: str | None) -> Step:
    if step.action is Action.CONFLICT:
        return step
    try:
        refuse_moved(onboarding, step.id)
        connected = step.id is not None and refuse_other_ontology(onboarding, step.id, ontology)
    except ConflictError as error:
        return Step(step.kind, step.name, Action.CONFLICT, str(error), id=step.id)
    if step.id is not None and not connected:
        reason = "there without this ontology: it is connected"
        return Step(step.kind, step.name, Action.UPDATE, reason, step.id, requests=5)
    return step


def _batch(onboarding: Onboarding) -> Step:
    todo, inside = outside(onboarding)
    name = onboarding.desired.spec.batch.name
    if not todo:
        return Step("batch", name, Action.SKIP, "all rows are in the project", count=inside)
    batches = -(-len(todo) // LARGEST)
    return Step(
        "batch", name, Action.CREATE, "rows that no batch brought in yet", count=len(todo), requests=3 * batches
    )


def _imports(onboarding: Onboarding, project: str | None) -> Iterator[Step]:
    name = str(onboarding.desired.spec.imports.as_)
    try:
        found = () if project is None else tuple(found_jobs(onboarding, project))
        todo = pending(onboarding, project, [line for each in found for line in each.lines])
    except ConflictError as error:
        yield Step("import", name, Action.CONFLICT, str(error))
        return
    for job, lines in todo.doomed.items():
        yield Step("import", job, Action.UPDATE, REPLACED, count=lines, requests=2)
    yield _import(name, todo)


def _import(name: str, todo: Pending) -> Step:
    if not todo.fresh:
        told = f"; {todo.failed} failed before and have not changed" if todo.failed else ""
        told += f"; of {todo.unknown} Labelbox does not say whether they are in" if todo.unknown else ""
        return Step("import", name, Action.SKIP, f"all lines were sent before{told}", count=todo.accepted)
    size, jobs = sum(each.line.length for each in todo.fresh), sum(1 for _ in shards(todo.fresh))
    again = sum(each.generation > 0 for each in todo.fresh)
    reason = "lines that are not in" + (f", {again} of them sent before" if again else "")
    reason += f", in {jobs} jobs" if jobs > 1 else ""
    return Step("import", name, Action.CREATE, reason, count=len(todo.fresh), bytes=size, requests=4 * jobs)
