"""Existing data rows compared with the manifest: row data, external id, metadata, dataset.

They are read from an export of the catalog, 2,000 in a few requests. What an export does not contain (yet) is not
compared, nor is the URL of a local file, which the service chooses.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from labelferry.errors import ConflictError, RejectedError
from labelferry.labelbox import costs
from labelferry.listing import counted
from labelferry.model.findings import Finding
from labelferry.model.input_rules import VideoRule
from labelferry.model.keys import identity
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.plan import Action, PlannedStep, row_names
from labelferry.onboarding.steps.uploads import remember, upload_video, uploaded
from labelferry.printable import masked, unsigned
from labelferry.spec import DatasetSpec

__all__ = ["Drift", "bring_up_to_date", "find_drift", "plan_drift", "refuse_drift"]

SHOWN = 20

WHAT_THEN = {
    "reuse": "on_existing: reuse leaves them as they are",
    "update": "on_existing: update updates them",
    "fail": "on_existing: fail; fix the manifest, or set update or reuse",
}


@dataclass(frozen=True, slots=True)
class Drift:
    """An existing row that differs from the manifest.

    Args:
        global_key: its key.
        dataset: id of its dataset.
        differences: what differs, for people.
        changes: the fields that would make it agree with the manifest; none can move it to another dataset.
    """

    global_key: str
    dataset: str
    differences: tuple[str, ...]
    changes: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.global_key}: {'; '.join(self.differences)}"

    def finding(self) -> Finding:
        """Return its finding in a report."""
        return VideoRule.ROW_DIFFERS.at(None, row=self.global_key, differences="; ".join(self.differences))


def plan_drift(onboarding: Onboarding, present: Sequence[Mapping[str, Any]]) -> Iterator[PlannedStep]:
    """Yield what happens to existing rows that differ, if any do."""
    drift, policy = find_drift(onboarding, present), onboarding.desired.spec.on_existing
    if not drift:
        return
    changed = [each.changes for each in drift if each.changes and policy == "update"]
    action = Action.CONFLICT if policy == "fail" else Action.UPDATE if changed else Action.REUSE
    reason = "\n  ".join((f"{_differ(len(drift))} ({WHAT_THEN[policy]}):", *map(str, drift[:SHOWN])))
    requests = costs.create_rows(changed, sum("file" in changes for changes in changed)) if changed else 0
    names = row_names([{"global_key": each.global_key} for each in drift])
    yield PlannedStep("data rows", names, action, reason, count=len(drift), requests=requests)


def _differ(count: int) -> str:
    return f"{counted(count, 'existing data row')} {'differs' if count == 1 else 'differ'} from the manifest"


def find_drift(onboarding: Onboarding, present: Sequence[Mapping[str, Any]]) -> list[Drift]:
    """Compare existing rows with the manifest. Changes nothing."""
    wanted = {identity(row["global_key"]): row for row in present}
    held = onboarding.client.exports.catalog([row["global_key"] for row in present])
    sent = uploaded(onboarding.ledger) if any("file" in row for row in present) else {}
    pairs = ((wanted.get(identity(str(row["data_row"].get("global_key")))), row) for row in held)
    elsewhere = partial(_elsewhere, onboarding.desired.spec.dataset, _dataset_ids(onboarding))
    compared = (_compared(want, row, sent, elsewhere) for want, row in pairs if want is not None)
    return [drift for drift in compared if drift.differences]


def _compared(
    want: Mapping[str, Any],
    row: Mapping[str, Any],
    sent: Mapping[str, str | None],
    elsewhere: Callable[[Mapping[str, Any]], Iterator[str]],
) -> Drift:
    details = row["data_row"].get("details") or {}
    differences, changes = _own(want, row)
    if _is_replaced(want, sent):
        differences.append(f"its video {want['file']} is not the file that was uploaded")
        changes["file"] = want["file"]
    if "row_data" in want:  # the others are used where they are
        differences += elsewhere(details)
    return Drift(want["global_key"], str(details.get("dataset_id")), tuple(differences), changes)


def refuse_drift(onboarding: Onboarding, drift: Sequence[Drift]) -> None:
    """Refuse rows that differ, if the spec says on_existing: fail.

    Raises:
        ConflictError: with the rows and what differs.
    """
    if drift and onboarding.desired.spec.on_existing == "fail":
        listed = "\n".join(f"  {each}" for each in drift[:SHOWN])
        raise ConflictError(
            f"{_differ(len(drift))}:\n{listed}\n"
            "fix the manifest, or set on_existing: update (to update them) or reuse (to leave them as they are)"
        )


def bring_up_to_date(onboarding: Onboarding, drift: Sequence[Drift]) -> int:
    """Update the rows that differ; return their number. Safe to repeat: updated rows no longer differ.

    Raises:
        RejectedError: with the rows that the service did not update.
    """
    rows = {row["global_key"]: row for row in onboarding.desired.rows()}
    stale = [each for each in drift if each.changes]
    by_dataset: dict[str, list[dict[str, Any]]] = {}
    for each in stale:
        by_dataset.setdefault(each.dataset, []).append(_update(onboarding, each, rows[each.global_key]))
    for dataset, updates in by_dataset.items():
        failures = onboarding.client.data_rows.update(dataset, updates).failures
        if failures:
            listed = "\n".join(f"  {failure}" for failure in failures[:SHOWN])
            raise RejectedError(f"{len(failures)} of {counted(len(updates), 'data row')} not updated:\n{listed}")
    for each in stale:
        if "file" in each.changes:
            remember(onboarding, rows[each.global_key])
    return len(stale)


def _update(onboarding: Onboarding, drift: Drift, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields to send; a local video is uploaded first, and its URL is one of them."""
    changes = dict(drift.changes)
    if changes.pop("file", None):
        changes["row_data"] = upload_video(onboarding, row)
    return {"global_key": drift.global_key, **changes}


