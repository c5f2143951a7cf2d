"""Data rows."""

from typing import Any

from labelferry.localbox.context import Context
from labelferry.localbox.errors import ConflictError, MalformedError
from labelferry.localbox.resolvers.registry import field, mutation, query
from labelferry.localbox.state import data_rows, datasets, filters, known_media, labels, metadata
from labelferry.localbox.state.data_rows import DataRow
from labelferry.localbox.state.filestore import relative


@query("dataRow")
def data_row(_: None, context: Context, where: dict[str, Any] | None = None) -> DataRow:
    """Return one row."""
    return data_rows.get(context.session, (where or {}).get("id"))


@query("queryAllDataRowsHaveBeenProcessed")
def all_processed(_: None, _context: Context, **_keys: Any) -> dict[str, bool]:
    """Return true: rows are processed in the transaction that creates them."""
    return {"allDataRowsHaveBeenProcessed": True}


@query("externalIdsToDataRowIds")
def by_external_ids(_: None, context: Context, externalId_in: list[str]) -> list[dict[str, str]]:  # noqa: N803
    """Return row ids for external ids."""
    found = data_rows.with_external_ids(context.session, externalId_in[:5000])
    return [{"dataRowId": row["id"], "externalId": row["external_id"]} for row in found]


@query("customMetadataOntology")
def metadata_ontology(_: None, context: Context) -> list[dict[str, Any]]:
    """Return the metadata fields."""
    return metadata.fields(context.session)


@mutation("upsertCustomMetadataSchema")
def upsert_metadata_field(_: None, context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """Create or change a metadata field."""
    return metadata.upsert(context.session, data)


@mutation("deleteCustomMetadataSchema")
def delete_metadata_field(_: None, context: Context, schema: dict[str, Any]) -> dict[str, bool]:
    """Delete a metadata field."""
    return {"success": metadata.delete(context.session, schema.get("id"))}


@mutation("updateDataRow")
def update_data_row(_: None, context: Context, where: dict[str, Any], data: dict[str, Any]) -> DataRow:
    """Change a row's key, external id or asset."""
    row = data_rows.get(context.session, where.get("id"))
    named = {"externalId": "external_id", "globalKey": "global_key", "rowData": "row_data"}
    changes = {column: data[name] for name, column in named.items() if name in data}
    _check_key(context, row, changes.get("global_key"))
    if changes.get("row_data"):
        changes["row_data"] = relative(changes["row_data"])
        changes["media_attributes"] = known_media.attributes(context.session, changes["row_data"])
    return data_rows.update(context.session, row.id, changes)


def _check_key(context: Context, row: DataRow, key: str | None) -> None:
    if key is None:
        return
    fault = data_rows.key_fault(key)
    if fault is not None:
        raise MalformedError(fault)
    holder = data_rows.with_key(context.session, key)
    if holder is not None and holder.id != row.id:
        raise ConflictError(f"Duplicate global key: '{key}'")


@mutation("deleteDataRows")
def delete_data_rows(_: None, context: Context, where: dict[str, Any]) -> list[dict[str, str]]:
    """Delete rows."""
    return [{"id": row_id} for row_id in data_rows.delete(context.session, where["dataRowIds"])]


@field("DataRow", "rowData")
def row_data(source: DataRow, context: Context) -> str | None:
    """Return the asset: a URL under the requested host when the file is our own."""
    return context.url(source.row_data)


@field("DataRow", "mediaAttributes")
def media_attributes(source: DataRow, _: Context) -> dict[str, Any] | None:
    """Return the attributes of the video."""
    return source.media


@field("DataRow", "metadataFields")
def metadata_fields(source: DataRow, context: Context) -> list[dict[str, Any]]:
    """Return the metadata as sent, with names and kinds where the field is known."""
    return metadata.described(context.session, source.metadata_values)


@field("DataRow", "customMetadata")
def custom_metadata(source: DataRow, context: Context) -> list[dict[str, Any]]:
    """Return the metadata as pairs of schema id and value."""
    return metadata.raw(context.session, source.metadata_values)


@field("DataRow", "attachments")
def attachments(source: DataRow, context: Context, skip: int = 0, first: int = 100, **_: Any) -> list[dict[str, Any]]:
    """Return a row's attachments."""
    found = [each | {"value": context.url(each["value"])} for each in source.attached]
    return filters.page(found, skip, first)


@field("DataRow", "dataset")
def dataset(source: DataRow, context: Context) -> datasets.Dataset:
    """Return the dataset of a row."""
    return datasets.get(context.session, source.dataset_id)


@field("DataRow", "labels")
def row_labels(
    source: DataRow,
    context: Context,
    where: dict[str, Any] | None = None,
    skip: int | None = None,
    first: int | None = None,
) -> list[labels.Label]:
    """Return a row's labels in all projects."""
    return labels.find(context.session, row_id=source.id, where=where, skip=skip, first=first)
