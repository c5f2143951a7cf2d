"""The steps of an onboarding as Prefect tasks, for the order in ``labelferry.onboarding.run``."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from labelferry.onboarding.plan import Plan
from labelferry.onboarding.run import Outcomes
from labelferry.onboarding.steps.batch import BatchOutcome
from labelferry.onboarding.steps.data_rows import RowsOutcome
from labelferry.onboarding.steps.imports import Collected, Submitted
from labelferry.onboarding.steps.resolve import Resolved
from labelferry.onboarding.steps.retry import Reopened
from labelferry.remote import Remote
from labelferry.reports import Report
from tasks.base import alone, taken_up
from tasks.data_rows import create_data_rows
from tasks.imports import import_labels, reopen_failed_lines
from tasks.jobs import poll_job_errors
from tasks.ontology import build_ontology
from tasks.plans import make_plan
from tasks.projects import create_batch, create_project
from tasks.reports import write_report
from tasks.storage import keep_files

__all__ = ["TaskSteps", "task_steps"]


def task_steps(remote: Remote, folder: Path, reviewed: Plan | str | None = None) -> "TaskSteps":
    """Return the steps of the onboarding in ``folder``; the key's owner is looked up once for all of them.

    Args:
        remote: the Labelbox that it goes to.
        folder: the desired state.
        reviewed: a plan that the run must agree with, or its path.
    """
    with taken_up(remote, folder) as onboarding:
        return TaskSteps(replace(remote, workspace=onboarding.ledger.workspace), folder, reviewed)


@dataclass(frozen=True, slots=True)
class TaskSteps:
    """Each step as a task of the flow that is running; see ``labelferry.onboarding.run.Steps``."""

    remote: Remote
    folder: Path
    reviewed: Plan | str | None

    def alone(self) -> AbstractContextManager[None]:
        """Take the leases of the onboarding and its project."""
        return alone(self.remote, self.folder)

    def reopen_failed_lines(self) -> Reopened:
        """Let the refused lines be sent again."""
        return reopen_failed_lines(self.remote, self.folder)

    def make_plan(self) -> Plan:
        """Return what would be done; refuse a reviewed plan that differs."""
        return make_plan(self.remote, self.folder, self.reviewed)

    def keep_files(self) -> None:
        """Store desired state and reports where another machine finds them."""
        keep_files(self.folder)

    def poll_job_errors(self) -> Collected:
        """Wait for the open import jobs and settle each of their lines."""
        return poll_job_errors(self.remote, self.folder)

    def create_data_rows(self) -> RowsOutcome:
        """Create the data rows that are missing."""
        return create_data_rows(self.remote, self.folder)

    def build_ontology(self) -> Resolved:
        """Create the ontology, or find it and compare."""
        return build_ontology(self.remote, self.folder)

    def create_project(self, ontology: str) -> Resolved:
        """Create the project, or find it, and connect the ontology."""
        return create_project(self.remote, self.folder, ontology)

    def create_batch(self, project: str) -> BatchOutcome:
        """Add the rows that are not in the project yet."""
        return create_batch(self.remote, self.folder, project)

    def import_labels(self, project: str) -> Submitted:
        """Send the lines that are not imported yet."""
        return import_labels(self.remote, self.folder, project)

    def write_report(self, started_at: datetime, outcomes: Outcomes) -> Report:
        """Combine the outcomes, store them, and show them as artifacts."""
        return write_report(self.remote, self.folder, started_at, outcomes)
