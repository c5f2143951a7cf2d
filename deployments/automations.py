"""Automations as code, updated by name: alerts, runs that died silently, and verify after an onboarding."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState, RunDeployment, SendNotification
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture

from tasks.events import ONBOARDED

__all__ = ["ensure_automations"]

RUNS = {"prefect.resource.id": "prefect.flow-run.*"}
OURS = {"prefect.resource.role": "tag", "prefect.resource.id": "prefect.tag.labelferry"}
BEAT = "prefect.flow-run.heartbeat"
ENDED = {f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Cancelled", "Crashed")}
SILENCE = timedelta(seconds=90)
"""Three periods of PREFECT_FLOWS_HEARTBEAT_FREQUENCY in prefect.yaml."""
STARTING = timedelta(minutes=15)
"""More than a run takes from its submission to its first line, including the pull of an image."""

SUBJECT = "labelferry: {{ flow_run.name }} {{ flow_run.state.name | lower }}"
BODY = "{{ flow_run.state.message }}\n\n{{ flow_run | ui_url }}"


def ensure_automations(alerts: UUID | None) -> list[str]:
    """Create or update the automations; return their names.

    Args:
        alerts: the notification block for failed and crashed runs; without one there are no alerts.
    """
    names = []
    with get_client(sync_client=True) as client:
        verify = client.read_deployment_by_name("verify/verify").id
        for automation in _wanted(verify, alerts):
            _ensure(client, automation)
            names.append(automation.name)
    return names


def _ensure(client: SyncPrefectClient, automation: AutomationCore) -> None:
    known = client.read_automations_by_name(automation.name)
    if not known:
        client.create_automation(automation)
        return
    client.update_automation(known[0].id, automation)
    for twin in known[1:]:
        client.delete_automation(twin.id)


def _wanted(verify: UUID, alerts: UUID | None) -> Iterator[AutomationCore]:
    yield _crashed_unless(
        "labelferry: silent runs have crashed",
        "A run whose process and worker have died no longer sends a heartbeat.",
        "No heartbeat: its process or worker was killed",
        after={BEAT},
        expect={BEAT, *ENDED},
        within=SILENCE,
    )
    yield _crashed_unless(
        "labelferry: runs that never began have crashed",
        "A run whose worker is killed while it starts the process stays pending.",
        "Never began: its worker was killed",
        after={"prefect.flow-run.Pending"},
        expect={"prefect.flow-run.Running", BEAT, *ENDED},
        within=STARTING,
    )
    yield AutomationCore(
        name="labelferry: verify what was onboarded",
        description="Imported labels are read back and compared with what was sent.",
        trigger=EventTrigger(expect={ONBOARDED}, posture=Posture.Reactive, threshold=1),
        actions=[RunDeployment(source="selected", deployment_id=verify, parameters=PARAMETERS)],
    )
    if alerts is not None:
        yield _told(alerts)


def _crashed_unless(
    name: str, description: str, message: str, *, after: set[str], expect: set[str], within: timedelta
) -> AutomationCore:
    """Return the automation that marks our run as crashed if none of ``expect`` happens in time."""
    return AutomationCore(
        name=name,
        description=description,
        trigger=EventTrigger(
            match=RUNS,
            match_related=OURS,
            for_each={"prefect.resource.id"},
            after=after,
            expect=expect,
            posture=Posture.Proactive,
            threshold=1,
            within=within,
        ),
        actions=[ChangeFlowRunState(state=StateType.CRASHED, message=message)],
    )


def _told(alerts: UUID) -> AutomationCore:
    return AutomationCore(
        name="labelferry: tell of failed and crashed runs",
        description="Notifies the block that LABELFERRY_ALERTS names.",
        trigger=EventTrigger(
            match=RUNS,
            match_related=OURS,
            expect={"prefect.flow-run.Failed", "prefect.flow-run.Crashed"},
            posture=Posture.Reactive,
            threshold=1,
        ),
        actions=[SendNotification(block_document_id=alerts, subject=SUBJECT, body=BODY)],
    )


def _from_event(field: str) -> dict[str, object]:
    """Return a field of the event's payload as a value, not as text."""
    template = f"{{{{ event.payload.{field} | tojson }}}}"
    return {"__prefect_kind": "json", "value": {"__prefect_kind": "jinja", "template": template}}


PARAMETERS = {"spec": _from_event("name"), "credentials": _from_event("credentials")}
