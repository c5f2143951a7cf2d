"""Our import jobs that are deleted, together with their pre-labels."""

from dataclasses import dataclass

from labelferry.errors import NotFoundError, UnavailableError
from labelferry.labelbox import ImportJob, ImportKind
from labelferry.ledger import Ledger, LedgerEntry, LineState, State
from labelferry.listing import counted
from labelferry.onboarding.context import Onboarding

__all__ = ["NONE_DELETED", "Deleted", "delete_job", "delete_replaced", "lines_in"]


@dataclass(frozen=True, slots=True)
class Deleted:
    """The number of import jobs deleted, and of lines deleted with them."""

    jobs: int = 0
    lines: int = 0

    def __add__(self, other: "Deleted") -> "Deleted":
        return Deleted(self.jobs + other.jobs, self.lines + other.lines)

    def __str__(self) -> str:
        return f"{counted(self.jobs, 'import')} deleted, {counted(self.lines, 'line')}"


NONE_DELETED = Deleted()


def delete_replaced(onboarding: Onboarding) -> Deleted:
    """Ask the service to delete the jobs to be replaced; one that no longer exists counts as deleted.

    Raises:
        UnavailableError: when the service did not answer, or does not list a job whose id is unknown.
    """
    deleted = NONE_DELETED
    for entry in onboarding.ledger.entries("job"):
        if entry.state is State.DELETING:
            delete_job(onboarding, entry)
            deleted += Deleted(1, lines_in(onboarding.ledger, entry.name))
            onboarding.ledger.drop_job(entry.name)
    return deleted


def delete_job(onboarding: Onboarding, entry: LedgerEntry) -> bool:
    """Delete a job at the service; return False when it did not exist.

    Raises:
        UnavailableError: when the service did not answer, or does not list a job whose id is unknown.
    """
    imports = onboarding.client.imports
    try:
        imports.delete(_job(onboarding, entry))
    except NotFoundError:
        return False
    return True


def lines_in(ledger: Ledger, job: str) -> int:
    """Return the number of lines of a job that still count."""
    return sum(line.state is not LineState.RETIRED for line in ledger.lines(job=job))


def _job(onboarding: Onboarding, entry: LedgerEntry) -> ImportJob:
    """Return a job as the ledger or the service knows it."""
    project, kind = str(entry.detail["project"]), ImportKind(entry.detail["import_kind"])
    if entry.remote_id is not None:
        return ImportJob(entry.remote_id, entry.name, kind, project, "")
    found = onboarding.client.imports.shown(project, entry.name, kind)
    if found is None:
        raise UnavailableError(
            f"import '{entry.name}' must be deleted, but the service does not list it; run again later, or give the "
            "onboarding a new name and a new project"
        )
    return found
