"""The announcements of a run: its name, once its plan is known, and that a project is onboarded."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.events import emit_event
from prefect.runtime import flow_run

from labelferry.listing import counted
from labelferry.remote import Remote
from labelferry.reports import Report
from tasks.credentials import reference

__all__ = ["ONBOARDED", "call_run", "tell_onboarded"]

ONBOARDED = "labelferry.project.onboarded"


def call_run(plan: Mapping[str, Any]) -> None:
    """Name the run after its plan: "onboard tud-campus: 3 new rows"."""
    name = f"{flow_run.get_flow_name()} {plan['name']}: {gist(plan)}"
    with get_client(sync_client=True) as client:
        client.update_flow_run(UUID(flow_run.get_id()), name=name)


def gist(plan: Mapping[str, Any]) -> str:
    """Return a plan in a few words."""
    steps = plan["steps"]
    conflicts = sum(step["action"] == "conflict" for step in steps)
    rows, lines = (_created(steps, kind) for kind in ("data rows", "import"))
    if conflicts:
        return counted(conflicts, "conflict")
    if rows:
        return counted(rows, "new row")
    if lines:
        return counted(lines, "new line")
    if begun := sum(step["count"] for step in steps if step["kind"] == "import" and step["action"] == "update"):
        return f"{counted(begun, 'line')} to finish"
    if deleted := sum(step["count"] for step in steps if step["action"] == "delete"):
        return f"{counted(deleted, 'line')} to delete"
    return "changes" if any(step["action"] in ("create", "update") for step in steps) else "nothing new"


def tell_onboarded(report: Report, remote: Remote) -> dict[str, Any]:
    """Emit an event when labels were imported, for automations, and return the report as the flow's result.

    A run that did nothing emits none.
    """
    if report.outcome == "done":
        resource = {"prefect.resource.id": f"labelferry.onboarding.{report.name}", "prefect.resource.name": report.name}
        said = {name: getattr(report, name) for name in ("name", "imported_as", "project")}
        payload = {**said, "lines": report.accepted, "credentials": reference(remote)}
        emit_event(ONBOARDED, resource=resource, payload=payload)
    return report.to_dict()


def _created(steps: list[Mapping[str, Any]], kind: str) -> int:
    return sum(step["count"] for step in steps if step["kind"] == kind and step["action"] == "create")
