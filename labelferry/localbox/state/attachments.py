"""Attachments of single data rows: stored in the row, found by their own ids."""

from typing import Any

from labelferry.localbox.errors import MalformedError, NotFoundError
from labelferry.localbox.ids import new_id
from labelferry.localbox.state import data_rows
from labelferry.localbox.state.data_rows import DataRow
from labelferry.localbox.state.database import Session, as_json
from labelferry.localbox.state.filestore import relative

FIELDS = ("type", "value", "name")
HOLDER = (
    "SELECT r.id FROM data_rows r, json_each(r.attachments) a WHERE json_extract(a.value, '$.id') = ? ORDER BY r.seq"
)


def add(session: Session, row_id: str, data: dict[str, Any]) -> dict[str, Any]:
    """Add an attachment to a row."""
    row = data_rows.get(session, row_id)
    made = {"id": new_id(), **{name: data.get(name) for name in FIELDS}, "value": _value(data["value"])}
    _keep(session, row, [*row.attached, made])
    return made


def update(session: Session, attachment_id: str | None, data: dict[str, Any]) -> dict[str, Any]:
    """Change the named fields of an attachment."""
    row = _holder(session, attachment_id)
    changes = {name: data[name] for name in FIELDS if data.get(name) is not None}
    if "value" in changes:
        changes["value"] = _value(changes["value"])
    kept = [each | changes if each["id"] == attachment_id else each for each in row.attached]
    _keep(session, row, kept)
    return next(each for each in kept if each["id"] == attachment_id)


def delete(session: Session, attachment_id: str | None) -> str:
    """Remove an attachment from its row."""
    row = _holder(session, attachment_id)
    _keep(session, row, [each for each in row.attached if each["id"] != attachment_id])
    return str(attachment_id)


def _value(given: str) -> str:
    if not given:
        raise MalformedError("An attachment needs a value")
    return relative(given)


def _holder(session: Session, attachment_id: str | None) -> DataRow:
    row_id = session.value(HOLDER, (attachment_id,))
    if row_id is None:
        raise NotFoundError.of("Attachment", attachment_id)
    return data_rows.get(session, row_id)


def _keep(session: Session, row: DataRow, attached: list[dict[str, Any]]) -> None:
    data_rows.update(session, row.id, {"attachments": as_json(attached)})
