"""Schedules: only a spec that LABELFERRY_SYNC_SPEC names ever runs without someone pressing Run."""

from collections.abc import Iterator
from typing import Any

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    DeploymentFilterTags,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.sorting import FlowRunSort

from labelferry.spec import name_of

__all__ = ["describe_schedules", "settle_schedules", "without_schedules"]

OURS = DeploymentFilter(tags=DeploymentFilterTags(all_=["labelferry"]))
WAITING = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])))
PAGE = 100
NOTHING = "nothing is scheduled; to import a spec on a schedule, name it in LABELFERRY_SYNC_SPEC and deploy again"


def without_schedules(deployments: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the deployments of ``prefect.yaml`` with no spec filled in and nothing scheduled.

    The parameters are empty instead of missing, because Prefect otherwise keeps those of an earlier deployment. The
    schedules are missing, which keeps those created in Prefect's UI; an empty list will soon delete them.
    """
    return [{**each, "parameters": {}, "schedules": None} for each in deployments]


def settle_schedules(*, named: bool) -> None:
    """Delete what an earlier deployment scheduled and this one does not.

    A schedule that was created in Prefect's UI stays: only ours is named after its deployment.

    Args:
        named: whether a spec is named for our schedules; without one they are deleted.
    """
    with get_client(sync_client=True) as client:
        for deployment in client.read_deployments(deployment_filter=OURS):
            dropped = [each for each in deployment.schedules if each.slug == deployment.name and not named]
            for schedule in dropped:
                client.delete_deployment_schedule(deployment.id, schedule.id)
            deployment.schedules = [each for each in deployment.schedules if each not in dropped]
            _forget_runs(client, deployment)


def describe_schedules() -> str:
    """Return one line for each active schedule, or a line that there is none."""
    with get_client(sync_client=True) as client:
        lines = [line for each in client.read_deployments(deployment_filter=OURS) for line in _lines(each)]
    return "\n".join(sorted(lines)) or NOTHING


def _lines(deployment: DeploymentResponse) -> Iterator[str]:
    for each in deployment.schedules:
        if each.active and not deployment.paused:
            spec = name_of((deployment.parameters | each.parameters).get("spec", "no spec"))
            when = getattr(each.schedule, "cron", None) or str(each.schedule)
            zone = getattr(each.schedule, "timezone", None) or "UTC"
            yield f"scheduled: {deployment.name} at '{when}' ({zone}) for {spec}"


def _forget_runs(client: SyncPrefectClient, deployment: DeploymentResponse) -> None:
    """Delete waiting runs that no current schedule created, including old ones that no worker picked up."""
    parameters = {each.id: deployment.parameters | each.parameters for each in deployment.schedules}
    this = DeploymentFilter(id=DeploymentFilterId(any_=[deployment.id]))
    kept = 0
    while runs := client.read_flow_runs(
        flow_run_filter=WAITING,
        deployment_filter=this,
        sort=FlowRunSort.EXPECTED_START_TIME_ASC,
        limit=PAGE,
        offset=kept,
    ):
        for run in runs:
            if run.auto_scheduled and parameters.get(_schedule(run)) != run.parameters:
                client.delete_flow_run(run.id)
            else:
                kept += 1


def _schedule(run: FlowRun) -> Any:
    return run.created_by and run.created_by.id
