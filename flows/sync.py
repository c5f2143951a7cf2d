"""The same as ``onboard``, for a schedule: a manifest or folder of labels that grows; only what is new moves."""

from typing import Annotated, Any

from prefect import flow
from pydantic import Field

from flows.onboard import onboard

__all__ = ["sync"]


@flow(name="sync", persist_result=False)
def sync(spec: Annotated[str, Field(description="Path of a spec file on the worker")]) -> dict[str, Any]:
    """Bring what is new in the files of a spec into Labelbox.

    Args:
        spec: path of a spec file on the worker.
    """
    return onboard(spec)
