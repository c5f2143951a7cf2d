"""What Labelbox holds, beside what was sent. Changes nothing."""

from typing import Annotated, Any

from prefect import flow
from prefect.runtime import flow_run
from pydantic import Field

from labelferry.errors import PartialFailureError, VerificationError
from labelferry.remote import remote
from labelferry.settings import Settings
from labelferry.spec import Spec, name_of
from tasks.labels import assemble_labels
from tasks.verification import verify_labels

__all__ = ["verify"]


def run_name() -> str:
    """What Prefect's UI calls the run."""
    return f"verify {name_of(flow_run.parameters.get('spec', ''))}"


@flow(name="verify", flow_run_name=run_name, persist_result=False)
def verify(
    spec: Annotated[str | Spec, Field(description="Path of a spec file on the worker, or the spec itself")],
) -> dict[str, Any]:
    """Read the labels of a spec back from Labelbox and compare them with what was sent.

    Args:
        spec: path of a spec file on the worker, or the spec itself.

    Pre-labels cannot be read back; for them the statuses of their lines are told.
    """
    with remote(Settings.from_environment()) as where:
        folder = assemble_labels(where, spec)
        result = verify_labels(where, folder)
    name, totals = result["name"], result["totals"]
    if result["outcome"] == "differs":
        raise VerificationError(
            f"{name} differs: {totals['missing']} labels are missing, {totals['extra']} extra, {totals['moved']} moved"
        )
    if result["failed"]:
        raise PartialFailureError(f"{result['failed']} lines were refused; labelferry status {name} lists them")
    if result["pending"]:
        raise VerificationError(f"{result['pending']} lines are not in, or not known to be; run labelferry onboard")
    return result
