"""Lines that the service refused, or whose outcome it does not report, reopened to be sent again."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from labelferry.ledger import Ledger, LineRecord, LineState
from labelferry.model import RowRef
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.steps.batch_claims import forget_rows
from labelferry.onboarding.steps.labelled import refuse_labelled
from labelferry.onboarding.steps.outcomes import OutcomeKind, explain
from labelferry.onboarding.steps.pending import refuse_strangers
from labelferry.spec import ImportAs

__all__ = ["Reopened", "reopen_failed_lines"]

AGAIN = frozenset({LineState.FAILED, LineState.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Reopened:
    """The number of lines to send again, and of jobs to delete first."""

    lines: int
    jobs: int


def reopen_failed_lines(onboarding: Onboarding) -> Reopened:
    """Let the next steps send the refused lines again. Changes the ledger, nothing at the service.

    Lines that may be imported are never simply sent again. With pre-labels, their jobs are deleted first, and all lines
    of these are sent again; ground truth is sent again only to rows without a label.

    Raises:
        ConflictError: when ground truth would be added to a labelled row and the spec does not set on_labelled: add, or
            a job to delete contains labels of rows that the spec no longer names.
    """
    spec, ledger = onboarding.desired.spec, onboarding.ledger
    wanted = {line.uuid for line in onboarding.desired.index()}
    live = _live(ledger, spec.imports.as_)
    failed = [each for each in live if _is_reopened(each, wanted)]
    replaced: list[str] = []
    if spec.imports.as_ is ImportAs.PRELABELS:
        replaced = _jobs_in_doubt(failed)
        refuse_strangers(replaced, live, wanted)
    elif spec.on_labelled == "fail":
        _refuse_labelled(onboarding, failed)
    for job in replaced:
        ledger.mark_for_deletion(job)
    forget_rows(onboarding, {RowRef.from_key(each.row).identity for each in failed if _lacks_row(each)})
    ledger.retire_lines(each.uuid for each in failed)
    return Reopened(len(failed), len(replaced))


def _live(ledger: Ledger, imported_as: ImportAs) -> list[LineRecord]:
    return [each for each in ledger.lines(imported_as=imported_as) if each.state is not LineState.RETIRED]


def _is_reopened(line: LineRecord, wanted: Collection[str]) -> bool:
    return line.state in AGAIN and line.uuid in wanted


def _lacks_row(line: LineRecord) -> bool:
    """Return whether a line was refused because its row is not in the project, as when its batch was deleted."""
    return explain(line)[1].kind is OutcomeKind.FIX_ROW


def _jobs_in_doubt(failed: list[LineRecord]) -> list[str]:
    """Return the jobs with lines of uncertain outcome: any of these may be imported."""
    return sorted({each.job for each in failed if each.reason is not None})


def _refuse_labelled(onboarding: Onboarding, failed: list[LineRecord]) -> None:
    projects = {entry.name: str(entry.detail["project"]) for entry in onboarding.ledger.entries("job")}
    rows: dict[str, set[str]] = defaultdict(set)
    for each in failed:
        rows[projects[each.job]].add(each.row)
    doubtful = any(each.reason is not None for each in failed)
    for project, keys in rows.items():
        refuse_labelled(onboarding, project, keys, patient=doubtful)
