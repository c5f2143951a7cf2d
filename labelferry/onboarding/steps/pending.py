"""What to send, and what to delete first: the desired lines compared with the ledger's. Changes nothing.

Both work row by row. With ground truth, a row's lines become one label: when any of them is new, all of them are sent.
With pre-labels, a row's earlier import is deleted when more is sent (``sharing``).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from labelferry.desired.state import IndexedLine
from labelferry.errors import ConflictError
from labelferry.ledger import LineRecord, LineState, State
from labelferry.listing import counted
from labelferry.model import RowRef
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.steps.labelled import SHOWN, refuse_labelled
from labelferry.onboarding.steps.sharing import Shared, share
from labelferry.spec import ImportAs

__all__ = ["Outgoing", "Pending", "pending", "refuse_strangers"]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A line to send, and how often it was sent before."""

    line: IndexedLine
    generation: int = 0


@dataclass(frozen=True, slots=True)
class Pending:
    """The lines to send, and the counts of the others.

    Args:
        fresh: lines to send, grouped by row.
        replaced: our own earlier jobs that are deleted first because they contain labels that have changed, with the
            number of lines in each.
        obsolete: uuids of lines that are no longer in the sources and no longer count.
        accepted: number of lines that are imported and stay.
        failed: number of lines that were refused and have not changed.
        unknown: number of lines that may be imported.
        beside: keys of the rows that get pre-labels although an import that cannot be deleted has others of theirs.
    """

    fresh: list[Outgoing]
    replaced: Mapping[str, int]
    obsolete: list[str]
    accepted: int
    failed: int
    unknown: int
    beside: tuple[str, ...] = ()


def pending(onboarding: Onboarding, project: str | None, found: Iterable[LineRecord] = ()) -> Pending:
    """Compare the desired lines with the ledger's. Changes nothing.

    Args:
        onboarding: the onboarding.
        project: None when it is yet to be created, so none of its rows has a label.
        found: lines at the service that the ledger does not know.

    Raises:
        ConflictError: when imported labels have changed, or ground truth would be added to a labelled row, and the
            spec's policies do not say what to do.
    """
    lines = _compared(onboarding, found)
    replaced: Mapping[str, int] = {}
    beside = frozenset[str]()
    if onboarding.desired.spec.imports.as_ is ImportAs.GROUND_TRUTH:
        fresh = _fresh_by_row(onboarding, project, lines)
    else:
        shared = _shared(onboarding, lines)
        fresh, beside = shared.fresh, shared.beside
        replaced = Counter(each.job for each in lines.live.values() if each.job in shared.going)
    states = _states_of_the_rest(lines, fresh)
    return Pending(
        fresh=[Outgoing(line, _next_generation(lines.known.get(line.uuid))) for line in fresh],
        replaced=replaced,
        obsolete=[record.uuid for record in lines.gone],
        accepted=states[LineState.ACCEPTED],
        failed=states[LineState.FAILED],
        unknown=states[LineState.UNKNOWN],
        beside=tuple(sorted(beside)),
    )


@dataclass(frozen=True, slots=True)
class _Lines:
    """The desired lines and the ledger's.

    Args:
        wanted: the lines now in the sources.
        known: every line that was ever sent, by uuid.
        live: those that count: neither retired nor in a job that is marked for deletion.
        gone: live lines that are no longer in the sources.
    """

    wanted: list[IndexedLine]
    known: Mapping[str, LineRecord]
    live: Mapping[str, LineRecord]
    gone: list[LineRecord]

    @property
    def stale(self) -> list[LineRecord]:
        """Gone lines whose label is, or may be, in the project; refused ones left nothing there."""
        return [each for each in self.gone if each.state in (LineState.ACCEPTED, LineState.UNKNOWN)]


def _compared(onboarding: Onboarding, found: Iterable[LineRecord]) -> _Lines:
    wanted = list(onboarding.desired.index())
    records = onboarding.ledger.lines(imported_as=onboarding.desired.spec.imports.as_)
    known = {record.uuid: record for record in (*found, *records)}
    live = _live(onboarding, known)
    return _Lines(wanted, known, live, _gone(onboarding, wanted, live))


def _live(onboarding: Onboarding, known: Mapping[str, LineRecord]) -> dict[str, LineRecord]:
    going = {entry.name for entry in onboarding.ledger.entries("job") if entry.state is State.DELETING}
    return {uuid: r for uuid, r in known.items() if r.state is not LineState.RETIRED and r.job not in going}


