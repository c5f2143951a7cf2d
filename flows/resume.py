"""What an onboarding left undone, finished: the labels as they were when it began, not as their files are now."""

from typing import Annotated, Any

from prefect import flow
from prefect.runtime import flow_run
from pydantic import Field

from flows.onboard import carry_out
from labelferry.remote import remote
from labelferry.settings import Settings
from tasks.labels import take_up_labels

__all__ = ["resume"]


def run_name() -> str:
    """What Prefect's UI calls the run."""
    return f"resume {flow_run.parameters.get('name', '')}"


@flow(name="resume", flow_run_name=run_name, persist_result=False)
def resume(name: Annotated[str, Field(description="Name of the onboarding, as in its spec")]) -> dict[str, Any]:
    """Finish what an onboarding left undone.

    Args:
        name: of the onboarding, as in its spec.
    """
    with remote(Settings.from_environment()) as where:
        return carry_out(where, take_up_labels(name))
