"""Uploaded files, and the data rows created from them."""

from typing import Any

import orjson

from labelferry.localbox import work
from labelferry.localbox.context import Context, Upload
from labelferry.localbox.resolvers.registry import mutation, query
from labelferry.localbox.state import files, jobs, uploads

LARGEST_PAGE = 5000


@mutation("uploadFile")
def upload_file(_: None, context: Context, file: Upload, **_length: Any) -> dict[str, Any]:
    """Store a file, whatever length is declared: clients get it wrong."""
    reference = files.keep(context.session, file.stream, file.name, file.content_type)
    return {"url": context.url(reference), "filename": file.name}


@mutation("upsertDataRows")
def upsert_data_rows(_: None, context: Context, data: dict[str, Any]) -> jobs.Job:
    """Start the job that reads a manifest."""
    job_id = uploads.start(context.session, data["manifestUri"])
    return jobs.get(context.session, work.start(context.session, job_id))


@query("successesfulDataRowImports")
def successes(_: None, context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """Return a page of the rows that an upload created or changed."""
    page = _page(context, data, failed=False)
    nodes = [
        {"id": row["id"], "externalId": row["external_id"], "globalKey": row["global_key"]}
        | {"rowData": context.url(row["row_data"])}
        for row in page.rows
        if row["id"] is not None
    ]
    return {"nodes": nodes, "after": page.after, "total": page.total}


@query("failedDataRowImports")
def failures(_: None, context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """Return a page of the items that an upload refused."""
    page = _page(context, data, failed=True)
    return {"results": [_failure(row) for row in page.rows], "after": page.after, "total": page.total}


def _page(context: Context, data: dict[str, Any], *, failed: bool) -> uploads.Page:
    first = max(1, min(data.get("first") or LARGEST_PAGE, LARGEST_PAGE))
    return uploads.outcomes(context.session, data["taskId"], failed=failed, after=data.get("from"), first=first)


def _failure(row: dict[str, Any]) -> dict[str, Any]:
    spec = orjson.loads(row["spec"])
    asset = spec.get("row_data")
    sent = {
        "externalId": _text(spec.get("external_id")),
        "globalKey": _text(spec.get("global_key")),
        "rowData": _text(asset),
        "metadata": _metadata(spec.get("metadata_fields") or spec.get("metadata")),
        "attachments": _attachments(spec.get("attachments")),
    }
    return {"message": row["message"], "spec": sent}


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()


def _objects(values: Any) -> list[dict[str, Any]]:
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def _metadata(values: Any) -> list[dict[str, Any]]:
    return [
        {
            "schemaId": _text(value.get("schemaId", value.get("schema_id"))),
            "value": value.get("value"),
            "name": _text(value.get("name")),
        }
        for value in _objects(values)
    ]


def _attachments(values: Any) -> list[dict[str, Any]]:
    return [{name: _text(value.get(name)) for name in ("type", "value", "name")} for value in _objects(values)]