def _gone(onboarding: Onboarding, wanted: list[IndexedLine], live: Mapping[str, LineRecord]) -> list[LineRecord]:
    """Return the live lines that are not wanted.

    Labels of rows that the spec does not name are left alone. A line without an outcome does not count yet: its job is
    waited for before anything is sent.
    """
    uuids = {line.uuid for line in wanted}
    rows = {RowRef(row["global_key"]).key for row in onboarding.desired.rows()} | {line.row.key for line in wanted}
    absent = (record for uuid, record in live.items() if uuid not in uuids)
    return [each for each in absent if each.row in rows and each.state is not LineState.SENT]


def _fresh_by_row(onboarding: Onboarding, project: str | None, lines: _Lines) -> list[IndexedLine]:
    """Return, for ground truth, all lines of each row that has a line to send or a stale line."""
    policy, stale = onboarding.desired.spec.on_labelled, lines.stale
    _refuse_changed(stale, policy == "add", "on_labelled: add sends whole rows again as second labels")
    touched = _rows_to_send(lines) | {each.row for each in stale}
    fresh = [line for line in lines.wanted if line.row.key in touched]
    if fresh and project is not None and policy == "fail":
        # A line of unknown outcome may be imported, and its label appears some time later: look more than once.
        doubtful = any(each.state is LineState.UNKNOWN and each.row in touched for each in lines.live.values())
        refuse_labelled(onboarding, project, touched, patient=doubtful)
    return fresh


def _rows_to_send(lines: _Lines) -> set[str]:
    return {line.row.key for line in lines.wanted if line.uuid not in lines.live}


def _shared(onboarding: Onboarding, lines: _Lines) -> Shared:
    """Return, for pre-labels, what to send and the jobs to delete whole: those with stale lines or a shared row."""
    allowed = onboarding.desired.spec.on_changed == "replace"
    _refuse_changed(lines.stale, allowed, "on_changed: replace deletes our imports that contain them")
    ours = {line.uuid for line in lines.wanted} | {record.uuid for record in lines.gone}
    stale = {record.job for record in lines.stale}
    refuse_strangers(stale, lines.live.values(), ours)
    staying = {each.job for each in lines.live.values() if each.uuid not in ours} | _without_id(onboarding)
    return share(lines.wanted, lines.live, stale, staying)


def _without_id(onboarding: Onboarding) -> set[str]:
    """Return the jobs that the service does not list, so that there is no id to delete."""
    jobs = onboarding.ledger.entries("job")
    return {entry.name for entry in jobs if entry.state is State.ABSENT and entry.remote_id is None}


def _states_of_the_rest(lines: _Lines, fresh: Iterable[IndexedLine]) -> Counter[LineState]:
    """Count the lines that are not sent now by state."""
    sent = {line.uuid for line in fresh}
    return Counter(lines.live[line.uuid].state for line in lines.wanted if line.uuid not in sent)


def _next_generation(record: LineRecord | None) -> int:
    return 0 if record is None else record.generation + 1


def _refuse_changed(stale: Collection[LineRecord], allowed: bool, policy: str) -> None:
    if stale and not allowed:
        listed = "\n".join(
            f"  {RowRef.from_key(each.row)}: '{each.feature}' from {each.source}" for each in list(stale)[:SHOWN]
        )
        raise ConflictError(
            f"{_imported(len(stale))} changed in, or missing from, the sources:\n{listed}\n"
            f"importing the new ones would leave both versions in the project. {policy}; or restore the files, or give "
            "the onboarding a new name and a new project"
        )


def _imported(count: int) -> str:
    return f"{counted(count, 'imported label')} {'has' if count == 1 else 'have'}"


def refuse_strangers(replaced: Collection[str], live: Iterable[LineRecord], ours: Collection[str]) -> None:
    """Refuse to delete jobs with labels of other rows: labels no longer in the sources could not be sent again.

    Raises:
        ConflictError: when a replaced job contains labels of rows that the spec no longer names.
    """
    lost = [each for each in live if each.job in replaced and each.uuid not in ours]
    if lost:
        rows, jobs = sorted({str(RowRef.from_key(each.row)) for each in lost}), sorted({each.job for each in lost})
        raise ConflictError(
            f"replacing import {', '.join(jobs)} would also delete {counted(len(lost), 'label')} of "
            f"{counted(len(rows), 'row')} that the spec no longer names: {', '.join(rows[:SHOWN])}; put these rows "
            "and labels back into the spec, or give the onboarding a new name and a new project"
        )
