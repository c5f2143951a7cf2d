"""Desired state and ledger -> the outcome of every line, and the counts by kind.

Each line of the sources is accepted, failed (refused, or not sent because its row is not in the project), unknown (its
import is over, and the service does not report its outcome) or pending (to be sent, or sent and not known to be
imported), and nothing else, so that the counts add up.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from labelferry.desired.state import Desired, IndexedLine
from labelferry.ledger import Ledger, LineRecord, LineState
from labelferry.ndjson import LineKind
from labelferry.onboarding.steps.left_out import rows_left_out
from labelferry.onboarding.steps.outcomes import LEFT_OUT, OutcomeKind, explain

__all__ = ["LineOutcome", "Tally", "held_back", "line_outcomes", "tallies", "unsent"]

PENDING = "pending"
STATES = (LineState.ACCEPTED, LineState.FAILED, PENDING, LineState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """A line of the sources and its outcome.

    Args:
        row: the data row, for people.
        kind: what the line contains.
        state: accepted, failed, unknown or pending.
        job: its import job, empty when it was not sent.
        failure: the kind of failure, or why it is unknown; empty for other states.
    """

    row: str
    feature: str
    kind: LineKind
    source: str
    keyframes: int
    uuid: str
    job: str = ""
    state: str = PENDING
    failure: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """The number of lines of a kind; accepted, failed, unknown and pending add up to it."""

    kind: LineKind
    lines: int
    accepted: int
    failed: int
    pending: int
    unknown: int = 0


def line_outcomes(desired: Desired, ledger: Ledger) -> Iterator[LineOutcome]:
    """Yield every line of the desired state, in order, with its outcome in the ledger."""
    known = {record.uuid: record for record in ledger.lines(imported_as=str(desired.spec.imports.as_))}
    outside = rows_left_out(ledger)
    for line in desired.index():
        yield LineOutcome(
            str(line.row),
            line.feature,
            line.kind,
            line.source,
            line.keyframes,
            line.uuid,
            *_outcome(known.get(line.uuid), left_out=line.row.identity in outside),
        )


def unsent(desired: Desired, ledger: Ledger) -> Iterator[IndexedLine]:
    """Yield the lines of the desired state that are still to be sent, whatever holds them back."""
    records = ledger.lines(imported_as=str(desired.spec.imports.as_))
    known = {record.uuid for record in records if record.state is not LineState.RETIRED}
    return (line for line in desired.index() if line.uuid not in known)


def held_back(desired: Desired, ledger: Ledger) -> Iterator[IndexedLine]:
    """Yield those of them whose rows Labelbox does not accept into the project."""
    outside = rows_left_out(ledger)
    return (line for line in unsent(desired, ledger) if line.row.identity in outside) if outside else iter(())


def tallies(outcomes: Iterable[LineOutcome]) -> tuple[Tally, ...]:
    """Count lines by kind and state, the most frequent kind first."""
    counted: dict[LineKind, Counter[str]] = {}
    for outcome in outcomes:
        counted.setdefault(outcome.kind, Counter())[outcome.state] += 1
    listed = sorted(counted.items(), key=lambda item: (-item[1].total(), item[0]))
    return tuple(Tally(kind, states.total(), *(states[state] for state in STATES)) for kind, states in listed)


def _outcome(record: LineRecord | None, *, left_out: bool) -> tuple[str, str, str, str]:
    if record is None or record.state is LineState.RETIRED:
        return ("", str(LineState.FAILED), str(OutcomeKind.FIX_ROW), LEFT_OUT) if left_out else ("", PENDING, "", "")
    if record.state is LineState.SENT:
        return record.job, PENDING, "", ""
    if record.state is LineState.ACCEPTED:
        return record.job, str(record.state), "", ""
    text, outcome = explain(record)
    return record.job, str(record.state), str(outcome.kind), text
