"""Metadata of existing data rows: set, removed and read in bulk, each row by its id or its global key."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from labelferry.localbox.errors import NotFoundError
from labelferry.localbox.state import data_rows, metadata
from labelferry.localbox.state.data_rows import DataRow
from labelferry.localbox.state.database import Session, as_json

Value = dict[str, Any]


def put(session: Session, asked: dict[str, Any]) -> None:
    """Set fields of one row; its other fields stay.

    Raises:
        NotFoundError: the row or field does not exist.
    """
    row = find(session, asked.get("dataRowId"), asked.get("globalKey"))
    sent = [{"schemaId": each["schemaId"], "value": each.get("value")} for each in asked["fields"]]
    owners = _owners(session)
    unknown = [each["schemaId"] for each in sent if each["schemaId"] not in owners]
    if unknown:
        raise NotFoundError.of("Custom metadata field", unknown[0])
    fresh = {owners[each["schemaId"]] for each in sent}
    _keep(session, row, [*_without(row, fresh, owners), *sent])


def take_away(session: Session, row: DataRow, field_ids: Iterable[str]) -> list[str]:
    """Remove fields of one row, an option counting for its enum; return those that the row did not have."""
    owners = _owners(session)
    unwanted = {each: owners.get(each, each) for each in field_ids}
    had = {owners.get(_named(value)) for value in row.metadata_values}
    _keep(session, row, _without(row, set(unwanted.values()), owners))
    return [each for each, owner in unwanted.items() if owner not in had]


def repeated(values: Iterable[Value]) -> list[str]:
    """Return the ids of the fields that one row's metadata names more than once."""
    counts = Counter(value.get("schemaId") or value.get("schema_id") for value in values)
    return [field_id for field_id, count in counts.items() if field_id and count > 1]


def unknown(session: Session, values: list[Value]) -> list[str]:
    """Return the fields of one row's metadata that the organisation does not have, by name or id."""
    owners = _owners(session) if values else {}
    return [named for named in map(_named, values) if named not in owners]


def find(session: Session, row_id: str | None, key: str | None) -> DataRow:
    """Return the row with that id or that global key."""
    row = data_rows.with_key(session, key) if key is not None else data_rows.get(session, row_id)
    if row is None:
        raise NotFoundError.of("DataRow", key)
    return row


def read(session: Session, row: DataRow) -> dict[str, Any]:
    """Return one row's metadata as pairs of schema id and value."""
    return {"dataRowId": row.id, "globalKey": row.global_key, "fields": metadata.raw(session, row.metadata_values)}


def _owners(session: Session) -> dict[str, str]:
    """Return the ids of fields, the ids of their options and their names, each mapped to the id of the field."""
    owners: dict[str, str] = {}
    for each in metadata.fields(session):
        owners |= dict.fromkeys([each["name"], each["id"], *(option["id"] for option in each["options"])], each["id"])
    return owners


def _without(row: DataRow, field_ids: set[str], owners: dict[str, str]) -> list[Value]:
    return [value for value in row.metadata_values if owners.get(_named(value)) not in field_ids]


def _named(value: Value) -> str:
    return str(value.get("schemaId") or value.get("schema_id") or value.get("name"))


def _keep(session: Session, row: DataRow, values: list[Value]) -> None:
    data_rows.update(session, row.id, {"metadata": as_json(values)})
