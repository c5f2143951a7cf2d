"""Lines to send -> import jobs: cut into bounded files, recorded, then created under names of their own."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from labelferry.errors import RemoteConflictError, UnavailableError
from labelferry.labelbox import ImportJob
from labelferry.ledger import LineRecord, State
from labelferry.ndjson import of_generation, with_uuid
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.steps.found import KINDS, job_name
from labelferry.onboarding.steps.pending import Outgoing
from labelferry.private import open_private, private_folder

__all__ = ["send", "shards"]

MOST_BYTES = 50_000_000
MOST_LINES = 20_000


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


def send(onboarding: Onboarding, project: str, shard: list[Outgoing]) -> str:
    """Send lines as one job and return its name, which identifies its contents.

    Raises:
        UnavailableError: when the creation was not answered and the service does not list the job.
    """
    spec, ledger = onboarding.desired.spec, onboarding.ledger
    path, digest = _write_shard(onboarding, shard)
    name = job_name(spec.name, str(spec.imports.as_), digest, max(each.generation for each in shard))
    kind, sent_at = KINDS[spec.imports.as_].value, ledger.now().isoformat()
    ledger.claim("job", name, project=project, import_kind=kind, lines=len(shard), sent_at=sent_at)
    ledger.send_lines(
        LineRecord(
            uuid=each.line.uuid,
            imported_as=str(spec.imports.as_),
            row=each.line.row.key,
            feature=each.line.feature,
            source=each.line.source,
            job=name,
            generation=each.generation,
            position=position,
        )
        for position, each in enumerate(shard)
    )
    job = _create(onboarding, project, name, path)
    ledger.move_job(name, State.CREATED, None if job is None else job.id)
    return name


def _write_shard(onboarding: Onboarding, shard: list[Outgoing]) -> tuple[Path, str]:
    folder = private_folder(onboarding.desired.folder / "shards")
    digest, draft = sha256(), folder / "draft.ndjson"
    with open_private(draft) as out, (onboarding.desired.folder / "lines.ndjson").open("rb") as bodies:
        for number, each in enumerate(shard):
            bodies.seek(each.line.start)
            uuid = of_generation(each.line.uuid, each.generation)
            body = (b"\n" if number else b"") + with_uuid(bodies.read(each.line.length), each.line.uuid, uuid)
            digest.update(body)
            out.write(body)
    path = folder / f"{digest.hexdigest()[:16]}.ndjson"
    draft.replace(path)
    return path, digest.hexdigest()


def _create(onboarding: Onboarding, project: str, name: str, path: Path) -> ImportJob | None:
    """Create the job unless it exists; after a lost answer it is looked up, never created a second time.

    None means that the service has a job of that name but does not list it.
    """
    imports, kind = onboarding.client.imports, KINDS[onboarding.desired.spec.imports.as_]
    known = imports.find(project, name, kind)
    if known is not None:
        return known
    try:
        return imports.create(project, name, path, kind)
    except RemoteConflictError:
        return imports.shown(project, name, kind)
    except UnavailableError as error:
        known = imports.shown(project, name, kind) if error.acted else None
        if known is None:
            raise
        return known
