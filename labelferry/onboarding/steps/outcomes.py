"""What a line's outcome means for the person who has to do something about it.

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

__all__ = ["LEFT_OUT", "REMEDIES", "Finished", "Outcome", "OutcomeKind", "classify", "explain", "refuse_unfinished"]


class OutcomeKind(StrEnum):
    """Who or what can correct it."""

    RETRY = "retry"
    FIX_INPUT = "fix-input"
    FIX_ONTOLOGY = "fix-ontology"
    FIX_ROW = "fix-row"
    PERMISSION = "permission"
    QUOTA = "quota"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The kind of an outcome, and what to do about it."""

    kind: OutcomeKind | Reason
    remedy: str


REMEDIES = {
    OutcomeKind.RETRY: "nothing is wrong with the line; labelferry retry-failed sends it again",
    OutcomeKind.FIX_INPUT: "mend the label in its file and run labelferry onboard again",
    OutcomeKind.FIX_ONTOLOGY: "make the ontology and the label agree, then labelferry retry-failed (or onboard, when "
    "the label itself changed)",
    OutcomeKind.FIX_ROW: "make the video readable for Labelbox (its URL, an expired signature, the IAM integration of "
    "its dataset; the row's page in Labelbox may say more); where its URL changes, correct the manifest and say "
    "on_existing: update; then run labelferry onboard again (retry-failed, for lines that were sent before)",
    OutcomeKind.PERMISSION: "let the key's owner into the project or row, then labelferry retry-failed",
    OutcomeKind.QUOTA: "the account is used up: raise or free its allowance, then labelferry retry-failed",
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


def classify(message: str | None) -> Outcome:
    """Say what kind of failure a line's message tells of; the first rule that recognises it decides."""
    known = (kind for kind, pattern in RULES if pattern.search(message or ""))
    kind = next(known, OutcomeKind.UNKNOWN)
    return Outcome(kind, REMEDIES[kind])


LEFT_OUT = "its data row is not in the project: Labelbox did not take it in, as it does when it cannot read the media"
"""What is said of a line that was not sent because its row is not in the project."""

REASONS = {
    Reason.EXPIRED: "the service no longer keeps the outcome of this line (24 hours)",
    Reason.NO_FILE: "the import is over, but its status file cannot be read",
    Reason.NO_JOB: "the service created the import and does not show it, and it may have imported this line",
    Reason.UNLISTED: "the import's status file does not name this line",
    Reason.UNREADABLE: "the import's status file says neither success nor failure of this line",
}
ASK_AGAIN = frozenset({Reason.NO_FILE, Reason.NO_JOB, Reason.UNLISTED, Reason.UNREADABLE})
"""What another run may find out, as long as the service keeps its files."""

REPLACE = {
    ImportAs.PRELABELS: "labelferry retry-failed deletes the import and sends all of its lines again",
    ImportAs.GROUND_TRUTH: "look at the row in Labelbox: where it has no label, labelferry retry-failed sends its "
    "lines again; where it has one that lacks this line, delete that label first",
}


def explain(record: LineRecord) -> tuple[str, Outcome]:
    """Say what became of a line that is not in, or not known to be in: in words, its kind, and what to do."""
    if record.state is not LineState.UNKNOWN or record.reason is None:
        return record.message or "", classify(record.message)
    text = REASONS[record.reason] + (f": {record.message}" if record.message else "")
    first = "run again, since the service may say so later; else " if record.reason in ASK_AGAIN else ""
    return text, Outcome(record.reason, first + REPLACE[ImportAs(record.imported_as)])


class Finished(Protocol):
    """What decides whether a run left nothing open: its report."""

    @property
    def name(self) -> str:
        """Of the onboarding."""
        ...

    @property
    def pending(self) -> int:
        """How many lines are not in yet, or not known to be."""
        ...

    @property
    def unknown(self) -> int:
        """Of how many lines the service does not say what became of them."""
        ...

    @property
    def failed(self) -> int:
        """How many lines were refused."""
        ...

    @property
    def rows_left_out(self) -> int:
        """How many data rows the service does not take into the project."""
        ...


def refuse_unfinished(report: Finished) -> None:
    """Stop a run that is over, and has reported, when not every line is known to be in.

    Raises:
        PendingError: when the outcome of a line is not known; it carries the report.
        PartialFailureError: when every outcome is known and lines were refused; it carries the report.
    """
    listed, told = f"labelferry status {report.name} lists them", []
    if report.pending:
        pending = _lines(report.pending, "is", "are")
        told.append(f"{pending} not known to be in yet; run again: labelferry resume {report.name}")
    if report.unknown:
        told.append(f"of {_lines(report.unknown)} Labelbox does not say whether they are in; {listed} and what to do")
    refused = list(_refused(report, listed))
    if told:
        raise PendingError("; ".join([*told, *refused]), report)
    if refused:
        raise PartialFailureError("; ".join(refused), report)


def _refused(report: Finished, listed: str) -> Iterator[str]:
    if report.rows_left_out:
        rows = counted(report.rows_left_out, "data row")
        yield f"Labelbox did not take {rows} into the project, as it does when it cannot read the media; {listed}"
    if report.failed:
        more = " or not sent" if report.rows_left_out else ""
        yield f"{_lines(report.failed, 'was', 'were')} refused{more}; {listed}"


def _lines(count: int, one: str = "", many: str = "") -> str:
    return f"1 line {one}".strip() if count == 1 else f"{count} lines {many}".strip()
