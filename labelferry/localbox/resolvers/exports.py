"""Exports: starting them, and reading their streams chunk by chunk."""

from typing import Any

from labelferry.localbox import work
from labelferry.localbox.context import Context
from labelferry.localbox.resolvers.registry import field, mutation, query
from labelferry.localbox.state import exports, jobs
from labelferry.localbox.state.jobs import Job


def started(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """Start an export and return what refers to it."""
    job_id = exports.start(context.session, data, base_url=context.base_url)
    return {"taskId": work.start(context.session, job_id), "isStreamable": True}


@mutation("exportDataRowsInProject")
def export_project(_: None, context: Context, input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002
    """Start an export of a project's rows."""
    exports.check_project(context.session, input)
    return started(context, input)


@mutation("exportDataRowsInCatalog")
def export_catalog(_: None, context: Context, input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002
    """Start an export of any rows."""
    return started(context, input)


@query("task")
def task(_: None, context: Context, where: dict[str, Any] | None = None) -> Job:
    """Return a job whose streams are read next."""
    return jobs.get(context.session, (where or {}).get("id"))


@field("ExportTaskView", "exportMetadataHeader")
def header(source: Job, context: Context, streamType: str) -> dict[str, int] | None:  # noqa: N803
    """Return a stream's size; null when the stream does not exist."""
    return exports.header(context.session, source.id, streamType)


@field("ExportTaskView", "exportFileFromOffset")
def chunk(source: Job, context: Context, streamType: str, offset: int) -> dict[str, Any] | None:  # noqa: N803
    """Return the chunk of a stream that contains a byte; null beyond the end."""
    piece = exports.chunk(context.session, source.id, streamType, offset)
    if piece is None:
        return None
    return {
        "offsets": {"start": piece.first_byte, "end": piece.last_byte},
        "lines": {"start": piece.first_line, "end": piece.last_line},
        "file": context.url(piece.file),
    }
