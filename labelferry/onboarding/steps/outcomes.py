"""Outcomes of lines -> their kind, and what the user can do about them.

The service's wording is known only in part ("Ontology does not contain name: ..." is public, most is not), so the
message itself is always kept and shown; what no rule recognises is ``unknown``, never guessed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from labelferry.errors import PartialFailureError, PendingError
from labelferry.ledger import LineRecord, LineState, Reason
from labelferry.listing import counted
from labelferry.spec import ImportAs

__all__ = [
    "LEFT_OUT",
    "REMEDIES",
    "Finished",
    "OutcomeAdvice",
    "OutcomeKind",
    "classify",
    "explain",
    "refuse_unfinished",
]


class OutcomeKind(StrEnum):
    """The kind of an outcome: what has to change before it can succeed."""

    RETRY = "retry"
    FIX_INPUT = "fix-input"
    FIX_ONTOLOGY = "fix-ontology"
    FIX_ROW = "fix-row"
    PERMISSION = "permission"
    QUOTA = "quota"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class OutcomeAdvice:
    """The kind of an outcome, and what to do about it."""

    kind: OutcomeKind | Reason
    remedy: str


REMEDIES = {
    OutcomeKind.RETRY: "nothing is wrong with the line; labelferry retry-failed sends it again",
    OutcomeKind.FIX_INPUT: "fix the label in its file and run labelferry onboard again",
    OutcomeKind.FIX_ONTOLOGY: "make the ontology and the label agree, then labelferry retry-failed (or onboard, when "
    "the label itself changed)",
    OutcomeKind.FIX_ROW: "make the video readable for Labelbox (its URL, an expired signature, the IAM integration of "
    "its dataset; the row's page in Labelbox may say more); if its URL changes, correct the manifest and set "
    "on_existing: update; then run labelferry onboard again (retry-failed, for lines that were sent before)",
    OutcomeKind.PERMISSION: "give the key's owner access to the project or row, then labelferry retry-failed",
    OutcomeKind.QUOTA: "the account's quota is used up: raise it or free some of it, then labelferry retry-failed",
    OutcomeKind.UNKNOWN: "look at the row in Labelbox and at the message; labelferry retry-failed sends the line again",
}

RULES = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (OutcomeKind.QUOTA, r"LBU limit|limit exceeded, upgrade|quota"),
        (OutcomeKind.RETRY, r"you have exceeded|rate limit|too many requests|timed? ?out|try again|temporar"),
        (OutcomeKind.RETRY, r"unavailable|internal server|bad gateway|connection reset|after \d+ retries"),
        (OutcomeKind.PERMISSION, r"access denied|permission|not authori[sz]ed|unauthori[sz]ed|forbidden"),
        (OutcomeKind.FIX_ONTOLOGY, r"\bontology\b|schema id|feature schema"),
        (OutcomeKind.FIX_ONTOLOGY, r"' is an? [\w-]+(, not a classification|: on video it needs|: it takes no)"),
        (OutcomeKind.FIX_ROW, r"data row is not in the project"),
        (OutcomeKind.FIX_INPUT, r"\bframes?\b|keyframe|segment|colou?r|\bmasks?\b|\bPNG\b|imBytes|\bpixels?\b"),
        (OutcomeKind.FIX_INPUT, r"\banswers?\b|\btext\b|\bcoordinates?\b|finite numbers|geometry|\bbbox\b|polygon"),
        (OutcomeKind.FIX_INPUT, r"dataRow|data row|global ?key|\buuid\b|\bJSON\b|annotations for label|duplicate"),
    )
)


def classify(message: str | None) -> OutcomeAdvice:
    """Return the kind of failure that a line's message reports; the first rule that recognises it decides."""
    known = (kind for kind, pattern in RULES if pattern.search(message or ""))
    kind = next(known, OutcomeKind.UNKNOWN)
    return OutcomeAdvice(kind, REMEDIES[kind])


LEFT_OUT = "its data row is not in the project: Labelbox did not accept it, as when it cannot read the media"
"""The message of a line that was not sent because its row is not in the project."""

REASONS = {
    Reason.EXPIRED: "the service no longer keeps the outcome of this line (24 hours)",
    Reason.NO_FILE: "the import is over, but its status file cannot be read",
    Reason.NO_JOB: "the service created the import but does not list it, and may have imported this line",
    Reason.UNLISTED: "the import's status file does not list this line",
    Reason.UNREADABLE: "the import's status file reports neither success nor failure for this line",
}
ASK_AGAIN = frozenset({Reason.NO_FILE, Reason.NO_JOB, Reason.UNLISTED, Reason.UNREADABLE})
"""Reasons that another run may resolve, as long as the service keeps its files."""

REPLACE = {
    ImportAs.PRELABELS: "labelferry retry-failed deletes the import and sends all of its lines again",
    ImportAs.GROUND_TRUTH: "look at the row in Labelbox: if it has no label, labelferry retry-failed sends its "
    "lines again; if it has one that lacks this line, delete that label first",
}


def explain(record: LineRecord) -> tuple[str, OutcomeAdvice]:
    """Return the outcome of a line that is not, or not known to be, imported: a message, its kind, and a remedy."""
    if record.state is not LineState.UNKNOWN or record.reason is None:
        return record.message or "", classify(record.message)
    text = REASONS[record.reason] + (f": {record.message}" if record.message else "")
    first = "run again, since the service may report it later; otherwise " if record.reason in ASK_AGAIN else ""
    return text, OutcomeAdvice(record.reason, first + REPLACE[ImportAs(record.imported_as)])


class Finished(Protocol):
    """The part of a report that decides whether a run left anything open."""

    @property
    def name(self) -> str:
        """Name of the onboarding."""
        ...

    @property
    def pending(self) -> int:
        """Number of lines that are not imported yet, or not known to be."""
        ...

    @property
    def unknown(self) -> int:
        """Number of lines whose outcome the service does not report."""
        ...

    @property
    def failed(self) -> int:
        """Number of lines that were refused."""
        ...

    @property
    def rows_left_out(self) -> int:
        """Number of data rows that the service does not accept into the project."""
        ...


def refuse_unfinished(report: Finished) -> None:
    """Stop a run that is over, and has reported, when not every line is known to be imported.

    Raises:
        PendingError: when the outcome of a line is not known; it carries the report.
        PartialFailureError: when every outcome is known and lines were refused; it carries the report.
    """
    listed, told = f"labelferry status {report.name} lists them", []
    if report.pending:
        pending = _lines(report.pending, "is", "are")
        told.append(f"{pending} not known to be imported yet; run again: labelferry resume {report.name}")
    if report.unknown:
        unread = counted(report.unknown, "line")
        told.append(f"Labelbox does not report the outcome of {unread}; {listed} and what to do")
    refused = list(_refused(report, listed))
    if told:
        raise PendingError("; ".join([*told, *refused]), report)
    if refused:
        raise PartialFailureError("; ".join(refused), report)


def _refused(report: Finished, listed: str) -> Iterator[str]:
    if report.rows_left_out:
        rows = counted(report.rows_left_out, "data row")
        yield f"Labelbox did not accept {rows} into the project, as when it cannot read the media; {listed}"
    if report.failed:
        more = " or not sent" if report.rows_left_out else ""
        yield f"{_lines(report.failed, 'was', 'were')} refused{more}; {listed}"


def _lines(count: int, one: str, many: str) -> str:
    return f"{counted(count, 'line')} {one if count == 1 else many}"
