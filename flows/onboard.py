"""Labelled videos into Labelbox, in the order of the guide."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Cancelled

from labelferry.onboarding.plan import Plan
from labelferry.onboarding.run import carry_out
from labelferry.spec import Decisions, name_of
from tasks.approval import is_approved
from tasks.credentials import sent_to
from tasks.events import tell_onboarded
from tasks.labels import assemble_labels
from tasks.parameters import AS_THE_SPEC_SAYS, Credentials, SpecOrPlace
from tasks.plans import make_plan
from tasks.steps import task_steps

__all__ = ["onboard"]


def run_name() -> str:
    """Return the name of the run in Prefect's UI, until its plan gives a better one."""
    return f"onboard {name_of(flow_run.parameters.get('spec', ''))}"


@flow(name="onboard", flow_run_name=run_name, persist_result=False)
def onboard(
    spec: SpecOrPlace,
    credentials: Credentials = None,
    decisions: Decisions = AS_THE_SPEC_SAYS,
    plan: str = "",
    approve: bool = False,
) -> dict[str, Any] | State[Any]:
    """Import the videos and labels of a spec into Labelbox.

    Safe to run again at any time: what exists is found and reused.

    Args:
        spec: Path of a spec file on the worker, its http(s) URL, or the spec itself, pasted as YAML or JSON; or use
            the second tab to fill it in field by field.
        credentials: Block with the key of Labelbox; None uses the worker's LABELBOX_API_KEY, else the localbox.
        decisions: For this run only, if the spec's own policies would stop it with a conflict.
        plan: Path on the worker of a saved plan to carry out; refused if anything has changed since. Empty: none.
        approve: Pause before the first change until the plan is approved in this UI.
    """
    with sent_to(credentials) as remote:
        folder = assemble_labels(remote, spec, decisions)
        reviewed: Plan | str | None = plan or None
        if approve:
            reviewed = make_plan(remote, folder, reviewed)
            if not is_approved(reviewed):
                return Cancelled(message="the plan was not approved; nothing was sent")
        return tell_onboarded(carry_out(task_steps(remote, folder, reviewed)), remote)
