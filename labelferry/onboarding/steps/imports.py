"""Steps 5 and 6: annotation lines into import jobs, and the outcome of every line.

A job is named after its content. It is claimed with its lines, created, waited for, and settled only when each of its
lines has an outcome; a claimed job is looked up by name before anything else happens.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from labelferry.errors import ConflictError, JobFailedError, NotFoundError, RemoteConflictError, UnavailableError
from labelferry.labelbox import ImportJob, ImportKind, costs
from labelferry.ledger import Entry, LineRecord, LineState, State
from labelferry.ndjson import of_generation, with_uuid
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.plan import Action, PlannedStep
from labelferry.onboarding.steps.found import KINDS, adopt, found_jobs, job_name
from labelferry.onboarding.steps.outcomes import GONE, NO_STATUS
from labelferry.onboarding.steps.pending import Outgoing, Pending, pending
from labelferry.progress import announce

__all__ = ["Collected", "Submitted", "collect", "plan_imports", "plan_open_jobs", "shards", "submit"]

MOST_BYTES = 50_000_000
MOST_LINES = 20_000


@dataclass(frozen=True, slots=True)
class Submitted:
    """What was sent, and what did not have to be."""

    jobs: tuple[str, ...]
    lines: int
    already_in: int
    failed_before: int


@dataclass(frozen=True, slots=True)
class Collected:
    """What became of the lines of the jobs that were waited for."""

    jobs: int
    accepted: int
    failed: int


REPLACED = "holds labels that have changed: it is deleted, and what it held is sent anew"


def plan_open_jobs(onboarding: Onboarding) -> Iterator[PlannedStep]:
    """Yield what ``collect`` would do."""
    for entry in onboarding.ledger.entries("job"):
        count = entry.detail["lines"]
        if entry.state is State.CLAIMED:
            reason = "an earlier run sent it or was about to; its outcome is asked for first"
            yield PlannedStep("import", entry.name, Action.UPDATE, reason, count=count, requests=costs.COLLECT_IMPORT)
        elif entry.state is State.DELETING:
            yield PlannedStep("import", entry.name, Action.UPDATE, REPLACED, count=count, requests=costs.DELETE_IMPORT)


def plan_imports(onboarding: Onboarding, project: str | None) -> Iterator[PlannedStep]:
    """Yield what ``submit`` would do; the project is None when it is yet to be made."""
    name = str(onboarding.desired.spec.imports.as_)
    try:
        found = () if project is None else tuple(found_jobs(onboarding, project))
        todo = pending(onboarding, project, [line for each in found for line in each.lines])
    except ConflictError as error:
        yield PlannedStep("import", name, Action.CONFLICT, str(error))
        return
    for job, lines in todo.doomed.items():
        yield PlannedStep("import", job, Action.UPDATE, REPLACED, count=lines, requests=costs.DELETE_IMPORT)
    yield _planned(name, todo)


def _planned(name: str, todo: Pending) -> PlannedStep:
    if not todo.fresh:
        failed = f"; {todo.failed} failed before and have not changed" if todo.failed else ""
        return PlannedStep("import", name, Action.SKIP, f"all lines were sent before{failed}", count=todo.accepted)
    size, jobs = sum(each.line.length for each in todo.fresh), sum(1 for _ in shards(todo.fresh))
    again = sum(each.generation > 0 for each in todo.fresh)
    reason = "lines that are not in" + (f", {again} of them sent before" if again else "")
    reason += f", in {jobs} jobs" if jobs > 1 else ""
    requests = costs.SEND_IMPORT * jobs
    return PlannedStep("import", name, Action.CREATE, reason, count=len(todo.fresh), bytes=size, requests=requests)


def submit(onboarding: Onboarding, project: str) -> Submitted:
    """Send the lines that are not in yet; jobs of ours that a lost ledger does not know are taken up first.

    Raises:
        ConflictError: when labels that are in have changed, or ground truth would go onto a labelled row, and the
            spec's policies do not say what to do then.
        UnavailableError: when a job had no answer and cannot be found; the next run asks again first.
    """
    _take_up(onboarding, project)
    todo = pending(onboarding, project)
    for job in todo.doomed:
        onboarding.ledger.doom_job(job)
    delete_doomed(onboarding)
    onboarding.ledger.retire_lines(todo.obsolete)
    jobs, sent = [], 0
    for shard in shards(todo.fresh):
        announce("sending lines", sent, len(todo.fresh))
        jobs.append(_send(onboarding, project, shard))
        sent += len(shard)
    return Submitted(tuple(jobs), len(todo.fresh), todo.accepted, todo.failed)


def _take_up(onboarding: Onboarding, project: str) -> None:
    found = list(found_jobs(onboarding, project))
    for job in found:
        adopt(onboarding, job)
    if found:
        collect(onboarding)


def delete_doomed(onboarding: Onboarding) -> None:
    """Ask the service to delete the jobs that are to be replaced; one that is gone already is as good.

    Raises:
        UnavailableError: when the service gave no answer and still has the job; the next run asks again.
    """
    imports, ledger = onboarding.client.imports, onboarding.ledger
    for entry in ledger.entries("job"):
        if entry.state is State.DELETING:
            job = imports.find(entry.detail["project"], entry.name, ImportKind(entry.detail["import_kind"]))
            if job is not None:
                _delete(onboarding, job)
            ledger.drop_job(entry.name)


def _delete(onboarding: Onboarding, job: ImportJob) -> None:
    imports = onboarding.client.imports
    try:
        imports.delete(job)
    except NotFoundError:
        return
    except UnavailableError as error:
        if not error.acted or imports.find(job.project_id, job.name, job.kind) is not None:
            raise


def shards(lines: list[Outgoing]) -> Iterator[list[Outgoing]]:
    """Cut lines into jobs of bounded size, all lines of a row in one job."""
    shard: list[Outgoing] = []
    size = 0
    for row in _rows(lines):
        row_size = sum(each.line.length for each in row)
        if shard and (size + row_size > MOST_BYTES or len(shard) + len(row) > MOST_LINES):
            yield shard
            shard, size = [], 0
        shard.extend(row)
        size += row_size
    if shard:
        yield shard


def _rows(lines: list[Outgoing]) -> Iterator[list[Outgoing]]:
    row: list[Outgoing] = []
    for each in lines:
        if row and each.line.row != row[0].line.row:
            yield row
            row = []
        row.append(each)
    if row:
        yield row


def _send(onboarding: Onboarding, project: str, shard: list[Outgoing]) -> str:
    spec, ledger = onboarding.desired.spec, onboarding.ledger
    path, digest = _write_shard(onboarding, shard)
    name = job_name(spec.name, str(spec.imports.as_), digest, max(each.generation for each in shard))
    ledger.claim("job", name, project=project, import_kind=KINDS[spec.imports.as_].value, lines=len(shard))
    ledger.send_lines(
        LineRecord(
            uuid=each.line.uuid,
            imported_as=str(spec.imports.as_),
            row=each.line.row.key,
            feature=each.line.feature,
            source=each.line.source,
            job=name,
            generation=each.generation,
        )
        for each in shard
    )
    _create(onboarding, project, name, path)
    return name


def _write_shard(onboarding: Onboarding, shard: list[Outgoing]) -> tuple[Path, str]:
    folder = onboarding.desired.folder / "shards"
    folder.mkdir(exist_ok=True)
    digest, draft = sha256(), folder / "draft.ndjson"
    with draft.open("wb") as out, (onboarding.desired.folder / "lines.ndjson").open("rb") as bodies:
        for number, each in enumerate(shard):
            bodies.seek(each.line.start)
            uuid = of_generation(each.line.uuid, each.generation)
            body = (b"\n" if number else b"") + with_uuid(bodies.read(each.line.length), each.line.uuid, uuid)
            digest.update(body)
            out.write(body)
    path = folder / f"{digest.hexdigest()[:16]}.ndjson"
    draft.replace(path)
    return path, digest.hexdigest()


def _create(onboarding: Onboarding, project: str, name: str, path: Path) -> None:
    """Create the job unless it is there; a lost answer is looked up, never answered by a second job."""
    imports, kind = onboarding.client.imports, KINDS[onboarding.desired.spec.imports.as_]
    if imports.find(project, name, kind) is not None:
        return
    try:
        imports.create(project, name, path, kind)
    except RemoteConflictError:
        return
    except UnavailableError as error:
        if not error.acted or imports.find(project, name, kind) is None:
            raise


def collect(onboarding: Onboarding) -> Collected:
    """Wait for every job that is not settled, and settle each of its lines; jobs that are being replaced go.

    Raises:
        DeadlineError: when a job still runs; the next run picks it up.
    """
    delete_doomed(onboarding)
    jobs = accepted = failed = 0
    open_jobs = [entry for entry in onboarding.ledger.entries("job") if entry.state is State.CLAIMED]
    for number, entry in enumerate(open_jobs):
        announce("waiting for import jobs", number, len(open_jobs))
        job = onboarding.client.imports.find(
            entry.detail["project"], entry.name, ImportKind(entry.detail["import_kind"])
        )
        if job is None:
            onboarding.ledger.forget_job_lines(entry.name)
            onboarding.ledger.release("job", entry.name)
            continue
        outcomes = _outcomes(onboarding, entry, job)
        onboarding.ledger.settle_lines(outcomes)
        onboarding.ledger.settle("job", entry.name, job.id, **entry.detail)
        states = [state for _, state, _ in outcomes]
        jobs, accepted = jobs + 1, accepted + states.count(LineState.ACCEPTED)
        failed += states.count(LineState.FAILED)
    return Collected(jobs, accepted, failed)


def _outcomes(onboarding: Onboarding, entry: Entry, job: ImportJob) -> list[tuple[str, LineState, str | None]]:
    sent = list(onboarding.ledger.lines(job=entry.name))
    try:
        ended = onboarding.client.imports.wait(job)
        statuses = {status["uuid"]: status for status in onboarding.client.imports.statuses(ended)}
    except JobFailedError as error:
        return [(record.uuid, LineState.FAILED, str(error)) for record in sent]
    except NotFoundError:
        return [(record.uuid, LineState.FAILED, GONE) for record in sent]
    return [(record.uuid, *_outcome(statuses.get(of_generation(record.uuid, record.generation)))) for record in sent]


def _outcome(status: Mapping[str, object] | None) -> tuple[LineState, str | None]:
    if status is None:
        return LineState.FAILED, NO_STATUS
    if status.get("status") == "SUCCESS":
        return LineState.ACCEPTED, None
    return LineState.FAILED, _text(status.get("errors"))


def _text(errors: object) -> str:
    """The raw texts of a line's errors."""
    if not isinstance(errors, list) or not errors:
        return "refused without a reason"
    texts = [": ".join(str(error[key]) for key in ("name", "message") if error.get(key)) for error in errors]
    return "; ".join(texts)
