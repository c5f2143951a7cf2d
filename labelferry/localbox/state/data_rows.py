"""Data rows: the assets. A global key is unique in the organisation, ignoring case."""

import re
from dataclasses import dataclass
from typing import Any

import orjson

from labelferry.localbox.errors import NotFoundError
from labelferry.localbox.ids import new_id, now
from labelferry.localbox.state import behaviour, filters
from labelferry.localbox.state.database import Session, as_json
from labelferry.localbox.state.filestore import relative

KEY_LENGTH = 200
KEY_TEXT = re.compile(r"[A-Za-z0-9!_.*'()&$@=;/:+ ,?-]+")
LOOK_UP_SIZE = 500


@dataclass(frozen=True)
class DataRow:
    """One asset."""

    id: str
    dataset_id: str
    global_key: str | None
    external_id: str | None
    row_data: str
    media_type: str | None
    media_attributes: str | None
    metadata: str
    attachments: str
    created_at: str
    updated_at: str

    @property
    def media(self) -> dict[str, Any] | None:
        """Width, height, frame rate and so on, as far as the file could be read."""
        return None if self.media_attributes is None else orjson.loads(self.media_attributes)

    @property
    def metadata_values(self) -> list[dict[str, Any]]:
        """The metadata fields as they were sent."""
        values: list[dict[str, Any]] = orjson.loads(self.metadata)
        return values

    @property
    def attached(self) -> list[dict[str, Any]]:
        """The attachments, each with an id."""
        values: list[dict[str, Any]] = orjson.loads(self.attachments)
        return values


def key_fault(key: str) -> str | None:
    """Return what is wrong with a global key, or None."""
    if not key.strip():
        return "Global key is empty"
    if len(key) > KEY_LENGTH:
        return f"Global key is longer than {KEY_LENGTH} characters: '{key[:40]}...'"
    if key != key.strip() or not KEY_TEXT.fullmatch(key):
        return f"Global key has characters that are not allowed: '{key}'"
    return None


def create(session: Session, dataset_id: str, values: dict[str, Any]) -> str:
    """Create a row and return its id."""
    row_id, made = new_id(), now()
    session.insert(
        "data_rows",
        id=row_id,
        dataset_id=dataset_id,
        **{"metadata": "[]", "attachments": "[]"} | values,
        created_at=made,
        updated_at=made,
    )
    return row_id


def columns(payload: dict[str, Any]) -> dict[str, Any]:
    """Return the columns that an upload's payload sets, and no others."""
    taken: dict[str, Any] = {
        name: payload[name] for name in ("global_key", "external_id", "media_type") if name in payload
    }
    if "row_data" in payload:
        data = payload["row_data"]
        taken["row_data"] = relative(data) if isinstance(data, str) else as_json(data)
    for name in ("metadata_fields", "metadata"):  # the SDK's name on create, and the one on upsert
        if name in payload:
            taken["metadata"] = as_json(payload[name])
    if "attachments" in payload:
        taken["attachments"] = as_json([_attachment(each) for each in payload["attachments"]])
    return taken


def _attachment(sent: dict[str, Any]) -> dict[str, Any]:
    value = sent.get("value")
    kept = relative(value) if isinstance(value, str) else value
    return {"id": new_id(), "type": sent.get("type"), "value": kept, "name": sent.get("name")}


def update(session: Session, row_id: str | None, changes: dict[str, Any]) -> DataRow:
    """Change the named fields."""
    row = get(session, row_id)
    session.update("data_rows", row.id, updated_at=now(), **changes)
    return get(session, row.id)


def get(session: Session, row_id: str | None) -> DataRow:
    """Return the row with that id."""
    row = session.one(DataRow, "SELECT * FROM data_rows WHERE id = ?", (row_id,))
    if row is None:
        raise NotFoundError.of("DataRow", row_id)
    return row


def with_key(session: Session, key: str) -> DataRow | None:
    """Return the row with a global key, or None."""
    return session.one(DataRow, "SELECT * FROM data_rows WHERE global_key = ?", (key,))


def of_dataset(
    session: Session, dataset_id: str, *, where: dict[str, Any] | None, before: str | None, first: int
) -> tuple[list[DataRow], str | None]:
    """Return a page of a dataset's rows, newest first, and the cursor of the next page."""
    named = {"external_id": "externalId", "global_key": "globalKey", "id": "id", "row_data": "rowData"}
    wanted = {column: (where or {}).get(name) for column, name in named.items()}
    tests = "".join(f" AND {column} = :{column}" for column, value in wanted.items() if value is not None)
    rows = session.rows(
        f"SELECT * FROM data_rows WHERE dataset_id = :dataset AND seq < :before{tests} "  # noqa: S608 - names are ours
        "ORDER BY seq DESC LIMIT :size",
        {**wanted, "dataset": dataset_id, "before": _cursor(session, before), "size": first + 1},
    )
    after = str(rows[first - 1]["seq"]) if len(rows) > first else None
    return [_row(row) for row in rows[:first]], after


def _cursor(session: Session, text: str | None) -> int:
    """Return where a page begins: at a cursor, or after the row whose id is given as one."""
    place = session.value("SELECT seq FROM data_rows WHERE id = ?", (text,))
    return int(place) if place is not None else filters.offset(text) or 2**62


def _row(row: dict[str, Any]) -> DataRow:
    return DataRow(**{name: value for name, value in row.items() if name != "seq"})


def ids_for(session: Session, column: str, values: list[str]) -> dict[str, str]:
    """Return row ids by global key (lower case) or by row id, for rows that exist."""
    found: dict[str, str] = {}
    for start in range(0, len(values), LOOK_UP_SIZE):
        part = values[start : start + LOOK_UP_SIZE]
        slots = ", ".join("?" * len(part))
        sql = f"SELECT {column} AS sought, id FROM data_rows WHERE {column} IN ({slots})"  # noqa: S608
        found |= {row["sought"].lower(): row["id"] for row in session.rows(sql, tuple(part))}
    return found


def with_external_ids(session: Session, external_ids: list[str]) -> list[dict[str, Any]]:
    """Return pairs of row id and external id."""
    slots = ", ".join("?" * len(external_ids))
    sql = f"SELECT id, external_id FROM data_rows WHERE external_id IN ({slots}) ORDER BY seq"  # noqa: S608
    return session.rows(sql, tuple(external_ids))


def delete(session: Session, row_ids: list[str]) -> list[str]:
    """Delete rows with everything on them and free their keys; return those that existed."""
    behaviour.hold_keys(session, row_ids)
    return [row_id for row_id in row_ids if session.delete("data_rows", row_id)]
