"""Our import jobs that a lost ledger does not know, and their lines, from the files that the service keeps.

A job's name identifies its owner and contents: the onboarding, the kind of import, a hash of its lines, and how often
any of them was sent before.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from labelferry.desired.state import IndexedLine
from labelferry.errors import ConflictError, NotFoundError
from labelferry.labelbox import ImportJob, ImportKind
from labelferry.ledger import LineRecord, State
from labelferry.ndjson import of_generation, read_heading
from labelferry.onboarding.context import Onboarding
from labelferry.spec import ImportAs

__all__ = ["KINDS", "FoundJob", "adopt", "found_jobs", "job_name", "own_jobs"]

KINDS = {ImportAs.PRELABELS: ImportKind.MAL, ImportAs.GROUND_TRUTH: ImportKind.GROUND_TRUTH}


@dataclass(frozen=True, slots=True)
class FoundJob:
    """One of our jobs, and its lines."""

    job: ImportJob
    lines: tuple[LineRecord, ...]


def job_name(onboarding: str, imported_as: str, digest: str, generation: int) -> str:
    """Return the name of the job whose lines have this digest.

    Args:
        onboarding: name of the onboarding.
        imported_as: prelabels or ground-truth.
        digest: SHA-256 of the lines, in hexadecimal.
        generation: the highest of its lines.
    """
    return f"{onboarding}-{imported_as}-{digest[:16]}" + (f"-{generation}" if generation else "")


def own_jobs(onboarding: Onboarding) -> re.Pattern[str]:
    """Return the pattern of the names of an onboarding's jobs; its group is the generation."""
    spec = onboarding.desired.spec
    return re.compile(rf"{re.escape(spec.name)}-{spec.imports.as_}-[0-9a-f]{{16}}(?:-(\d+))?")


def found_jobs(onboarding: Onboarding, project: str) -> Iterator[FoundJob]:
    """Yield our jobs in a project that the ledger does not know, earlier generations first.

    Changes nothing. The service is asked only when there are lines that the ledger does not know either.

    Raises:
        ConflictError: when the service no longer keeps the lines of such a job.
    """
    wanted = {line.uuid: line for line in onboarding.desired.index()}
    if wanted.keys() <= onboarding.ledger.known("uuid"):
        return
    for generation, job in sorted(_unheard_of(onboarding, project), key=lambda each: each[0]):
        sent = {of_generation(uuid, g): (line, g) for uuid, line in wanted.items() for g in range(generation + 1)}
        yield FoundJob(job, tuple(_lines(onboarding, job, sent)))


def _unheard_of(onboarding: Onboarding, project: str) -> Iterator[tuple[int, ImportJob]]:
    """Yield the jobs that are ours by name and that the ledger does not know, with their generation."""
    spec, ours = onboarding.desired.spec, own_jobs(onboarding)
    known = {entry.name for entry in onboarding.ledger.entries("job")}
    for job in onboarding.client.imports.list(project, KINDS[spec.imports.as_]):
        match = ours.fullmatch(job.name)
        if match and job.name not in known:
            yield int(match[1] or 0), job


def adopt(onboarding: Onboarding, found: FoundJob) -> None:
    """Record a job and its lines in the ledger, as if it had just been sent."""
    job, ledger = found.job, onboarding.ledger
    detail = {"import_kind": job.kind.value, "lines": len(found.lines), "sent_at": ledger.now().isoformat()}
    ledger.claim("job", job.name, project=job.project_id, **detail)
    ledger.send_lines(found.lines)
    ledger.move_job(job.name, State.CREATED, job.id)


def _lines(
    onboarding: Onboarding, job: ImportJob, wanted: Mapping[str, tuple[IndexedLine, int]]
) -> Iterator[LineRecord]:
    imported_as = str(onboarding.desired.spec.imports.as_)
    for position, sent in enumerate(map(read_heading, _sent(onboarding, job))):
        if sent.uuid in wanted:
            line, generation = wanted[sent.uuid]
            known = LineRecord(line.uuid, imported_as, line.row.key, line.feature, line.source, job.name)
            yield replace(known, generation=generation, position=position)
        else:
            stranger = LineRecord(sent.uuid, imported_as, sent.row.key, sent.feature, EARLIER, job.name)
            yield replace(stranger, position=position)


EARLIER = "an earlier version of the sources"


def _sent(onboarding: Onboarding, job: ImportJob) -> list[dict[str, Any]]:
    """Return the lines of a job as sent; its statuses are not enough, since they may be fewer."""
    try:
        return list(onboarding.client.imports.inputs(job))
    except NotFoundError as error:
        raise ConflictError(
            f"import '{job.name}' was sent before, the ledger does not know it, and the service no longer keeps its "
            "files, so its labels are unknown. Restore the ledger, or give the onboarding a "
            "new name and a new project"
        ) from error
