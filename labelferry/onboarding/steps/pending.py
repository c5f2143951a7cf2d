"""What there is to send, and what has to go first: the desired lines beside the ledger's. Changes nothing.

Pre-labels go line by line. Ground truth goes row by row, because a row's lines become one label: when any of them is
new, all of them are sent.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from labelferry.desired.state import IndexedLine
from labelferry.errors import ConflictError
from labelferry.ledger import LineRecord, LineState, State
from labelferry.model import RowRef
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.steps.labelled import SHOWN, refuse_labelled
from labelferry.spec import ImportAs

__all__ = ["Outgoing", "Pending", "pending", "refuse_strangers"]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A line that is to be sent, and how often it was sent before."""

    line: IndexedLine
    generation: int = 0


@dataclass(frozen=True, slots=True)
class Pending:
    """What there is to send, and what there is not.

    Args:
        fresh: lines that are to be sent, those of one row after one another.
        replaced: our own earlier jobs that are deleted first, because they hold labels that have changed, and how many
            lines each holds.
        obsolete: uuids of lines that the sources no longer hold and that do not count any more.
        accepted: how many lines are in and stay.
        failed: how many were refused and are still the same.
        unknown: how many may be in.
    """

    fresh: list[Outgoing]
    replaced: Mapping[str, int]
    obsolete: list[str]
    accepted: int
    failed: int
    unknown: int


def pending(onboarding: Onboarding, project: str | None, found: Iterable[LineRecord] = ()) -> Pending:
    """Compare the desired lines with the ledger's. Changes nothing.

    Args:
        onboarding: the onboarding.
        project: None when it is yet to be made, so that no row of it has a label.
        found: lines at the service that the ledger does not know.

    Raises:
        ConflictError: when labels that are in have changed, or ground truth would go onto a labelled row, and the
            spec's policies do not say what to do then.
    """
    spec, ledger = onboarding.desired.spec, onboarding.ledger
    known = {record.uuid: record for record in (*found, *ledger.lines(imported_as=spec.imports.as_))}
    going = {entry.name for entry in ledger.entries("job") if entry.state is State.DELETING}
    live = {uuid: r for uuid, r in known.items() if r.state is not LineState.RETIRED and r.job not in going}
    wanted = list(onboarding.desired.index())
    uuids = {line.uuid for line in wanted}
    rows = {RowRef(row["global_key"]).key for row in onboarding.desired.rows()} | {line.row.key for line in wanted}
    # Labels of rows that the spec does not name are left alone; a job at work is waited for before anything is sent.
    gone = [
        each
        for each in live.values()
        if each.uuid not in uuids and each.row in rows and each.state is not LineState.SENT
    ]
    stale = [each for each in gone if each.state in (LineState.ACCEPTED, LineState.UNKNOWN)]
    replaced: Mapping[str, int] = {}
    if spec.imports.as_ is ImportAs.GROUND_TRUTH:
        _refuse_changed(
            stale, spec.on_labelled == "add", "on_labelled: add sends the whole rows anew, as second labels"
        )
        touched = {line.row.key for line in wanted if line.uuid not in live} | {record.row for record in stale}
        fresh = [line for line in wanted if line.row.key in touched]
        if fresh and project is not None and spec.on_labelled == "fail":
            doubtful = any(each.state is LineState.UNKNOWN and each.row in touched for each in live.values())
            refuse_labelled(onboarding, project, touched, patient=doubtful)
    else:
        _refuse_changed(stale, spec.on_changed == "replace", "on_changed: replace deletes our imports that hold them")
        replaced = Counter(each.job for each in live.values() if each.job in {record.job for record in stale})
        refuse_strangers(replaced, live.values(), uuids | {record.uuid for record in gone})
        fresh = [line for line in wanted if line.uuid not in live or live[line.uuid].job in replaced]
    sent = {line.uuid for line in fresh}
    states = [live[line.uuid].state for line in wanted if line.uuid not in sent]
    return Pending(
        fresh=[Outgoing(line, _next_generation(known.get(line.uuid))) for line in fresh],
        replaced=replaced,
        obsolete=[record.uuid for record in gone],
        accepted=states.count(LineState.ACCEPTED),
        failed=states.count(LineState.FAILED),
        unknown=states.count(LineState.UNKNOWN),
    )


def _next_generation(record: LineRecord | None) -> int:
    return 0 if record is None else record.generation + 1


def _refuse_changed(stale: Collection[LineRecord], allowed: bool, policy: str) -> None:
    if stale and not allowed:
        listed = "\n".join(
            f"  {RowRef.from_key(each.row)}: '{each.feature}' from {each.source}" for each in list(stale)[:SHOWN]
        )
        raise ConflictError(
            f"{len(stale)} labels that are in have changed or gone from the sources:\n{listed}\n"
            f"importing the new ones beside them would leave both. {policy}; or restore the files, or give the "
            "onboarding a new name"
        )


def refuse_strangers(replaced: Collection[str], live: Iterable[LineRecord], ours: Collection[str]) -> None:
    """A deleted job takes all its labels along; those that the sources no longer hold could not be sent anew.

    Raises:
        ConflictError: when a replaced job holds labels of rows that the spec no longer names.
    """
    lost = [each for each in live if each.job in replaced and each.uuid not in ours]
    if lost:
        rows = sorted({str(RowRef.from_key(each.row)) for each in lost})
        raise ConflictError(
            f"replacing import {', '.join(sorted({each.job for each in lost}))} would also delete {len(lost)} labels "
            f"of {len(rows)} rows that the spec no longer names: {', '.join(rows[:SHOWN])}; bring these rows and "
            "labels back into the spec, or give the onboarding a new name"
        )
