"""The same steps as ``onboard``, on a schedule: only new or changed labels of a growing manifest or folder are sent."""

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
    """Return the name of the run in Prefect's UI, until its plan gives a better one."""
    return f"sync {name_of(flow_run.parameters.get('spec', ''))}"


@flow(name="sync", flow_run_name=run_name, persist_result=False)
def sync(spec: SpecOrPlace, credentials: Credentials = None) -> dict[str, Any]:
    """Import what is new or changed in the files of a spec into Labelbox.

    Args:
        spec: Path of a spec file on the worker, its http(s) URL, or the spec itself, pasted as YAML or JSON; or use
            the second tab to fill it in field by field.
        credentials: Block with the key of Labelbox; None uses the worker's LABELBOX_API_KEY, else the localbox.
    """
    with sent_to(credentials) as remote:
        return tell_onboarded(carry_out(task_steps(remote, assemble_labels(remote, spec))), remote)
