"""Steps 5 and 6: annotation lines into import jobs, and the outcome of every line.

A job is named after its content. It is claimed with its lines, created, waited for, and settled only when each of its
lines has an outcome; an open job is looked up by name before anything else happens.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from labelferry.errors import ConflictError
from labelferry.labelbox import costs
from labelferry.ledger import OPEN, LineState, State
from labelferry.listing import counted
from labelferry.model.findings import Finding
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.plan import Action, PlannedStep
from labelferry.onboarding.steps.absent import resolve_absent
from labelferry.onboarding.steps.deletion import NONE_DELETED, Deleted, delete_replaced, lines_in
from labelferry.onboarding.steps.ended import settled
from labelferry.onboarding.steps.found import adopt, found_jobs
from labelferry.onboarding.steps.left_out import rows_left_out
from labelferry.onboarding.steps.pending import Pending, pending
from labelferry.onboarding.steps.sending import send, shards
from labelferry.onboarding.steps.sharing import beside_others
from labelferry.progress import announce

__all__ = ["Collected", "Submitted", "import_labels", "plan_imports", "plan_open_jobs", "poll_job_errors"]


@dataclass(frozen=True, slots=True)
class Submitted:
    """The lines sent, those not sent, what was deleted first, and rows whose earlier pre-labels may be lost."""

    jobs: tuple[str, ...]
    lines: int
    already_in: int
    failed_before: int
    beside: tuple[Finding, ...] = ()
    deleted: Deleted = NONE_DELETED


@dataclass(frozen=True, slots=True)
class Collected:
    """The outcome of the lines of the finished jobs; those of absent jobs are still pending."""

    jobs: int
    accepted: int
    failed: int
    unknown: int
    absent: int
    deleted: Deleted = NONE_DELETED


REPLACED = (
    "contains labels that have changed, or that new labels of the same rows may replace: it is deleted, and those of "
    "its labels that are still in the sources are sent again"
)


def plan_open_jobs(onboarding: Onboarding) -> Iterator[PlannedStep]:
    """Yield what ``poll_job_errors`` would do."""
    for entry in onboarding.ledger.entries("job"):
        if entry.state in OPEN:
            count = entry.detail["lines"]
            reason = "an earlier run sent it or was about to; its outcome is read first"
            yield PlannedStep("import", entry.name, Action.UPDATE, reason, count=count, requests=costs.COLLECT_IMPORT)
        elif entry.state is State.DELETING:
            yield _deletion(entry.name, lines_in(onboarding.ledger, entry.name))


def plan_imports(onboarding: Onboarding, project: str | None) -> Iterator[PlannedStep]:
    """Yield what ``import_labels`` would do; the project is None when it is yet to be created."""
    name = str(onboarding.desired.spec.imports.as_)
    try:
        found = () if project is None else tuple(found_jobs(onboarding, project))
        todo = pending(onboarding, project, [line for each in found for line in each.lines])
    except ConflictError as error:
        yield PlannedStep("import", name, Action.CONFLICT, str(error))
        return
    for job, lines in todo.replaced.items():
        yield _deletion(job, lines)
    yield _planned(name, todo)


def _deletion(job: str, lines: int) -> PlannedStep:
    return PlannedStep("import", job, Action.DELETE, REPLACED, count=lines, requests=costs.DELETE_IMPORT)


def _planned(name: str, todo: Pending) -> PlannedStep:
    if not todo.fresh:
        told = f"; {todo.failed} failed before and have not changed" if todo.failed else ""
        told += f"; the outcome of {todo.unknown} is unknown" if todo.unknown else ""
        return PlannedStep("import", name, Action.SKIP, f"already imported{told}", count=todo.accepted)
    size, jobs = sum(each.line.length for each in todo.fresh), sum(1 for _ in shards(todo.fresh))
    again = sum(each.generation > 0 for each in todo.fresh)
    reason = "not imported yet" + (f", {again} of them sent before" if again else "")
    reason += f", in {jobs} jobs" if jobs > 1 else ""
    if todo.beside:
        reason += f"; on {counted(len(todo.beside), 'row')} they may replace the pre-labels of an earlier import"
    requests = costs.SEND_IMPORT * jobs
    return PlannedStep("import", name, Action.CREATE, reason, count=len(todo.fresh), bytes=size, requests=requests)


def import_labels(onboarding: Onboarding, project: str) -> Submitted:
    """Send the lines that are not imported yet; our jobs that a lost ledger does not know are adopted first.

    Lines of rows that are not in the project are not sent.

    Raises:
        ConflictError: when imported labels have changed, or ground truth would be added to a labelled row, and the
            spec's policies do not say what to do.
        UnavailableError: when creating a job was not answered and it cannot be found; the next run asks again first.
    """
    deleted = resolve_absent(onboarding)
    _take_up(onboarding, project)
    todo = pending(onboarding, project)
    for job in todo.replaced:
        onboarding.ledger.mark_for_deletion(job)
    deleted += delete_replaced(onboarding)
    onboarding.ledger.retire_lines(todo.obsolete)
    beside = tuple(map(beside_others, todo.beside))
    outside, jobs, sent = rows_left_out(onboarding.ledger), list[str](), 0
    fresh = [each for each in todo.fresh if each.line.row.identity not in outside]
    for shard in shards(fresh):
        announce("sending lines", sent, len(fresh))
        jobs.append(send(onboarding, project, shard))
        sent += len(shard)
    return Submitted(tuple(jobs), len(fresh), todo.accepted, todo.failed, beside, deleted)


def _take_up(onboarding: Onboarding, project: str) -> None:
    found = list(found_jobs(onboarding, project))
    for job in found:
        adopt(onboarding, job)
    if found:
        poll_job_errors(onboarding)


def poll_job_errors(onboarding: Onboarding) -> Collected:
    """Wait for every open job and settle each of its lines; jobs that are being replaced are deleted.

    A job that the service created and does not list stays open, and its lines pending.

    Raises:
        DeadlineError: when a job is still running; the next run picks it up.
    """
    deleted = delete_replaced(onboarding)
    open_jobs = [entry for entry in onboarding.ledger.entries("job") if entry.state in OPEN]
    states: list[LineState] = []
    absent = 0
    for number, entry in enumerate(open_jobs):
        announce("waiting for import jobs", number, len(open_jobs))
        found = settled(onboarding, entry)
        absent += found is None
        states += [verdict.state for verdict in found or ()]
    return Collected(
        jobs=len(open_jobs) - absent,
        accepted=states.count(LineState.ACCEPTED),
        failed=states.count(LineState.FAILED),
        unknown=states.count(LineState.UNKNOWN),
        absent=absent,
        deleted=deleted,
    )
