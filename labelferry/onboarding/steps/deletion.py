"""Import jobs of ours that are deleted, with the pre-labels that they brought in."""

from dataclasses import dataclass

from labelferry.errors import NotFoundError, UnavailableError
from labelferry.labelbox import ImportJob, ImportKind
from labelferry.ledger import Entry, Ledger, LineState, State
from labelferry.listing import counted
from labelferry.onboarding.context import Onboarding

__all__ = ["NONE_DELETED", "Deleted", "delete_job", "delete_replaced", "lines_in"]


@dataclass(frozen=True, slots=True)
class Deleted:
    """How many import jobs were deleted, and how many lines went with them."""

    jobs: int = 0
    lines: int = 0

    def __add__(self, other: "Deleted") -> "Deleted":
        return Deleted(self.jobs + other.jobs, self.lines + other.lines)

    def __str__(self) -> str:
        return f"{counted(self.jobs, 'import')} deleted, {counted(self.lines, 'line')}"


NONE_DELETED = Deleted()


def delete_replaced(onboarding: Onboarding) -> Deleted:
    """Ask the service to delete the jobs that are to be replaced; one that does not exist any more counts as deleted.

    Raises:
        UnavailableError: when the service gave no answer, or does not show a job whose id nobody knows.
    """
    deleted = NONE_DELETED
    for entry in onboarding.ledger.entries("job"):
        if entry.state is State.DELETING:
            delete_job(onboarding, entry)
            deleted += Deleted(1, lines_in(onboarding.ledger, entry.name))
            onboarding.ledger.drop_job(entry.name)
    return deleted


def delete_job(onboarding: Onboarding, entry: Entry) -> bool:
    """Delete a job at the service; False when there was none.

    Raises:
        UnavailableError: when the service gave no answer, or does not show a job whose id nobody knows.
    """
    imports = onboarding.client.imports
    try:
        imports.delete(_job(onboarding, entry))
    except NotFoundError:
        return False
    return True


def lines_in(ledger: Ledger, job: str) -> int:
    """How many lines a job holds that still count."""
    return sum(line.state is not LineState.RETIRED for line in ledger.lines(job=job))


def _job(onboarding: Onboarding, entry: Entry) -> ImportJob:
    """A job as the ledger knows it, or as the service shows it."""
    project, kind = str(entry.detail["project"]), ImportKind(entry.detail["import_kind"])
    if entry.remote_id is not None:
        return ImportJob(entry.remote_id, entry.name, kind, project, "")
    found = onboarding.client.imports.shown(project, entry.name, kind)
    if found is None:
        raise UnavailableError(
            f"import '{entry.name}' has to be deleted, and the service does not show it; run again later, or give the "
            "onboarding a new name and a new project"
        )
    return found
