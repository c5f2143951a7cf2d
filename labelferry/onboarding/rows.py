"""Step 1: data rows by global key. Look up, create what is missing, reuse what exists."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labelferry.errors import ConflictError, RejectedError, UnavailableError
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.resolve import Kind, resolve
from labelferry.progress import announce

__all__ = ["RowsOutcome", "dataset_kind", "ensure_rows", "look_up_rows", "refuse_gone"]


@dataclass(frozen=True, slots=True)
class RowsOutcome:
    """How the rows came to be there; ``dataset`` is None when none had to be made."""

    created: int
    reused: int
    dataset: str | None = None
    dataset_created: bool = False


def ensure_rows(onboarding: Onboarding) -> RowsOutcome:
    """Make sure that every row of the manifest is in the catalog.

    Raises:
        ConflictError: when rows that were brought in before are gone.
        RejectedError: naming the rows that the service did not take.
        UnavailableError: when rows are still missing after an answer was lost.
    """
    missing, present = look_up_rows(onboarding)
    refuse_gone(onboarding, missing)
    if not missing:
        return RowsOutcome(0, len(present))
    dataset = resolve(dataset_kind(onboarding), onboarding.desired.spec.dataset, onboarding.ledger)
    _create(onboarding, dataset.id, missing)
    return RowsOutcome(len(missing), len(present), dataset.id, dataset.created)


def look_up_rows(onboarding: Onboarding) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the rows that are missing and those that are there, by global key."""
    rows = onboarding.desired.rows()
    found = onboarding.client.data_rows.lookup([row["global_key"] for row in rows])
    missing = [row for row in rows if found[row["global_key"]] is None]
    return missing, [row for row in rows if found[row["global_key"]] is not None]


def refuse_gone(onboarding: Onboarding, missing: Iterable[Mapping[str, Any]]) -> None:
    """Somebody deleted rows that were brought in: made anew, they would come without the labels that are called done.

    Raises:
        ConflictError: naming them.
    """
    brought = {key for entry in onboarding.ledger.entries("batch") for key in entry.detail.get("keys", ())}
    gone = [row["global_key"] for row in missing if row["global_key"] in brought]
    if gone:
        raise ConflictError(
            f"{len(gone)} rows that this onboarding brought in are gone, and their labels with them: "
            f"{', '.join(gone[:20])}; take them and their labels out of the sources, or give the onboarding a new name "
            "to carry everything anew"
        )


def dataset_kind(onboarding: Onboarding) -> Kind:
    """How datasets are found and made."""
    datasets = onboarding.client.datasets
    return Kind("dataset", datasets.get, datasets.find, datasets.create)


def _create(onboarding: Onboarding, dataset: str, rows: list[dict[str, Any]]) -> None:
    payloads = []
    for number, row in enumerate(rows):
        announce("data rows", number, len(rows))
        payloads.append(_payload(onboarding, row))
    keys = [row["global_key"] for row in rows]
    try:
        result = onboarding.client.data_rows.create(dataset, payloads)
    except UnavailableError as error:
        if not error.acted or None in onboarding.client.data_rows.lookup(keys).values():
            raise
        return
    if result.refused is not None:  # some were duplicates, so none was taken: now that they are known, the rest goes
        found = onboarding.client.data_rows.lookup(keys)
        rest = [payload for payload in payloads if found[payload["global_key"]] is None]
        if not rest:
            return
        result = onboarding.client.data_rows.create(dataset, rest)
    refused = [failure for failure in result.failures if not failure.is_duplicate]
    if refused:
        listed = "\n".join(f"  {failure.global_key}: {failure.message}" for failure in refused[:20])
        raise RejectedError(f"{len(refused)} of {len(rows)} data rows were refused:\n{listed}")


def _payload(onboarding: Onboarding, row: dict[str, Any]) -> dict[str, Any]:
    payload = {"row_data": row["row_data"], "global_key": row["global_key"], "media_type": "VIDEO"}
    if "file" in row:
        path = Path(row["file"])
        payload["row_data"] = onboarding.client.upload(path, path.name, "video/mp4")
    if "external_id" in row:
        payload["external_id"] = row["external_id"]
    if "metadata" in row:
        payload["metadata_fields"] = [{"name": name, "value": value} for name, value in row["metadata"].items()]
    if "attachments" in row:
        payload["attachments"] = row["attachments"]
    return payload
