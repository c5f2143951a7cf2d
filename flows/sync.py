"""The same steps as ``onboard``, for a schedule: a manifest or folder that grows; only what is new or changed moves."""

from typing import Any

from prefect import flow
from prefect.runtime import flow_run

from labelferry.onboarding.run import carry_out
from labelferry.spec import name_of
from tasks.credentials import sent_to
from tasks.events import tell_onboarded
from tasks.labels import assemble_labels
from tasks.parameters import Credentials, SpecOrPlace
from tasks.steps import task_steps

__all__ = ["sync"]


def run_name() -> str:
    """Return what Prefect's UI calls the run, until its plan says more."""
    return f"sync {name_of(flow_run.parameters.get('spec', ''))}"


@flow(name="sync", flow_run_name=run_name, persist_result=False)
def sync(spec: SpecOrPlace, credentials: Credentials = None) -> dict[str, Any]:
    """Bring what is new or changed in the files of a spec into Labelbox.

    Args:
        spec: Path of a spec file on the worker, its http(s) URL, or the spec itself, pasted as YAML or JSON; or use
            the second tab to fill it in field by field.
        credentials: Block with the key of Labelbox; None takes the worker's LABELBOX_API_KEY, else the localbox.
    """
    with sent_to(credentials) as remote:
        return tell_onboarded(carry_out(task_steps(remote, assemble_labels(remote, spec))), remote)
