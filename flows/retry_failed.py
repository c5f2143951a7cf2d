"""Lines that the service refused, sent again once their cause is mended."""

from typing import Annotated, Any

from prefect import flow
from prefect.runtime import flow_run
from pydantic import Field

from flows.onboard import carry_out
from labelferry.remote import remote
from labelferry.settings import Settings
from tasks.labels import take_up_labels

__all__ = ["retry_failed"]


def run_name() -> str:
    """What Prefect's UI calls the run."""
    return f"retry failed lines of {flow_run.parameters.get('name', '')}"


@flow(name="retry-failed", flow_run_name=run_name, persist_result=False)
def retry_failed(name: Annotated[str, Field(description="Name of the onboarding, as in its spec")]) -> dict[str, Any]:
    """Send the refused lines of an onboarding again, as they were when it began.

    Args:
        name: of the onboarding, as in its spec.
    """
    with remote(Settings.from_environment()) as where:
        return carry_out(where, take_up_labels(name), retry=True)
