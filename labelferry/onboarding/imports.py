"""Steps 5 and 6: annotation lines into import jobs, and the outcome of every line.

A job is named after its content. It is claimed with its lines, created, waited for, and settled only when each of its
lines has an outcome; a claimed job is looked up by name before anything else happens.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from labelferry.errors import (
    ConflictError,
    JobFailedError,
    NotFoundError,
    RemoteConflictError,
    UnavailableError,
)
from labelferry.labelbox import ImportJob, ImportKind
from labelferry.ledger import Entry, LineRecord, LineState, State
from labelferry.model import RowRef
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.found import KINDS, adopt, found_jobs
from labelferry.planning.desired import IndexedLine
from labelferry.progress import announce
from labelferry.spec import ImportAs

__all__ = ["Collected", "Pending", "Submitted", "collect", "pending", "shards", "submit"]

MOST_BYTES = 50_000_000
MOST_LINES = 20_000
GONE = (
    "the service no longer keeps the outcome of this line (24 hours), so nobody knows whether it is in; it is not sent "
    "again: look at the row in Labelbox, and give the onboarding a new name to send it anew"
)


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


def submit(onboarding: Onboarding, project: str) -> Submitted:
    """Send the lines that are not in yet; jobs of ours that a lost ledger does not know are taken up first.

    Raises:
        ConflictError: when labels that are in have changed, or ground truth would go onto a labelled row.
        UnavailableError: when a job had no answer and cannot be found; the next run asks again first.
    """
    _take_up(onboarding, project)
    todo = pending(onboarding, project)
    onboarding.ledger.forget_lines(todo.mended)
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


@dataclass(frozen=True, slots=True)
class Pending:
    """What there is to send, and what there is not.

    Args:
        fresh: lines that are not in.
        mended: uuids of refused lines that are gone from the sources.
        accepted: how many lines are in.
        failed: how many were refused and are still the same.
    """

    fresh: list[IndexedLine]
    mended: list[str]
    accepted: int
    failed: int


def pending(onboarding: Onboarding, project: str | None, found: Iterable[LineRecord] = ()) -> Pending:
    """Compare the desired lines with the ledger's. Changes nothing.

    Args:
        onboarding: the onboarding.
        project: None when it is yet to be made, so that no row of it has a label.
        found: lines at the service that the ledger does not know.

    Raises:
        ConflictError: when labels that are in have changed, or ground truth would go onto a labelled row.
    """
    imported_as = onboarding.desired.spec.imports.as_
    known = {record.uuid: record for record in (*found, *onboarding.ledger.lines(imported_as=imported_as))}
    wanted = list(onboarding.desired.index())
    uuids = {line.uuid for line in wanted}
    rows = {row["global_key"] for row in onboarding.desired.rows()} | {line.row for line in wanted}
    _refuse_changed(known.values(), wanted, rows)
    fresh = [line for line in wanted if line.uuid not in known]
    if fresh and project is not None and imported_as is ImportAs.GROUND_TRUTH:
        _refuse_labelled(onboarding, project, fresh)
    mended = [each.uuid for each in known.values() if each.state is LineState.FAILED and each.uuid not in uuids]
    states = [known[line.uuid].state for line in wanted if line.uuid in known]
    return Pending(fresh, mended, states.count(LineState.ACCEPTED), states.count(LineState.FAILED))


def _refuse_changed(known: Iterable[LineRecord], wanted: list[IndexedLine], rows: Collection[str]) -> None:
    """Labels of rows that the spec no longer names are left alone; those of the others must be as they went in."""
    uuids = {line.uuid for line in wanted}
    stale = [
        record
        for record in known
        if record.state is LineState.ACCEPTED and record.row in rows and record.uuid not in uuids
    ]
    if stale:
        listed = "\n".join(f"  {record.row}: '{record.feature}' from {record.source}" for record in stale[:20])
        raise ConflictError(
            f"{len(stale)} labels that are in have changed or gone from the sources:\n{listed}\n"
            "importing the new ones beside them would leave both; give the onboarding a new name, or restore the files"
        )


def _refuse_labelled(onboarding: Onboarding, project: str, fresh: list[IndexedLine]) -> None:
    """Ground truth becomes a label of its own: a row that has one would get a second."""
    rows = {line.row for line in fresh}
    ids = {row_id: key for key, row_id in onboarding.client.data_rows.lookup(rows).items()}
    theirs = {label.row_id for label in onboarding.client.labels.list(project)}
    labelled = rows & {ids.get(row_id) or str(RowRef(id=row_id)) for row_id in theirs if row_id}
    if labelled:
        raise ConflictError(
            f"{len(labelled)} rows have a label already: {', '.join(sorted(labelled)[:20])}; "
            "ground truth over it would be a second label. Take these rows out, or delete their labels first"
        )


def shards(lines: list[IndexedLine]) -> Iterator[list[IndexedLine]]:
    """Cut lines into jobs of bounded size, all lines of a row in one job."""
    shard: list[IndexedLine] = []
    size = 0
    for row in _rows(lines):
        row_size = sum(line.length for line in row)
        if shard and (size + row_size > MOST_BYTES or len(shard) + len(row) > MOST_LINES):
            yield shard
            shard, size = [], 0
        shard.extend(row)
        size += row_size
    if shard:
        yield shard


def _rows(lines: list[IndexedLine]) -> Iterator[list[IndexedLine]]:
    row: list[IndexedLine] = []
    for line in lines:
        if row and line.row != row[0].row:
            yield row
            row = []
        row.append(line)
    if row:
        yield row


def _send(onboarding: Onboarding, project: str, shard: list[IndexedLine]) -> str:
    spec, ledger = onboarding.desired.spec, onboarding.ledger
    path, digest = _write_shard(onboarding, shard)
    name = f"{spec.name}-{spec.imports.as_}-{digest[:16]}"
    ledger.claim("job", name, project=project, import_kind=KINDS[spec.imports.as_].value, lines=len(shard))
    ledger.send_lines(
        LineRecord(line.uuid, str(spec.imports.as_), line.row, line.feature, line.source, name) for line in shard
    )
    _create(onboarding, project, name, path)
    return name


def _write_shard(onboarding: Onboarding, shard: list[IndexedLine]) -> tuple[Path, str]:
    folder = onboarding.desired.folder / "shards"
    folder.mkdir(exist_ok=True)
    digest, draft = sha256(), folder / "draft.ndjson"
    with draft.open("wb") as out, (onboarding.desired.folder / "lines.ndjson").open("rb") as bodies:
        for number, line in enumerate(shard):
            bodies.seek(line.start)
            body = (b"\n" if number else b"") + bodies.read(line.length)
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
    """Wait for every job that is not settled, and settle each of its lines.

    Raises:
        DeadlineError: when a job still runs; the next run picks it up.
    """
    jobs = accepted = failed = 0
    open_jobs = [entry for entry in onboarding.ledger.entries("job") if entry.state is not State.SETTLED]
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
    sent = [record.uuid for record in onboarding.ledger.lines(job=entry.name)]
    try:
        ended = onboarding.client.imports.wait(job)
        statuses = {status["uuid"]: status for status in onboarding.client.imports.statuses(ended)}
    except JobFailedError as error:
        return [(uuid, LineState.FAILED, str(error)) for uuid in sent]
    except NotFoundError:
        return [(uuid, LineState.FAILED, GONE) for uuid in sent]
    return [_outcome(uuid, statuses) for uuid in sent]


def _outcome(uuid: str, statuses: dict[str, dict[str, object]]) -> tuple[str, LineState, str | None]:
    status = statuses.get(uuid)
    if status is None:
        return uuid, LineState.FAILED, "the service gave no status for this line"
    if status.get("status") == "SUCCESS":
        return uuid, LineState.ACCEPTED, None
    return uuid, LineState.FAILED, _text(status.get("errors"))


def _text(errors: object) -> str:
    """The raw texts of a line's errors."""
    if not isinstance(errors, list) or not errors:
        return "refused without a reason"
    texts = [": ".join(str(error[key]) for key in ("name", "message") if error.get(key)) for error in errors]
    return "; ".join(texts)
