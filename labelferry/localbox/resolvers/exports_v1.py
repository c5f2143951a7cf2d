"""The first exports: data rows and labels, for SDKs before 5."""

from typing import Any

from labelferry.localbox.context import Context
from labelferry.localbox.ids import now
from labelferry.localbox.resolvers.registry import mutation
from labelferry.localbox.state import exports_v1

Data = dict[str, Any]


def _written(context: Context, reference: str) -> Data:
    return {"downloadUrl": context.url(reference), "createdAt": now(), "status": "COMPLETE", "shouldPoll": False}


@mutation("exportDatasetDataRows")
def dataset_rows(_: None, context: Context, data: Data) -> Data:
    """Export the rows of a dataset."""
    wanted = data["includeMetadataInput"]
    found = exports_v1.dataset_rows(context.session, data["datasetId"], context.base_url, with_metadata=wanted)
    return _written(context, found)


@mutation("exportBatchDataRows")
def batch_rows(_: None, context: Context, data: Data) -> Data:
    """Export the rows of a batch."""
    wanted = data["includeMetadataInput"]
    found = exports_v1.batch_rows(context.session, data["batchId"], context.base_url, with_metadata=wanted)
    return _written(context, found)


@mutation("exportQueuedDataRows")
def queued_rows(_: None, context: Context, data: Data) -> Data:
    """Export the rows of a project that wait to be labelled."""
    wanted = data["includeMetadataInput"]
    found = exports_v1.queued_rows(context.session, data["projectId"], context.base_url, with_metadata=wanted)
    return _written(context, found)


@mutation("exportLabels")
def labels(_: None, context: Context, data: Data) -> Data:
    """Export the labels of a project."""
    filters = data.get("filters") or {}
    return _written(context, exports_v1.project_labels(context.session, data["projectId"], filters, context.base_url))
