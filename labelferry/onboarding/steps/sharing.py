"""Pre-labels for a row that has some of ours: the jobs with those are deleted, and the whole row is sent again.

Whether a second import adds to the pre-labels of a row or replaces them is not known: the official notebook
(Labelbox/labelbox-notebooks, video.ipynb) warns that the earlier one might be overwritten. Whole rows are
correct either way.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from labelferry.desired.state import IndexedLine
from labelferry.ledger import LineRecord, LineState
from labelferry.model import RowRef
from labelferry.model.findings import Finding
from labelferry.model.input_rules import VideoRule

__all__ = ["Shared", "beside_others", "share"]

MAY_BE_IN = frozenset({LineState.ACCEPTED, LineState.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Shared:
    """The lines to send, the jobs to delete first, and the rows where that is not possible.

    Args:
        fresh: lines to send.
        going: jobs to delete first.
        beside: rows that get lines although a job that cannot be deleted has others of theirs.
    """

    fresh: list[IndexedLine]
    going: frozenset[str]
    beside: frozenset[str]


def share(
    wanted: Iterable[IndexedLine], live: Mapping[str, LineRecord], going: Collection[str], staying: Collection[str]
) -> Shared:
    """Return what to send and to delete so that no row gets its pre-labels from two imports.

    Args:
        wanted: the desired lines.
        live: the lines that count, by uuid.
        going: jobs that are deleted anyway.
        staying: jobs that cannot be deleted without loss.
    """
    lines, gone, jobs = list(wanted), set(going), _jobs_by_row(live.values())
    while True:
        fresh = [line for line in lines if line.uuid not in live or live[line.uuid].job in gone]
        holding = {row: jobs[row] - gone for row in {line.row.key for line in fresh} & jobs.keys()}
        more = set().union(*holding.values()) - set(staying)
        if not more:
            return Shared(fresh, frozenset(gone), frozenset(row for row, others in holding.items() if others))
        gone |= more


def beside_others(row: str) -> Finding:
    """Return the finding in a report about such a row, by its key."""
    return VideoRule.PRELABELS_BESIDE.at(None, row=str(RowRef.from_key(row)))


def _jobs_by_row(live: Iterable[LineRecord]) -> Mapping[str, set[str]]:
    jobs = defaultdict[str, set[str]](set)
    for record in live:
        if record.state in MAY_BE_IN:
            jobs[record.row].add(record.job)
    return jobs
