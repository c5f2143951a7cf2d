"""Labelled videos into Labelbox, in the order of the guide."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.runtime import flow_run

from labelferry.onboarding.outcomes import refuse_unfinished
from labelferry.planning.plan import refuse_conflicts
from labelferry.remote import Remote
from labelferry.spec import Decisions, name_of
from tasks.credentials import sent_to
from tasks.data_rows import create_data_rows
from tasks.events import tell_onboarded
from tasks.imports import import_labels, reopen_failed_lines
from tasks.jobs import poll_job_errors
from tasks.labels import assemble_labels
from tasks.ontology import build_ontology
from tasks.parameters import AS_THE_SPEC_SAYS, Credentials, SpecOrPlace
from tasks.plans import make_plan
from tasks.projects import create_batch, create_project
from tasks.reports import write_report
from tasks.skin import alone
from tasks.storage import keep_files

__all__ = ["carry_out", "onboard"]


def run_name() -> str:
    """What Prefect's UI calls the run, until its plan says more."""
    return f"onboard {name_of(flow_run.parameters.get('spec', ''))}"


@flow(name="onboard", flow_run_name=run_name, persist_result=False)
def onboard(
    spec: SpecOrPlace,
    credentials: Credentials = None,
    decisions: Decisions = AS_THE_SPEC_SAYS,
    plan: str = "",
) -> dict[str, Any]:
    """Bring the videos and labels of a spec into Labelbox.

    Safe to run again at any moment: what is there already is found and reused.

    Args:
        spec: Path of a spec file on the worker, its http(s) address, or the spec itself, pasted as YAML or JSON; under
            the second tab it is filled in here.
        credentials: Block with the key of Labelbox; None takes the worker's LABELBOX_API_KEY, else the localbox.
        decisions: For this run only, when the spec's own policies stop it with a conflict.
        plan: Path on the worker of a plan that was reviewed; anything else than it says is refused. Empty: none.
    """
    with sent_to(credentials) as where:
        return carry_out(where, assemble_labels(where, spec, decisions), reviewed=plan or None)


def carry_out(where: Remote, folder: Path, *, reviewed: str | None = None, retry: bool = False) -> dict[str, Any]:
    """The steps from the assembled labels on, one run of an onboarding at a time.

    Args:
        where: which Labelbox.
        folder: the desired state.
        reviewed: path of a plan that has to be this one.
        retry: whether refused lines are sent again.

    Raises:
        PartialFailureError: when all is done but lines were refused.
        PendingError: when it is not known of every line whether it is in.
    """
    started_at = datetime.now(UTC)
    with alone(where, folder):
        if retry:
            reopen_failed_lines(where, folder)
        refuse_conflicts(make_plan(where, folder, reviewed))
        keep_files(folder)
        poll_job_errors(where, folder)
        rows = create_data_rows(where, folder)
        ontology = build_ontology(where, folder)
        project = create_project(where, folder, ontology.id)
        batch = create_batch(where, folder, project.id)
        submitted = import_labels(where, folder, project.id)
        poll_job_errors(where, folder)
        outcomes = {"rows": rows, "ontology": ontology, "project": project, "batch": batch, "submitted": submitted}
        report = write_report(where, folder, started_at, outcomes)
        keep_files(folder)
    refuse_unfinished(report)
    tell_onboarded(report, where)
    return report
