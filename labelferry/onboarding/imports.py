"""Steps 5 and 6: annotation lines into import jobs, and the outcome of every line.

A job is named after its content. It is claimed with its lines, created, waited for, and settled only when each of its
lines has an outcome; an open job is looked up by name before anything else happens.
"""

from dataclasses import dataclass

from labelferry.ledger import OPEN, LineState
from labelferry.onboarding.absent import delete_doomed, resolve_absent
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.ended import settled
from labelferry.onboarding.found import adopt, found_jobs
from labelferry.onboarding.pending import pending
from labelferry.onboarding.sending import send, shards
from labelferry.progress import announce

__all__ = ["Collected", "Submitted", "collect", "submit"]


@dataclass(frozen=True, slots=True)
class Submitted:
    """What was sent, and what did not have to be."""

    jobs: tuple[str, ...]
    lines: int
    already_in: int
    failed_before: int


@dataclass(frozen=True, slots=True)
class Collected:
    """What became of the lines of the jobs that were waited for; those of absent jobs are still pending."""

    jobs: int
    accepted: int
    failed: int
    unknown: int
    absent: int


def submit(onboarding: Onboarding, project: str) -> Submitted:
    """Send the lines that are not in yet; jobs of ours that a lost ledger does not know are taken up first.

    Raises:
        ConflictError: when labels that are in have changed, or ground truth would go onto a labelled row, and the
            spec's policies do not say what to do then.
        UnavailableError: when a job had no answer and cannot be found; the next run asks again first.
    """
    resolve_absent(onboarding)
    _take_up(onboarding, project)
    todo = pending(onboarding, project)
    for job in todo.doomed:
        onboarding.ledger.doom_job(job)
    delete_doomed(onboarding)
    onboarding.ledger.retire_lines(todo.obsolete)
    jobs, sent = [], 0
    for shard in shards(todo.fresh):
        announce("sending lines", sent, len(todo.fresh))
        jobs.append(send(onboarding, project, shard))
        sent += len(shard)
    return Submitted(tuple(jobs), len(todo.fresh), todo.accepted, todo.failed)


def _take_up(onboarding: Onboarding, project: str) -> None:
    found = list(found_jobs(onboarding, project))
    for job in found:
        adopt(onboarding, job)
    if found:
        collect(onboarding)


def collect(onboarding: Onboarding) -> Collected:
    """Wait for every open job, and settle each of its lines; jobs that are being replaced go.

    A job that the service created and does not show stays open, and its lines pending.

    Raises:
        DeadlineError: when a job still runs; the next run picks it up.
    """
    delete_doomed(onboarding)
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
    )
