"""What a refused line's message means for the person who has to do something about it.

The service's wording is known only in part ("Ontology does not contain name: ..." is public, most is not), so the
message itself is always kept and shown; what no rule recognises is ``unknown``, never guessed.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["GONE", "NO_STATUS", "Outcome", "OutcomeKind", "classify"]

GONE = (
    "the service no longer keeps the outcome of this line (24 hours), so nobody knows whether it is in; it is not sent "
    "again by itself"
)
NO_STATUS = "the service gave no status for this line"


class OutcomeKind(StrEnum):
    """Who or what can mend it."""

    RETRY = "retry"
    FIX_INPUT = "fix-input"
    FIX_ONTOLOGY = "fix-ontology"
    PERMISSION = "permission"
    QUOTA = "quota"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The kind of a failure, and what to do about it."""

    kind: OutcomeKind
    remedy: str


REMEDIES = {
    OutcomeKind.RETRY: "nothing is wrong with the line; labelferry retry-failed sends it again",
    OutcomeKind.FIX_INPUT: "mend the label in its file and run labelferry onboard again",
    OutcomeKind.FIX_ONTOLOGY: "make the ontology and the label agree, then labelferry retry-failed (or onboard, when "
    "the label itself changed)",
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
        (OutcomeKind.FIX_INPUT, r"\bframes?\b|keyframe|segment|colou?r|\bmasks?\b|\bPNG\b|imBytes|\bpixels?\b"),
        (OutcomeKind.FIX_INPUT, r"\banswers?\b|\btext\b|\bcoordinates?\b|finite numbers|geometry|\bbbox\b|polygon"),
        (OutcomeKind.FIX_INPUT, r"dataRow|data row|global ?key|\buuid\b|\bJSON\b|annotations for label|duplicate"),
    )
)


def classify(message: str | None) -> Outcome:
    """Say what kind of failure a line's message tells of; the first rule that recognises it decides."""
    text = message or ""
    known = (kind for kind, pattern in RULES if pattern.search(text))
    kind = OutcomeKind.UNKNOWN if text in (GONE, NO_STATUS) else next(known, OutcomeKind.UNKNOWN)
    return Outcome(kind, REMEDIES[kind])