def _is_replaced(want: Mapping[str, Any], sent: Mapping[str, str | None]) -> bool:
    """Return whether a local video is not the uploaded one; without a record it is not compared."""
    before = sent.get(want["global_key"])
    return before is not None and "content" in want and before != want["content"]["sha256"]


def _own(want: Mapping[str, Any], row: Mapping[str, Any]) -> tuple[list[str], dict[str, Any]]:
    """Return what differs in the row itself, and the fields that correct it."""
    differences, changes = _fields(want, row["data_row"])
    held = _held_metadata(row)
    fields = want.get("metadata") or {}
    stale = [name for name, value in fields.items() if name not in held or not _same(held[name], value)]
    for name in stale:
        said = repr(held[name]) if name in held else "not set"
        differences.append(f"metadata '{name}' is {said}, the manifest says {fields[name]!r}")
    if stale:  # all of it, since an update may replace the existing fields
        changes["metadata_fields"] = [{"name": name, "value": value} for name, value in {**held, **fields}.items()]
    return differences, changes


def _held_metadata(row: Mapping[str, Any]) -> dict[Any, Any]:
    return {field.get("schema_name"): field.get("value") for field in row.get("metadata_fields") or ()}


def _fields(want: Mapping[str, Any], there: Mapping[str, Any]) -> tuple[list[str], dict[str, Any]]:
    """Compare row data and external id; the URL of a local file is chosen by the service and not compared."""
    differences, changes = list[str](), dict[str, Any]()
    for name in ("row_data", "external_id"):
        if (
            name in want
            and not _same_address(there.get(name), want[name])
            and not (name == "row_data" and "file" in want)
        ):
            differences.append(masked(f"{name} is {there.get(name)!r}, the manifest says {want[name]!r}"))
            changes[name] = want[name]
    return differences, changes


def _same_address(held: Any, wanted: str) -> bool:
    """Return whether two URLs mean the same file; presigned ones differ in their signature each time."""
    return held == wanted or (isinstance(held, str) and unsigned(held) == unsigned(wanted))


def _dataset_ids(onboarding: Onboarding) -> frozenset[str | None]:
    """Return the ids by which the spec's dataset is known: that of the spec, and that of the ledger."""
    wanted = onboarding.desired.spec.dataset
    entry = onboarding.ledger.entry("dataset", wanted.name) if wanted and wanted.name else None
    return frozenset((wanted.id if wanted else None, entry.remote_id if entry else None))


def _elsewhere(wanted: DatasetSpec | None, known: AbstractSet[str | None], details: Mapping[str, Any]) -> Iterator[str]:
    """Say that a row is in another dataset."""
    there = details.get("dataset_id")
    if wanted is None or there is None or there in known:
        return
    if wanted.id or details.get("dataset_name") != wanted.name:
        said = f"'{details.get('dataset_name')}' ({there})"
        yield f"the dataset is {said}, the spec says '{wanted.id or wanted.name}' (Labelbox cannot move a row)"


def _same(held: Any, wanted: Any) -> bool:
    """Return whether two metadata values are equal; those of a file are text, those of the service are typed."""
    if str(held) == str(wanted):
        return True
    for read in (float, _moment):
        try:
            return bool(read(held) == read(wanted))
        except (TypeError, ValueError):
            continue
    return False


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
