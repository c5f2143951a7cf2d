"""Jobs: work that one request starts and others poll.

Nothing runs in the background. A job waits until it is due (at once, after so many polls, after so many seconds, or
never) and is then settled inside the transaction that found it due; see ``work.py`` for who does the settling.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import orjson

from labelferry.localbox.errors import MalformedError, NotFoundError
from labelferry.localbox.ids import as_text, new_id, now
from labelferry.localbox.state import filters, settings
from labelferry.localbox.state.database import Session, as_json
from labelferry.localbox.state.switches import PROFILE

Status = Literal["IN_PROGRESS", "COMPLETE", "FAILED", "CANCELED"]
WHEN = {"now", "polls", "seconds", "never"}
AT_ONCE = {"when": "now"}
USUAL: dict[str, dict[str, Any]] = {
    "label-import": {"when": "polls", "n": 1},
    "mal-import": {"when": "polls", "n": 1},
    "export-data-rows": {"when": "polls", "n": 3},
}
"""How jobs end unless a test says otherwise; the others end at once.

The official SDK's tests (7.17.0) see a new import RUNNING, and cancel an export at which the SDK has looked twice.
"""
CANCELABLE = ("export-data-rows", "send-to-task-queue", "queue-priority-update")


@dataclass(frozen=True)
class Job:
    """A job and its progress."""

    id: str
    type: str
    name: str | None
    status: Status
    spec: str
    result: str | None
    errors: str | None
    metadata: str | None
    fate: str
    polls: int
    due_polls: int | None
    due_at: str | None
    created_at: str
    updated_at: str

    @property
    def completion_percentage(self) -> float:
        """The progress in percent."""
        if self.status != "IN_PROGRESS":
            return 100.0
        return 0.0 if not self.due_polls else min(99.0, 100.0 * self.polls / self.due_polls)

    @property
    def details(self) -> Any:
        """The arguments of the job."""
        return orjson.loads(self.spec)

    @property
    def due(self) -> bool:
        """Whether the job is due to settle."""
        if self.status != "IN_PROGRESS" or self.fate == "never":
            return False
        late = self.due_at is not None and self.due_at <= now()
        return late or (self.due_polls is not None and self.polls >= self.due_polls)


def check_transitions(plan: Any) -> None:
    """Check how jobs are to end.

    Raises:
        MalformedError: a job is to end in no way that there is.
    """
    for job_type, entry in plan.items():
        if entry.get("when") not in WHEN or entry.get("end", "done") not in {"done", "failed"}:
            raise MalformedError(f"{job_type}: when is one of {', '.join(sorted(WHEN))}, end is done or failed")
        if entry["when"] in {"polls", "seconds"}:
            float(entry["n"])


def _plan(session: Session, job_type: str) -> dict[str, Any]:
    transitions = settings.read(session, "transitions", {}) or settings.read(session, PROFILE, {}).get(
        "transitions", {}
    )
    plan: dict[str, Any] = transitions.get(job_type, transitions.get("*", USUAL.get(job_type, AT_ONCE)))
    return plan


def start(session: Session, job_type: str, spec: dict[str, Any], *, name: str | None = None) -> str:
    """Start a job that ends as the current transitions say; return its id."""
    plan = _plan(session, job_type)
    job_id, made = new_id(), now()
    session.insert(
        "jobs",
        id=job_id,
        type=job_type,
        name=name,
        status="IN_PROGRESS",
        spec=as_json(spec),
        fate="never" if plan["when"] == "never" else plan.get("end", "done"),
        created_at=made,
        updated_at=made,
        **_due(plan),
    )
    return job_id


def _due(plan: dict[str, Any]) -> dict[str, Any]:
    if plan["when"] == "polls":
        return {"due_polls": int(plan["n"])}
    wait = float(plan["n"]) if plan["when"] == "seconds" else 0.0
    return {"due_at": as_text(datetime.now(UTC) + timedelta(seconds=wait))}


def get(session: Session, job_id: str | None) -> Job:
    """Return the job with that id."""
    job = session.one(Job, "SELECT * FROM jobs WHERE id = ?", (job_id,))
    if job is None:
        raise NotFoundError.of("Task", job_id)
    return job


def asked_after(session: Session, job_id: str) -> Job:
    """Count one more poll if the job is open and return it; a settled one is only read, without a write lock."""
    job = get(session, job_id)
    if job.status != "IN_PROGRESS":
        return job
    session.run("UPDATE jobs SET polls = polls + 1 WHERE id = ?", (job_id,))
    return get(session, job_id)


def waiting(session: Session) -> bool:
    """Return whether any job is open: only then can polling change anything."""
    return session.value("SELECT 1 FROM jobs WHERE status = 'IN_PROGRESS' LIMIT 1") is not None


def overdue(session: Session) -> list[Job]:
    """Return the open jobs that are due."""
    return session.all(
        Job,
        "SELECT * FROM jobs WHERE status = 'IN_PROGRESS' AND fate <> 'never' AND due_at <= ? ORDER BY seq",
        (now(),),
    )


def end(session: Session, job_id: str, status: Status, *, result: str | None = None, errors: str | None = None) -> None:
    """Record how a job ended."""
    session.update("jobs", job_id, status=status, result=result, errors=errors, updated_at=now())


def cancel(session: Session, job_id: str) -> None:
    """Stop a job that is in progress; what it was to do is not done.

    Raises:
        MalformedError: it has ended, or its kind cannot be stopped.
    """
    job = get(session, job_id)
    if job.type not in CANCELABLE or job.status != "IN_PROGRESS":
        raise MalformedError(f"The task cannot be cancelled: it is {job.status}, of type {job.type}")
    end(session, job_id, "CANCELED")


def exists(session: Session, job_id: str) -> bool:
    """Return whether a job with that id exists."""
    return session.value("SELECT 1 FROM jobs WHERE id = ?", (job_id,)) is not None


def find(session: Session, where: dict[str, Any] | None, skip: int | None, first: int | None) -> list[Job]:
    """Return the jobs that match a filter, newest first."""
    text, parameters = filters.condition(where)
    sql = f"SELECT * FROM jobs WHERE {text} ORDER BY seq DESC{filters.window(skip, first)}"  # noqa: S608
    return session.all(Job, sql, tuple(parameters))
