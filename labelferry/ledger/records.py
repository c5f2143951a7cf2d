"""The ledger's records as small frozen values, and their states."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

__all__ = ["OPEN", "LedgerEntry", "LineRecord", "LineState", "Reason", "State", "Verdict"]


class State(StrEnum):
    """The state of a resource: claimed before the service is asked to create it, settled when its id is known.

    An import job is created when the service reports so, and absent while the service does not list a job that it
    reported as created; it is settled when each of its lines has an outcome. One that is being replaced is deleting
    until the service has deleted it.
    """

    CLAIMED = "claimed"
    CREATED = "created"
    ABSENT = "absent"
    SETTLED = "settled"
    DELETING = "deleting"


OPEN = frozenset({State.CLAIMED, State.CREATED, State.ABSENT})
"""The states of import jobs whose outcome is still needed."""


class LineState(StrEnum):
    """The state of a line: sent with a job whose outcome is not known yet, accepted by the service, or refused by it.

    A line is unknown when its job is over and the service does not report its outcome: it may be imported. A retired
    one no longer counts (its job was deleted, its label was sent again, it was corrected or will be retried); it is
    kept because its uuid must not be used twice.
    """

    SENT = "sent"
    ACCEPTED = "accepted"
    FAILED = "failed"
    UNKNOWN = "unknown"
    RETIRED = "retired"


class Reason(StrEnum):
    """The reason why the outcome of a line is not certain.

    All but ``by-order`` belong to unknown lines. By order: the status file has none of our uuids, so the refusal was
    assigned to the line at its position.
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
    """One annotation line: its source, its job, and its outcome.

    Args:
        uuid: of its first generation.
        imported_as: prelabels or ground-truth.
        row: key of the data row (``RowRef.key``).
        feature: tool or question.
        source: place in the user's files.
        job: name of the import job.
        state: its outcome.
        message: the service's message about it.
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

    @classmethod
    def from_row(cls, found: Sequence[Any]) -> "LineRecord":
        """Return the record with these values, in the order above, as a database keeps them."""
        uuid, imported_as, row, feature, source, job, state, message, generation, reason, position = found
        kept = (message, generation, Reason(reason) if reason else None, position)
        return cls(uuid, imported_as, row, feature, source, job, LineState(state), *kept)


class Verdict(NamedTuple):
    """The outcome of a line."""

    uuid: str
    state: LineState
    message: str | None = None
    reason: Reason | None = None
