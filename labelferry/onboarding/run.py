"""The order of the guide's steps, defined once: what an onboarding does, and what it would do.

::

    data rows -> ontology -> project -> batch -> import jobs -> the outcome of every line

``carry_out`` takes the steps in this order; how each is called, plainly or as a Prefect task, is up to the
caller. ``make_plan`` asks each step in the same order what it would do.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from labelferry.desired.classes import classes_of
from labelferry.labelbox import costs
from labelferry.model.findings import grouped
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.elsewhere import look_elsewhere
from labelferry.onboarding.plan import Action, Plan, PlannedStep, refuse_conflicts
from labelferry.onboarding.steps.batch import BatchOutcome, plan_batch
from labelferry.onboarding.steps.data_rows import RowsOutcome, plan_data_rows
from labelferry.onboarding.steps.deletion import NONE_DELETED, Deleted
from labelferry.onboarding.steps.imports import Collected, Submitted, plan_imports, plan_open_jobs
from labelferry.onboarding.steps.ontology import plan_ontology
from labelferry.onboarding.steps.outcomes import Finished, refuse_unfinished
from labelferry.onboarding.steps.project import plan_project
from labelferry.onboarding.steps.resolve import Resolved
from labelferry.onboarding.undoing.journal import is_undoing
from labelferry.spec import ImportAs

__all__ = ["Outcomes", "Steps", "carry_out", "make_plan"]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The outcomes of the steps of a run.

    ``settled`` is the number of import jobs whose outcome they learned, ``deleted`` what was deleted.
    """

    rows: RowsOutcome
    ontology: Resolved
    project: Resolved
    batch: BatchOutcome
    submitted: Submitted
    settled: int = 0
    deleted: Deleted = NONE_DELETED


ReportT = TypeVar("ReportT", bound=Finished)
ReportT_co = TypeVar("ReportT_co", bound=Finished, covariant=True)


class Steps(Protocol[ReportT_co]):
    """The steps of one onboarding, whose labels are assembled already."""

    def alone(self) -> AbstractContextManager[None]:
        """Keep out every other run of the onboarding and every run into its project, as long as this lasts."""
        ...

    def reopen_failed_lines(self) -> object:
        """Let the refused lines be sent again."""
        ...

    def make_plan(self) -> Plan:
        """Return what would be done; refuse a reviewed plan that differs."""
        ...

    def keep_files(self) -> None:
        """Store what another machine needs to continue the onboarding."""
        ...

    def poll_job_errors(self) -> Collected:
        """Wait for the open import jobs and settle each of their lines."""
        ...

    def create_data_rows(self) -> RowsOutcome:
        """Create the data rows that are missing."""
        ...

    def build_ontology(self) -> Resolved:
        """Create the ontology, or find it and compare."""
        ...

    def create_project(self, ontology: str) -> Resolved:
        """Create the project, or find it, and connect the ontology."""
        ...

    def create_batch(self, project: str) -> BatchOutcome:
        """Add the rows that are not in the project yet."""
        ...

    def import_labels(self, project: str) -> Submitted:
        """Send the lines that are not imported yet."""
        ...

    def write_report(self, started_at: datetime, outcomes: Outcomes) -> ReportT_co:
        """Combine the outcomes and store them."""
        ...


def carry_out(steps: Steps[ReportT], *, retry: bool = False) -> ReportT:
    """Take the steps in the guide's order, one run of an onboarding at a time, and return the report.

    Args:
        steps: how each step is called.
        retry: whether refused lines are sent again.

    Raises:
        ConflictError: before the first change, when something needs a decision.
        PendingError: when all is done but not every line is known to be imported; it carries the report.
        PartialFailureError: when all is done but lines were refused; it carries the report.
    """
    started_at = datetime.now(UTC)
    with steps.alone():
        if retry:
            steps.reopen_failed_lines()
        refuse_conflicts(steps.make_plan())
        steps.keep_files()
        earlier = steps.poll_job_errors()  # jobs that an earlier run left open
        rows = steps.create_data_rows()
        ontology = steps.build_ontology()
        project = steps.create_project(ontology.id)
        batch = steps.create_batch(project.id)
        submitted = steps.import_labels(project.id)
        later = steps.poll_job_errors()
        deleted = earlier.deleted + submitted.deleted + later.deleted
        outcomes = Outcomes(rows, ontology, project, batch, submitted, earlier.jobs + later.jobs, deleted)
        report = steps.write_report(started_at, outcomes)
        steps.keep_files()
    refuse_unfinished(report)
    return report


def make_plan(onboarding: Onboarding, remote: str, requests_per_minute: int | None = None) -> Plan:
    """Return what ``carry_out`` would do, without changing anything.

    Args:
        onboarding: its desired state, client and ledger.
        remote: name of the Labelbox it would go to, for people.
        requests_per_minute: the account's limit, for the estimated time.

    Raises:
        RemoteError: when the service cannot be asked.
    """
    before, steps = onboarding.client.sent, tuple(_planned_steps(onboarding))
    looked = onboarding.client.sent - before
    elsewhere = look_elsewhere(onboarding, next((step.id for step in steps if step.kind == "project"), None))
    once = onboarding.client.sent - before - looked
    return Plan(
        name=onboarding.desired.spec.name,
        remote=remote,
        workspace=onboarding.ledger.workspace,
        desired=onboarding.desired.fingerprint,
        counts=asdict(onboarding.desired.counts),
        classes=tuple(asdict(each) for each in classes_of(onboarding.desired)),
        steps=steps,
        requests_per_minute=requests_per_minute,
        account=onboarding.account,
        findings=tuple(group.to_dict() for group in grouped(onboarding.desired.findings)),
        look_ups=1 + once + 2 * looked + _looks_into_new(onboarding, steps),  # the key's owner; plan, and steps again
        elsewhere=elsewhere,
    )


def _looks_into_new(onboarding: Onboarding, steps: Sequence[PlannedStep]) -> int:
    """Return the look-ups of a run that the plan cannot make yet; ground truth needs to know which rows have labels."""
    new = {step.kind for step in steps if step.action is Action.CREATE}
    is_truth = onboarding.desired.spec.imports.as_ is ImportAs.GROUND_TRUTH
    labels = int("project" in new and is_truth)
    return labels + sum(costs.LOOKS_INTO_NEW.get(kind, 0) for kind in new)


def _planned_steps(onboarding: Onboarding) -> Iterator[PlannedStep]:
    if is_undoing(onboarding.ledger):
        name = onboarding.desired.spec.name
        reason = f"the undo of '{name}' was interrupted; finish it first: labelferry undo {name}"
        yield PlannedStep("undo", name, Action.CONFLICT, reason)
    yield from plan_open_jobs(onboarding)
    yield from plan_data_rows(onboarding)
    ontology = plan_ontology(onboarding)
    yield ontology
    project = plan_project(onboarding, ontology.id, undecided=ontology.action is Action.CONFLICT)
    yield project
    yield plan_batch(onboarding, project.id)
    yield from plan_imports(onboarding, project.id)
