"""Slices: searches that are saved in the catalog, in the form of an export's filters."""

from dataclasses import dataclass
from typing import Any

import orjson

from labelferry.localbox.errors import NotFoundError
from labelferry.localbox.ids import new_id, now
from labelferry.localbox.state import data_rows, export_filters
from labelferry.localbox.state.database import Session, as_json


@dataclass(frozen=True)
class Slice:
    """A saved search."""

    id: str
    name: str
    description: str | None
    query: str
    sorting: str
    created_at: str
    updated_at: str

    @property
    def filters(self) -> dict[str, Any]:
        """The filters of an export of its rows."""
        return _filters(orjson.loads(self.query))


def _filters(query: Any) -> dict[str, Any]:
    return {"searchQuery": {"query": query}}


def create(session: Session, asked: dict[str, Any]) -> Slice:
    """Save a search.

    Raises:
        MalformedError: one of its filters is not known.
    """
    export_filters.condition(_filters(asked["filter"]))
    kept = {"query": as_json(asked["filter"]), "sorting": as_json(asked.get("sorting") or [])}
    made, times = new_id(), dict.fromkeys(("created_at", "updated_at"), now())
    session.insert("slices", id=made, name=asked["name"], description=asked.get("description"), **kept, **times)
    return get(session, made)


def get(session: Session, slice_id: str) -> Slice:
    """Return the slice with that id."""
    found = session.one(Slice, "SELECT * FROM slices WHERE id = ?", (slice_id,))
    if found is None:
        raise NotFoundError.of("CatalogSlice", slice_id)
    return found


def every(session: Session) -> list[Slice]:
    """Return all slices, oldest first."""
    return session.all(Slice, "SELECT * FROM slices ORDER BY seq")


def delete(session: Session, slice_id: str) -> None:
    """Remove a slice; its rows stay."""
    session.delete("slices", get(session, slice_id).id)


def rows(session: Session, saved: Slice) -> list[data_rows.DataRow]:
    """Return the rows that a search finds now, oldest first."""
    text, values = export_filters.condition(saved.filters)
    return session.all(data_rows.DataRow, f"SELECT * FROM data_rows r WHERE {text} ORDER BY seq", tuple(values))  # noqa: S608
