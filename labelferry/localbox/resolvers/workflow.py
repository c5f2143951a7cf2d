"""The workflow of a project: queues, moves, priorities, assignments, and the overview of them."""

from typing import Any

from labelferry.localbox import work
from labelferry.localbox.context import Context
from labelferry.localbox.resolvers.registry import field, mutation, query
from labelferry.localbox.state import data_rows, filters, organization, projects, sending, workflow
from labelferry.localbox.state.data_rows import DataRow
from labelferry.localbox.state.projects import Project
from labelferry.localbox.state.workflow import TaskQueue


@field("Project", "taskQueues")
def task_queues(source: Project, context: Context) -> list[TaskQueue]:
    """Return the queues of the project's workflow."""
    return workflow.queues(context.session, source.id)


@field("TaskQueue", "dataRowCount")
def queue_size(source: TaskQueue, context: Context, input: dict[str, Any] | None = None) -> int:  # noqa: A002
    """Return how many rows a queue holds, of all batches or of those that a search names."""
    search = (input or {}).get("searchQuery") or {}
    named = [item["ids"] for item in search.get("query") or [] if item.get("type") == "batch"]
    if not named:
        return source.data_row_count
    stage = next(stage for stage in workflow.QUEUES if stage.queue_type == source.queue_type)
    return workflow.standing(context.session, search["scope"]["projectId"], named[0])[stage.exported]


@field("Project", "workstreamStateCounts")
def state_counts(source: Project, context: Context, batchIds: list[str] | None = None) -> list[dict[str, Any]]:  # noqa: N803
    """Return how many rows are in each state, of all batches or of some."""
    counts = workflow.standing(context.session, source.id, batchIds)
    everything, waiting = sum(counts.values()), counts[workflow.LABELLING.exported]
    states = {
        "Unlabeled": waiting,
        "Labeled": everything - waiting,
        "InReview": counts[workflow.REVIEW.exported],
        "InRework": counts[workflow.REWORK.exported],
        "Skipped": 0,
        "Done": counts[workflow.DONE.exported],
        "All": everything,
    }
    return [{"state": state, "count": count} for state, count in states.items()]


@field("Project", "completedDataRowCount")
def completed(source: Project, context: Context) -> int:
    """Return how many rows are done."""
    return workflow.standing(context.session, source.id)[workflow.DONE.exported]


@field("ProjectMutation", "createBulkAddRowsToQueueTask")
def move(source: Project, context: Context, data: dict[str, Any]) -> dict[str, str]:
    """Start moving rows to a queue."""
    return {"taskId": work.start(context.session, workflow.start(context.session, workflow.MOVING, source.id, data))}


@mutation("sendToAnnotateFromCatalog")
def send(_: None, context: Context, input: dict[str, Any]) -> dict[str, str]:  # noqa: A002 - the schema's word
    """Start sending rows from the catalog to a project."""
    return {"taskId": work.start(context.session, sending.start(context.session, input))}


@field("ProjectMutation", "createQueuePriorityUpdateTask")
def reprioritize(source: Project, context: Context, data: dict[str, Any]) -> dict[str, str]:
    """Start giving rows another priority."""
    return {"taskId": work.start(context.session, workflow.start(context.session, workflow.PRIORITY, source.id, data))}


@field("Project", "labelingParameterOverrides")
def overrides(source: Project, context: Context, skip: int = 0, first: int = 100, **_: Any) -> list[dict[str, Any]]:
    """Return the priority of each of the project's rows."""
    sql = "SELECT data_row_id, priority FROM batch_rows WHERE project_id = ? ORDER BY seq"
    found = filters.page(context.session.rows(sql, (source.id,)), skip, first)
    return [{"id": row["data_row_id"], "priority": row["priority"], "numberOfLabels": 1} for row in found]


@field("LabelingParameterOverride", "dataRow")
def overridden(source: dict[str, Any], context: Context) -> DataRow:
    """Return the row that has this priority."""
    return data_rows.get(context.session, source["id"])


@field("ProjectMutation", "setLabelingParameterOverrides")
def override(source: Project, context: Context, dataWithDataRowIdentifiers: list[dict[str, Any]]) -> dict[str, bool]:  # noqa: N803
    """Give each row a priority of its own."""
    for each in dataWithDataRowIdentifiers:
        named = each["dataRowIdentifier"]
        for row_id in workflow.rows(context.session, source.id, {"ids": [named["id"]], "idType": named["idType"]}):
            workflow.prioritize(context.session, source.id, row_id, each["priority"])
    return {"success": True}


@mutation("bulkAssignDataRows")
def assign(_: None, context: Context, input: dict[str, Any]) -> dict[str, bool]:  # noqa: A002
    """Assign rows to a user."""
    owner = projects.get(context.session, input["projectId"])
    whom = organization.user(context.session, input["userId"])
    workflow.assign(context.session, owner.id, input["dataRowIds"], whom.id)
    return {"success": True}


@mutation("extendReservations")
def extend(_: None, context: Context, projectId: str, queueType: str) -> int:  # noqa: ARG001, N803
    """Extend the reservations of the user: nobody labels here, so there are none."""
    projects.get(context.session, projectId)
    return 0


@query("projectWorkflow")
def config(_: None, context: Context, projectId: str) -> dict[str, Any]:  # noqa: N803
    """Return a project's workflow as it was last saved."""
    return workflow.config(context.session, projectId)


@mutation("updateProjectWorkflow")
def save(_: None, context: Context, input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002
    """Keep a project's workflow."""
    return workflow.save(context.session, input["projectId"], input["config"])
