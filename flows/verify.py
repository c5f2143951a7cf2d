"""The labels in Labelbox, compared with what was sent. Changes nothing."""

from typing import Any

from prefect import flow
from prefect.runtime import flow_run

from labelferry.spec import is_name, name_of
from tasks.credentials import sent_to
from tasks.labels import assemble_labels, take_up_labels
from tasks.parameters import Credentials, SpecOrPlace
from tasks.verification import verify_labels

__all__ = ["verify"]


def run_name() -> str:
    """Return the name of the run in Prefect's UI."""
    return f"verify {name_of(flow_run.parameters.get('spec', ''))}"


@flow(name="verify", flow_run_name=run_name, persist_result=False)
def verify(spec: SpecOrPlace, credentials: Credentials = None) -> dict[str, Any]:
    """Read the labels of a spec back from Labelbox and compare them with what was sent.

    Pre-labels cannot be read back; for them the statuses of their lines are reported.

    Args:
        spec: As for onboard; or the name of an onboarding, to compare the state of its latest run.
        credentials: Block with the key of Labelbox; None uses the worker's LABELBOX_API_KEY, else the localbox.
    """
    with sent_to(credentials) as remote:
        folder = take_up_labels(str(spec)) if is_name(spec) else assemble_labels(remote, spec)
        found = verify_labels(remote, folder)
    found.refuse_differences()
    return found.to_dict()
