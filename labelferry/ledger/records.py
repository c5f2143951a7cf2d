"""The ledger's records as small frozen values, and the states that they go through."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

__all__ = ["OPEN", "LedgerEntry", "LineRecord", "LineState", "Reason", "State", "Verdict"]


class State(StrEnum):
    """The state of a resource: claimed before the service is asked to create it, settled when its id is known.

    An import job is created when the service said so, and absent while it does not show a job that it said it created;
    it is settled when each of its lines has an outcome. One that is being replaced is deleting until the service has
    deleted it.
    """

    CLAIMED = "claimed"
    CREATED = "created"
    ABSENT = "absent"
    SETTLED = "settled"
    DELETING = "deleting"


OPEN = frozenset({State.CLAIMED, State.CREATED, State.ABSENT})
"""The states of import jobs whose outcome is still asked for."""


class LineState(StrEnum):
    """The state of a line: sent with a job whose outcome is not known yet, accepted by the service, or refused by it.

    A line is unknown when its job is over and the service does not say what became of it: it may be in. A retired one
    does not count any more (its job was deleted, its label was sent again, it was corrected or is to be tried again);
    it is remembered because its uuid must not be used twice.
    """

    SENT = "sent"
    ACCEPTED = "accepted"
    FAILED = "failed"
    UNKNOWN = "unknown"
    RETIRED = "retired"


class Reason(StrEnum):
    """The reason why the outcome of a line is not certain.

    All but ``by-order`` belong to unknown lines. By order: the status file names no uuid of ours, so that the refusal
    was given to the line at its position.
    """

    EXPIRED = "expired"
    NO_FILE = "no-file"
    NO_JOB = "no-job"
    UNLISTED = "unlisted"
    UNREADABLE = "unreadable"
    BY_ORDER = "by-order"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One resource of the onboarding: a dataset, ontology, project, batch or import job."""

    kind: str
    name: str
    state: State
    remote_id: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LineRecord:
    """One annotation line: where it came from, with which job it went, and what became of it.

    Args:
        uuid: of its first generation.
        imported_as: prelabels or ground-truth.
        row: key of the data row (``RowRef.key``).
        feature: tool or question.
        source: place in the user's files.
        job: name of the import job.
        state: what became of it.
        message: the service's own words about it.
        generation: how often it was sent again on purpose.
        reason: why its outcome is not certain.
        position: its place among the lines of its job.
    """

    uuid: str
    imported_as: str
    row: str
    feature: str
    source: str
    job: str
    state: LineState = LineState.SENT
    message: str | None = None
    generation: int = 0
    reason: Reason | None = None
    position: int = 0


class Verdict(NamedTuple):
    """The outcome of a line."""

    uuid: str
    state: LineState
    message: str | None = None
    reason: Reason | None = None
