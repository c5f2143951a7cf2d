"""Lines that the service refused, sent again once their cause is fixed."""

from typing import Any

from prefect import flow
from prefect.runtime import flow_run

from labelferry.onboarding.run import carry_out
from tasks.credentials import sent_to
from tasks.events import tell_onboarded
from tasks.labels import take_up_labels
from tasks.parameters import Credentials, Name
from tasks.steps import task_steps

__all__ = ["retry_failed"]


def run_name() -> str:
    """Return the name of the run in Prefect's UI."""
    return f"retry-failed {flow_run.parameters.get('name', '')}"


@flow(name="retry-failed", flow_run_name=run_name, persist_result=False)
def retry_failed(name: Name, credentials: Credentials = None) -> dict[str, Any]:
    """Send the refused lines of an onboarding again, as they were when it began.

    Args:
        name: Name of the onboarding, as in its spec.
        credentials: Block with the key of Labelbox; None uses the worker's LABELBOX_API_KEY, else the localbox.
    """
    with sent_to(credentials) as remote:
        return tell_onboarded(carry_out(task_steps(remote, take_up_labels(name)), retry=True), remote)
