"""Attachments and metadata of existing data rows."""

from typing import Any

from labelferry.localbox.context import Context
from labelferry.localbox.errors import NotFoundError
from labelferry.localbox.resolvers.registry import mutation, query
from labelferry.localbox.state import attachments, row_metadata
from labelferry.localbox.state.data_rows import DataRow

NO_SCHEMA = "Schema did not exist"  # the words that the official SDK's tests read


@mutation("createDataRowAttachment")
def create_attachment(_: None, context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """Add an attachment to a row."""
    return _shown(context, attachments.add(context.session, data["dataRowId"], data))


@mutation("updateDataRowAttachment")
def update_attachment(_: None, context: Context, where: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    """Change an attachment."""
    return _shown(context, attachments.update(context.session, where.get("id"), data))


@mutation("deleteDataRowAttachment")
def delete_attachment(_: None, context: Context, where: dict[str, Any]) -> dict[str, str]:
    """Remove an attachment from its row."""
    return {"id": attachments.delete(context.session, where.get("id"))}


def _shown(context: Context, attachment: dict[str, Any]) -> dict[str, Any]:
    return attachment | {"value": context.url(attachment["value"])}


@mutation("upsertDataRowCustomMetadata")
def upsert_metadata(_: None, context: Context, data: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Set metadata of rows; return those that failed, each with the reason."""
    failed = []
    for asked in data:
        try:
            row_metadata.put(context.session, asked)
        except NotFoundError as error:
            names = {name: asked.get(name) for name in ("dataRowId", "globalKey", "fields")}
            failed.append(names | {"error": str(error)})
    return failed


@mutation("deleteDataRowCustomMetadata")
def delete_metadata(
    _: None,
    context: Context,
    dataRowIdentifiers: list[dict[str, Any]] | None = None,  # noqa: N803 - the schema's word
) -> list[dict[str, Any]]:
    """Remove metadata of rows; return those that failed, each with the reason."""
    failed = []
    for asked in dataRowIdentifiers or []:
        named = asked["dataRowIdentifier"]
        try:
            row = _row(context, named["id"], named["idType"])
        except NotFoundError as error:
            failed.append(_unmoved(named["id"], asked["schemaIds"], str(error)))
            continue
        absent = row_metadata.take_away(context.session, row, asked["schemaIds"])
        if absent:
            failed.append(_unmoved(row.id, absent, NO_SCHEMA))
    return failed


def _unmoved(row_id: str, schema_ids: list[str], reason: str) -> dict[str, Any]:
    return {"dataRowId": row_id, "fields": [{"schemaId": each} for each in schema_ids], "error": reason}


@query("dataRowCustomMetadata")
def read_metadata(_: None, context: Context, where: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Return the metadata of rows."""
    asked = (where or {}).get("dataRowIdentifiers") or {"ids": [], "idType": "ID"}
    rows = [_row(context, each, asked["idType"]) for each in asked["ids"]]
    return [row_metadata.read(context.session, row) for row in rows]


def _row(context: Context, value: str, id_type: str) -> DataRow:
    by_key = id_type == "GKEY"
    return row_metadata.find(context.session, None if by_key else value, value if by_key else None)
