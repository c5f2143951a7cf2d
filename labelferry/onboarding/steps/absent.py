"""Import jobs that the service does not list, although it may have created them.

Look-ups may lag behind, and a creation that was reported as a success may be lost. As long as a run does not know
which, the lines are pending. If the next run still does not find the job, it sends nothing twice:

- the creation was never answered: the lines are sent again, unless they are ground truth and a row that had no label
  has one now. The job then has the same name, which the service refuses if it has the job after all;
- pre-labels: the job is deleted by its id, then all of its lines are sent again;
- ground truth, none of whose rows has a label: the lines are sent again under the same name, as above;
- other ground truth, and pre-labels whose job has no known id: the lines are unknown, and not sent again.
"""

from labelferry.labelbox import ImportKind
from labelferry.ledger import LedgerEntry, LineState, Reason, State, Verdict
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.steps.deletion import NONE_DELETED, Deleted, delete_job, lines_in
from labelferry.onboarding.steps.labelled import labelled

__all__ = ["resolve_absent", "set_absent"]


def set_absent(onboarding: Onboarding, entry: LedgerEntry, *, sent: bool, over: bool) -> None:
    """Record that the service does not list a job.

    Args:
        onboarding: the onboarding.
        entry: the job.
        sent: whether it has lines without a known outcome.
        over: whether it is so old that its outcome can no longer be learned.
    """
    if entry.state is State.CLAIMED and not _has_labels(onboarding, entry):
        _forget(onboarding, entry)
    elif entry.state is State.CLAIMED:
        onboarding.ledger.move_job(entry.name, State.ABSENT)
        _leave_unknown(onboarding, entry)
    elif sent:
        onboarding.ledger.move_job(entry.name, State.ABSENT)
    elif over:
        onboarding.ledger.move_job(entry.name, State.SETTLED)


def resolve_absent(onboarding: Onboarding) -> Deleted:
    """Decide the lines of jobs that were absent at the end of an earlier run, and still are.

    Returns:
        What was deleted as a result.

    Raises:
        UnavailableError: when a job cannot be deleted now.
    """
    absent = [entry for entry in onboarding.ledger.entries("job") if entry.state is State.ABSENT]
    return sum((_resolve(onboarding, entry) for entry in absent), NONE_DELETED)


def _resolve(onboarding: Onboarding, entry: LedgerEntry) -> Deleted:
    rows = _rows(onboarding, entry)
    if not rows:
        return NONE_DELETED
    if _kind(entry) is ImportKind.GROUND_TRUTH:
        may_be_in = bool(labelled(onboarding, _project(entry), rows, patient=True))
    else:
        may_be_in = entry.remote_id is None
        if not may_be_in and delete_job(onboarding, entry):
            deleted = Deleted(1, lines_in(onboarding.ledger, entry.name))
            onboarding.ledger.drop_job(entry.name)
            return deleted
    if may_be_in:
        _leave_unknown(onboarding, entry)
    else:
        _forget(onboarding, entry)
    return NONE_DELETED


def _has_labels(onboarding: Onboarding, entry: LedgerEntry) -> bool:
    """Return whether a row has a label now; on_labelled: fail ensured that it had none when the job was sent."""
    if _kind(entry) is ImportKind.MAL or onboarding.desired.spec.on_labelled != "fail":
        return False
    return bool(labelled(onboarding, _project(entry), _rows(onboarding, entry)))


def _rows(onboarding: Onboarding, entry: LedgerEntry) -> set[str]:
    return {line.row for line in onboarding.ledger.lines(LineState.SENT, job=entry.name)}


def _leave_unknown(onboarding: Onboarding, entry: LedgerEntry) -> None:
    sent = list(onboarding.ledger.lines(LineState.SENT, job=entry.name))
    onboarding.ledger.settle_lines(Verdict(line.uuid, LineState.UNKNOWN, None, Reason.NO_JOB) for line in sent)


def _project(entry: LedgerEntry) -> str:
    return str(entry.detail["project"])


def _kind(entry: LedgerEntry) -> ImportKind:
    return ImportKind(entry.detail["import_kind"])


def _forget(onboarding: Onboarding, entry: LedgerEntry) -> None:
    onboarding.ledger.forget_job_lines(entry.name)
    onboarding.ledger.release("job", entry.name)
