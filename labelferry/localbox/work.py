"""Open jobs turned into settled ones: which function does the work of which job type, and when."""

from collections.abc import Callable

from labelferry.localbox.state import batches, exports, global_keys, imports, jobs, sending, uploads, workflow
from labelferry.localbox.state.database import Session, as_json
from labelferry.localbox.state.jobs import Job

Settler = Callable[[Session, Job], None]

SETTLERS: dict[str, Settler] = {
    uploads.TYPE: uploads.settle,
    batches.ADDING: batches.settle_adding,
    batches.CREATING: batches.settle_adding,
    global_keys.LOOK_UP: global_keys.settle_look_up,
    global_keys.ASSIGN: global_keys.settle_assignment,
    global_keys.CLEAR: global_keys.settle_clearing,
    exports.TYPE: exports.settle,
    workflow.MOVING: workflow.settle_moving,
    workflow.PRIORITY: workflow.settle_priority,
    sending.TYPE: sending.settle,
    "mal-import": imports.settle,
    "label-import": imports.settle,
}


def advance(session: Session, job_id: str) -> Job:
    """Count a poll, settle the job if it is due and return its state."""
    job = jobs.asked_after(session, job_id)
    if job.due:
        _settle(session, job)
    return jobs.get(session, job_id)


def start(session: Session, job_id: str) -> str:
    """Settle a job that is due from the start."""
    job = jobs.get(session, job_id)
    if job.due:
        _settle(session, job)
    return job_id


def settle_overdue(session: Session) -> None:
    """Settle what fell due between requests."""
    for job in jobs.overdue(session):
        _settle(session, job)


def _settle(session: Session, job: Job) -> None:
    if job.fate != "failed":
        SETTLERS[job.type](session, job)
    elif job.type in {"mal-import", "label-import"}:
        imports.fail(session, job)
    else:
        reason = "The job failed on request."
        jobs.end(session, job.id, "FAILED", result=as_json({"error": reason}), errors=reason)
