"""Step 1: data rows by global key. Look up, create what is missing, compare what exists."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from labelferry.errors import ConflictError, DeadlineError, NotFoundError, RejectedError, SpecError, UnavailableError
from labelferry.labelbox import costs
from labelferry.labelbox.records import Failure
from labelferry.ledger import State
from labelferry.listing import counted
from labelferry.model.findings import Finding
from labelferry.model.keys import identity
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.plan import Action, PlannedStep, row_names
from labelferry.onboarding.steps.batch_claims import brought_in
from labelferry.onboarding.steps.created_rows import about_to_create, keep_created
from labelferry.onboarding.steps.drift import bring_up_to_date, find_drift, plan_drift, refuse_drift
from labelferry.onboarding.steps.keyless import assign_keys, plan_keys, refuse_taken
from labelferry.onboarding.steps.resolve import Resolved, ResourceKind, plan_resource, resolve
from labelferry.onboarding.steps.row_conflicts import refuse_lost
from labelferry.onboarding.steps.signing import finish_signing, plan_signing
from labelferry.onboarding.steps.uploads import remember, upload_video
from labelferry.progress import announce
from labelferry.spec import DatasetSpec

__all__ = ["RowsOutcome", "create_data_rows", "dataset_kind", "plan_data_rows", "remove_unfilled"]


NEW_ROWS = "not in Labelbox yet"


@dataclass(frozen=True, slots=True)
class RowsOutcome:
    """The outcome of creating the data rows.

    Args:
        created: number of rows created.
        reused: number of rows that existed.
        updated: number of existing rows that were updated.
        drift: how the others differ from the manifest.
        dataset_created: whether a dataset was created for them.
        signer: name of the IAM integration set as its signer.
    """

    created: int
    reused: int
    updated: int = 0
    drift: tuple[Finding, ...] = ()
    dataset_created: bool = False
    signer: str = ""


def plan_data_rows(onboarding: Onboarding) -> Iterator[PlannedStep]:
    """Yield what ``create_data_rows`` would do."""
    rows = look_up_rows(onboarding)
    missing, present = rows.missing, rows.present
    try:
        rows.refuse(onboarding)
    except ConflictError as error:
        open_ = missing or present
        yield PlannedStep("data rows", row_names(open_), Action.CONFLICT, str(error), count=len(open_))
        return
    if missing:
        planned = plan_resource(dataset_kind(onboarding), _dataset(onboarding), onboarding.ledger, costs.NEW_DATASET)
        yield plan_signing(onboarding, planned)
        sizes = [row["content"]["size"] for row in missing if "file" in row]
        reason = NEW_ROWS + (f"; {counted(len(sizes), 'local file')} to upload" if sizes else "")
        requests = costs.create_rows(missing, len(sizes))
        names, count = row_names(missing), len(missing)
        yield PlannedStep("data rows", names, Action.CREATE, reason, count=count, bytes=sum(sizes), requests=requests)
    yield from plan_keys(rows.keyless)
    if present:
        yield PlannedStep("data rows", row_names(present), Action.REUSE, "found by global key", count=len(present))
        yield from plan_drift(onboarding, present)


def create_data_rows(onboarding: Onboarding) -> RowsOutcome:
    """Make sure that every row of the manifest is in the catalog.

    Raises:
        ConflictError: when rows that were imported before have been deleted, or rows without a video do not exist.
        RejectedError: with the rows that the service refused.
        UnavailableError: when rows are still missing after an answer was lost.
    """
    rows = look_up_rows(onboarding)
    rows.refuse(onboarding)
    missing, present = rows.missing, rows.present
    drift = find_drift(onboarding, present)
    refuse_drift(onboarding, drift)
    updated = bring_up_to_date(onboarding, drift) if onboarding.desired.spec.on_existing == "update" else 0
    left = tuple(each.finding() for each in drift if not (updated and each.changes))
    assign_keys(onboarding, rows.keyless)
    updated += len(rows.keyless)
    created, dataset = _create_missing(onboarding, missing) if missing else (0, Resolved("", created=False))
    remove_unfilled(onboarding)
    there = len(missing) - created + len(present) + len(rows.keyless)
    filled = dataset.created and bool(created)
    return RowsOutcome(created, there, updated, left, filled, dataset.finished)


@dataclass(frozen=True, slots=True)
class LookedUp:
    """The desired rows, looked up by global key.

    Args:
        missing: those that have to be created.
        keyless: those that exist without a global key.
        present: the others.
        found: row id by global key.
    """

    missing: list[dict[str, Any]]
    keyless: list[dict[str, Any]]
    present: list[dict[str, Any]]
    found: Mapping[str, str | None]

    @classmethod
    def of(cls, rows: Sequence[dict[str, Any]], found: Mapping[str, str | None]) -> "LookedUp":
        """Return the rows by what their look-up found."""
        looked = cls([], [], [], found)
        for row in rows:
            absent = looked.keyless if "without_key" in row else looked.missing
            (absent if found[row["global_key"]] is None else looked.present).append(row)
        return looked

    def refuse(self, onboarding: Onboarding) -> None:
        """Refuse rows that are missing although they should exist, and global keys that belong to other rows.

        Raises:
            ConflictError: with the rows.
        """
        refuse_taken(self.present, self.found)
        refuse_lost(onboarding, self.missing)


def look_up_rows(onboarding: Onboarding) -> LookedUp:
    """Return the rows that are missing and those that exist, by global key.

    A look-up may have gaps: rows that were imported before are looked up again before they count as missing.
    """
    rows, brought = onboarding.desired.rows(), brought_in(onboarding)
    found = onboarding.client.data_rows.lookup([row["global_key"] for row in rows])
    holes = [key for key, row_id in found.items() if row_id is None and identity(key) in brought]
    if holes:
        announce("looking again for imported data rows", 0, len(holes))
        found |= onboarding.client.data_rows.lookup_again(holes)
    return LookedUp.of(rows, found)


def _dataset(onboarding: Onboarding) -> DatasetSpec:
    """Return the dataset of new rows, which a spec that may need one has."""
    dataset = onboarding.desired.spec.dataset
    if dataset is None:
        raise SpecError("dataset: missing; name the dataset of new data rows")
    return dataset


def dataset_kind(onboarding: Onboarding) -> ResourceKind:
    """Return how datasets are found and created."""
    datasets = onboarding.client.datasets
    finish = partial(finish_signing, onboarding)
    return ResourceKind("dataset", datasets.get, datasets.find, datasets.create, finish)


def _create_missing(onboarding: Onboarding, missing: list[dict[str, Any]]) -> tuple[int, Resolved]:
    """Create rows, and the dataset if needed; return the number of rows created, and the dataset."""
    reference, ledger = _dataset(onboarding), onboarding.ledger
    dataset = resolve(dataset_kind(onboarding), reference, ledger)
    if dataset.created:
        ledger.settle("dataset", reference.name or "", dataset.id, created=True, unfilled=True)
    return _create(onboarding, dataset.id, missing), dataset


def remove_unfilled(onboarding: Onboarding) -> None:
    """Delete a dataset of ours that stayed empty, because another client created all of its rows in the meantime."""
    datasets, ledger = onboarding.client.datasets, onboarding.ledger
    for entry in ledger.entries("dataset"):
        if entry.state is State.SETTLED and entry.remote_id and entry.detail.get("unfilled"):
            try:
                empty = datasets.row_count(entry.remote_id) == 0
            except NotFoundError:
                empty = False
            if empty:
                datasets.delete(entry.remote_id)
                ledger.release("dataset", entry.name)
            else:
                ledger.settle("dataset", entry.name, entry.remote_id, created=True)


def _create(onboarding: Onboarding, dataset: str, rows: list[dict[str, Any]]) -> int:
    """Create rows and return how many were created; those that exist by now count as created."""
    keys = [row["global_key"] for row in rows]
    claimed = about_to_create(onboarding.ledger, dataset, keys)
    payloads = _payloads(onboarding, rows)
    waiting = "waiting for global keys that Labelbox reports as taken"
    try:
        result = onboarding.client.data_rows.ensure(
            dataset, payloads, lambda left: announce(waiting, len(rows) - left, len(rows))
        )
    except DeadlineError:
        raise
    except UnavailableError as error:
        if not error.acted or None in onboarding.client.data_rows.lookup(keys).values():
            raise
        return len(rows)
    keep_created(onboarding.ledger, claimed, dataset, result.created)
    _refuse_refused(result.failures, len(rows))
    return len(result.created)


def _refuse_refused(failures: Sequence[Failure], total: int) -> None:
    """Refuse failures other than duplicates: a duplicate exists by now, which is all that matters."""
    refused = [failure for failure in failures if not failure.is_duplicate]
    if refused:
        listed = "\n".join(f"  {failure}" for failure in refused[:20])
        raise RejectedError(f"{len(refused)} of {counted(total, 'data row')} refused:\n{listed}")


def _payloads(onboarding: Onboarding, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    payloads = []
    for number, row in enumerate(rows):
        announce("data rows", number, len(rows))
        payloads.append(_payload(onboarding, row))
    return payloads


def _payload(onboarding: Onboarding, row: dict[str, Any]) -> dict[str, Any]:
    payload = {"row_data": row["row_data"], "global_key": row["global_key"], "media_type": "VIDEO"}
    if "file" in row:
        payload["row_data"] = upload_video(onboarding, row)
        remember(onboarding, row)
    if "external_id" in row:
        payload["external_id"] = row["external_id"]
    if "metadata" in row:
        payload["metadata_fields"] = [{"name": name, "value": value} for name, value in row["metadata"].items()]
    if "attachments" in row:
        payload["attachments"] = row["attachments"]
    return payload
