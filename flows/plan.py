"""The plan of onboard, before it does anything."""

from typing import Any

from prefect import flow
from prefect.runtime import flow_run

from labelferry.spec import Decisions, name_of
from tasks.credentials import sent_to
from tasks.labels import assemble_labels
from tasks.parameters import AS_THE_SPEC_SAYS, Credentials, SpecOrPlace
from tasks.plans import make_plan

__all__ = ["plan"]


def run_name() -> str:
    """Return the name of the run in Prefect's UI, until its plan gives a better one."""
    return f"plan {name_of(flow_run.parameters.get('spec', ''))}"


@flow(name="plan", flow_run_name=run_name, persist_result=False)
def plan(spec: SpecOrPlace, credentials: Credentials = None, decisions: Decisions = AS_THE_SPEC_SAYS) -> dict[str, Any]:
    """Show what onboard would do with a spec. Changes nothing.

    Args:
        spec: Path of a spec file on the worker, its http(s) URL, or the spec itself, pasted as YAML or JSON; or use
            the second tab to fill it in field by field.
        credentials: Block with the key of Labelbox; None uses the worker's LABELBOX_API_KEY, else the localbox.
        decisions: For this run only, if the spec's own policies would stop it with a conflict.
    """
    with sent_to(credentials) as remote:
        return make_plan(remote, assemble_labels(remote, spec, decisions)).to_dict()
