"""Batches."""

from typing import Any

from labelferry.localbox import work
from labelferry.localbox.context import Context
from labelferry.localbox.resolvers.registry import field, query
from labelferry.localbox.state import batches, projects
from labelferry.localbox.state.batches import Batch
from labelferry.localbox.state.projects import Project

PAGE = 100


@field("Project", "batches")
def project_batches(
    source: Project, context: Context, where: dict[str, Any] | None = None, after: str | None = None, first: int = PAGE
) -> dict[str, Any]:
    """Return one of the project's batches, or a page of them."""
    wanted = (where or {}).get("id")
    if wanted is not None:
        return {"nodes": [batches.get(context.session, source.id, wanted)], "pageInfo": {"endCursor": None}}
    found, cursor = batches.of_project(context.session, source.id, after, max(1, min(first or PAGE, 5000)))
    return {"nodes": found, "pageInfo": {"endCursor": cursor}}


@query("batch")
def batch(_: None, context: Context, where: dict[str, Any] | None = None) -> Batch:
    """Return one batch, in any project."""
    return batches.find(context.session, str((where or {}).get("id")))


@field("Batch", "size")
def size(source: Batch, context: Context) -> int:
    """Return the number of rows."""
    return batches.size(context.session, source.id)


@field("Batch", "project")
def batch_project(source: Batch, context: Context) -> Project:
    """Return the project of a batch."""
    return projects.get(context.session, source.project_id)


@field("ProjectMutation", "createBatchV2")
def create(source: Project, context: Context, input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002
    """Create a batch with rows."""
    batch, failed = batches.create(context.session, source.id, input)
    return {"batch": batch, "failedDataRowIds": failed}


@field("ProjectMutation", "createEmptyBatch")
def create_empty(source: Project, context: Context, input: dict[str, Any]) -> Batch:  # noqa: A002
    """Create a batch without rows."""
    return batches.create_empty(context.session, source.id, input["name"], input.get("consensusSettings"))


@field("ProjectMutation", "addDataRowsToBatchAsync")
def add_rows(source: Project, context: Context, input: dict[str, Any]) -> dict[str, str]:  # noqa: A002
    """Start putting rows into a batch."""
    return {"taskId": work.start(context.session, batches.start_adding(context.session, source.id, input))}


@field("ProjectMutation", "createBatches")
@field("ProjectMutation", "createBatchesFromDataset")
def create_many(source: Project, context: Context, input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002
    """Start creating numbered batches."""
    tasks = batches.start_many(context.session, source.id, input)
    for task in tasks:
        work.start(context.session, task["taskId"])
    return {"tasks": tasks}


@field("ProjectMutation", "removeQueuedDataRowsFromBatch")
def remove_queued(source: Project, context: Context, batchId: str) -> dict[str, str]:  # noqa: N803
    """Remove the unlabelled rows from a batch."""
    return {"id": batches.remove_queued(context.session, source.id, batchId).id}


@field("ProjectMutation", "deleteBatch")
def delete(source: Project, context: Context, batchId: str) -> dict[str, str]:  # noqa: N803
    """Delete a batch."""
    return {"deletedBatchId": batches.delete(context.session, source.id, batchId)}


@field("ProjectMutation", "deleteBatchLabels")
def delete_labels(source: Project, context: Context, batchId: str, data: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
    """Delete the labels of a batch's rows; as templates, their annotations stay as pre-labels."""
    templates = data["type"] == "RequeueDataWithLabelAsTemplate"
    return {"deletedLabelIds": batches.delete_labels(context.session, source.id, batchId, templates=templates)}
