"""The first exports: data rows and labels, for SDKs before 5."""

from collections.abc import Callable
from typing import Any

from labelferry.localbox.context import Context
from labelferry.localbox.ids import now
from labelferry.localbox.resolvers.registry import mutation
from labelferry.localbox.state import exports_v1

Data = dict[str, Any]


def _written(context: Context, reference: str) -> Data:
    return {"downloadUrl": context.url(reference), "createdAt": now(), "status": "COMPLETE", "shouldPoll": False}


def _rows(context: Context, data: Data, read: Callable[..., str], of: str) -> Data:
    wanted = data["includeMetadataInput"]
    return _written(context, read(context.session, data[of], context.base_url, with_metadata=wanted))


@mutation("exportDatasetDataRows")
def dataset_rows(_: None, context: Context, data: Data) -> Data:
    """Export the rows of a dataset."""
    return _rows(context, data, exports_v1.dataset_rows, "datasetId")


@mutation("exportBatchDataRows")
def batch_rows(_: None, context: Context, data: Data) -> Data:
    """Export the rows of a batch."""
    return _rows(context, data, exports_v1.batch_rows, "batchId")


@mutation("exportQueuedDataRows")
def queued_rows(_: None, context: Context, data: Data) -> Data:
    """Export the rows of a project that wait to be labelled."""
    return _rows(context, data, exports_v1.queued_rows, "projectId")


@mutation("exportLabels")
def labels(_: None, context: Context, data: Data) -> Data:
    """Export the labels of a project."""
    filters = data.get("filters") or {}
    return _written(context, exports_v1.project_labels(context.session, data["projectId"], filters, context.base_url))
