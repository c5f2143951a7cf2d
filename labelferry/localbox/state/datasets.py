"""Datasets: named collections of data rows."""

from dataclasses import dataclass
from typing import Any

from labelferry.localbox.errors import NotFoundError
from labelferry.localbox.ids import new_id, now
from labelferry.localbox.state import filters, settings
from labelferry.localbox.state.database import Session


@dataclass(frozen=True)
class Dataset:
    """A dataset."""

    id: str
    name: str
    description: str | None
    signer_id: str | None
    created_at: str
    updated_at: str


def create(session: Session, name: str, description: str | None) -> Dataset:
    """Create an empty dataset; names may repeat, and the description is empty by default."""
    dataset_id, made = new_id(), now()
    session.insert(
        "datasets", id=dataset_id, name=name, description=description or "", created_at=made, updated_at=made
    )
    return get(session, dataset_id)


def get(session: Session, dataset_id: str | None) -> Dataset:
    """Return the dataset with that id."""
    dataset = session.one(Dataset, "SELECT * FROM datasets WHERE id = ?", (dataset_id,))
    if dataset is None:
        raise NotFoundError.of("Dataset", dataset_id)
    return dataset


def find(session: Session, where: dict[str, Any] | None, skip: int | None, first: int | None) -> list[Dataset]:
    """Return the datasets that match a filter, newest first."""
    text, parameters = filters.condition(where)
    sql = f"SELECT * FROM datasets WHERE {text} ORDER BY seq DESC{filters.window(skip, first)}"  # noqa: S608
    return session.all(Dataset, sql, tuple(parameters))


def update(session: Session, dataset_id: str | None, changes: dict[str, Any]) -> Dataset:
    """Rename or delete a dataset; its rows and their keys are deleted with it."""
    dataset = get(session, dataset_id)
    if changes.get("deleted"):
        session.delete("datasets", dataset.id)
        return dataset
    kept = {name: value for name, value in changes.items() if name in {"name", "description"}}
    session.update("datasets", dataset.id, updated_at=now(), **kept)
    return get(session, dataset.id)


def sign(session: Session, dataset_id: str | None, signer_id: str | None) -> Dataset:
    """Set or clear the integration that signs the dataset's URLs."""
    dataset = get(session, dataset_id)
    session.update("datasets", dataset.id, signer_id=signer_id, updated_at=now())
    return get(session, dataset.id)


def row_count(session: Session, dataset_id: str) -> int:
    """Return the current number of rows in the dataset."""
    if settings.flawed(session, "row-count"):
        return 0
    return int(session.value("SELECT count(*) FROM data_rows WHERE dataset_id = ?", (dataset_id,)))
