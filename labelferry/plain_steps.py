"""The steps of an onboarding as plain calls in this process, with one client and one ledger for all of them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from labelferry.onboarding.context import Onboarding, alone
from labelferry.onboarding.plan import Plan
from labelferry.onboarding.run import Outcomes, make_plan
from labelferry.onboarding.steps.batch import BatchOutcome, create_batch
from labelferry.onboarding.steps.data_rows import RowsOutcome, create_data_rows
from labelferry.onboarding.steps.imports import Collected, Submitted, import_labels, poll_job_errors
from labelferry.onboarding.steps.ontology import build_ontology
from labelferry.onboarding.steps.project import create_project
from labelferry.onboarding.steps.resolve import Resolved
from labelferry.onboarding.steps.retry import Reopened, reopen_failed_lines
from labelferry.remote import Remote
from labelferry.reports import Report
from labelferry.reports.files import keep_report
from labelferry.reports.journal import Journal
from labelferry.settings import Settings

__all__ = ["PlainSteps"]

P = ParamSpec("P")
R = TypeVar("R")


class PlainSteps:
    """Steps that run in this process where they are called; see ``onboarding.run.Steps``.

    Args:
        onboarding: desired state, client and ledger.
        remote: the Labelbox that it goes to.
        settings: the account's limit, how long to wait for another run, where reports are written.
        journal: records the plan and the times of the steps.
        reviewed: a plan, or its file, that the run must agree with.
    """

    def __init__(
        self,
        onboarding: Onboarding,
        remote: Remote,
        settings: Settings,
        *,
        journal: Journal | None = None,
        reviewed: Plan | str | Path | None = None,
    ) -> None:
        self._onboarding, self._remote, self._settings = onboarding, remote, settings
        self._journal, self._reviewed = journal or Journal(), reviewed

    def alone(self) -> AbstractContextManager[None]:
        """Hold the leases of the onboarding and its project."""
        return alone(self._onboarding, self._remote, self._settings.wait)

    def reopen_failed_lines(self) -> Reopened:
        """Let the refused lines be sent again."""
        return self._timed("reopen-failed-lines", reopen_failed_lines)

    def make_plan(self) -> Plan:
        """Return what would be done; refuse a reviewed plan that differs."""
        plan = self._timed("make-plan", make_plan, str(self._remote), self._settings.requests_per_minute)
        self._journal.plan = plan.to_dict()
        if self._reviewed is not None:
            plan.refuse_other(self._reviewed)
        return plan

    def keep_files(self) -> None:
        """Do nothing: all files are already in their place."""

    def poll_job_errors(self) -> Collected:
        """Wait for the open import jobs and settle each of their lines."""
        return self._timed("poll-job-errors", poll_job_errors)

    def create_data_rows(self) -> RowsOutcome:
        """Create the data rows that are missing."""
        return self._timed("create-data-rows", create_data_rows)

    def build_ontology(self) -> Resolved:
        """Create the ontology, or find it and compare."""
        return self._timed("build-ontology", build_ontology)

    def create_project(self, ontology: str) -> Resolved:
        """Create the project, or find it, and connect the ontology."""
        return self._timed("create-project", create_project, ontology)

    def create_batch(self, project: str) -> BatchOutcome:
        """Add the rows that are not in the project yet."""
        return self._timed("create-batch", create_batch, project)

    def import_labels(self, project: str) -> Submitted:
        """Send the lines that are not imported yet."""
        return self._timed("import-labels", import_labels, project)

    def write_report(self, started_at: datetime, outcomes: Outcomes) -> Report:
        """Combine the outcomes, and store them as files and in the ledger's history."""
        folder = self._settings.reports
        return keep_report(self._onboarding, self._remote, outcomes, started_at, self._journal, folder)[0]

    def _timed(self, name: str, step: Callable[Concatenate[Onboarding, P], R], *args: P.args, **options: P.kwargs) -> R:
        with self._journal.timing(name):
            return step(self._onboarding, *args, **options)
