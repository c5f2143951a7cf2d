"""What onboard would do, before it does anything."""

from typing import Annotated, Any

from prefect import flow
from prefect.runtime import flow_run
from pydantic import Field

from labelferry.remote import remote
from labelferry.settings import Settings
from labelferry.spec import Spec, name_of
from tasks.labels import assemble_labels
from tasks.plans import make_plan

__all__ = ["plan"]


def run_name() -> str:
    """What Prefect's UI calls the run."""
    return f"plan {name_of(flow_run.parameters.get('spec', ''))}"


@flow(name="plan", flow_run_name=run_name, persist_result=False)
def plan(
    spec: Annotated[str | Spec, Field(description="Path of a spec file on the worker, or the spec itself")],
) -> dict[str, Any]:
    """Say what onboard would do with a spec. Changes nothing.

    Args:
        spec: path of a spec file on the worker, or the spec itself.
    """
    with remote(Settings.from_environment()) as where:
        return make_plan(where, assemble_labels(where, spec))
