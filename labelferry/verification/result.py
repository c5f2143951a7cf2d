"""The result of a comparison, as one value that is printed, written as JSON and shown in Prefect's UI."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import orjson

from labelferry.errors import PartialFailureError, VerificationError
from labelferry.listing import counted
from labelferry.private import open_private, private_folder
from labelferry.shown import Shown

__all__ = ["CountedPart", "LabelDifference", "MismatchKind", "Outcome", "Refused", "RowResult", "Verification"]

TOLD = 500
"""Number of differences kept for one row; the counts include all."""


class CountedPart(StrEnum):
    """Parts of a label that may have their own frame base."""

    OBJECTS = "objects"
    ANSWERS = "answers"


class Outcome(StrEnum):
    """The outcome of a verification.

    ``ACCEPTED`` is weaker than ``VERIFIED``: the service reported every line as accepted, but not everything can be
    read back. That applies to pre-labels, and to everything ``not_comparable``.
    """

    VERIFIED = "verified"
    ACCEPTED = "accepted"
    INCOMPLETE = "incomplete"
    """Everything accepted is there, but lines were refused, or are not known to be imported."""
    DIFFERS = "differs"


class MismatchKind(StrEnum):
    """The kind of a difference."""

    MISSING = "missing"
    EXTRA = "extra"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class LabelDifference:
    """One difference from what was sent.

    Args:
        kind: missing at the service, there without having been sent, or moved in space or time.
        row: global key.
        feature: tool, or question and answer.
        place: in the user's files; for extra things, the label and feature at the service.
        what: as text.
        frame: the first affected frame.
        pixels: the largest distance, if coordinates moved.
    """

    kind: MismatchKind
    row: str
    feature: str
    place: str
    what: str
    frame: int | None = None
    pixels: float | None = None

    def __str__(self) -> str:
        return f"{self.kind}: {self.row}, '{self.feature}' ({self.place}): {self.what}"


@dataclass(frozen=True, slots=True)
class RowResult:
    """One row: the number of things that are equal, missing, extra, moved or not comparable.

    Args:
        offset: by how many frames its objects, its answers or both are later than sent, if that is the only difference.
    """

    row: str
    equal: int = 0
    missing: int = 0
    extra: int = 0
    moved: int = 0
    not_comparable: Mapping[str, int] = field(default_factory=dict)
    differences: tuple[LabelDifference, ...] = ()
    unknown: Mapping[str, int] = field(default_factory=dict)
    offset: Mapping[CountedPart, int] = field(default_factory=dict)

    @property
    def differs(self) -> bool:
        """Whether anything differs from what was sent."""
        return bool(self.missing or self.extra or self.moved)

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain values, its differences bounded."""
        differences = [asdict(each) for each in self.differences[:TOLD]]
        return asdict(self) | {"differences": differences, "offset": _plain(self.offset)}


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that the service refused, and its source."""

    row: str
    feature: str
    source: str
    message: str


@dataclass(frozen=True, slots=True, repr=False)
class Verification(Shown):
    """What the service has, compared with what was sent.

    Args:
        name: of the onboarding.
        remote: name of the Labelbox.
        imported_as: prelabels or ground-truth.
        accepted: lines that the service accepted, by their status.
        failed: lines that it refused; they are not expected to be there.
        pending: lines that were not sent, or whose status is not known yet; they are not expected to be there.
        failed_lines: the first of the refused ones.
        rows: by row; empty for pre-labels, which cannot be read back.
        tolerance: pixels within which coordinates agree.
        unknown: lines whose outcome it does not report; they may be there or not.
        account: how well the account is known, as its profile says; None when it need not be.
    """

    name: str
    remote: str
    imported_as: str
    accepted: int
    failed: int
    pending: int
    failed_lines: tuple[Refused, ...] = ()
    rows: tuple[RowResult, ...] = ()
    tolerance: float = 0.0
    unknown: int = 0
    account: str | None = None

    @property
    def totals(self) -> dict[str, int]:
        """Counts over all rows: equal, missing, extra, moved."""
        names = ("equal", "missing", "extra", "moved")
        return {name: sum(getattr(row, name) for row in self.rows) for name in names}

    @property
    def not_comparable(self) -> dict[str, int]:
        """Counts over all rows: what an export does not contain in a comparable form."""
        return dict(sum((Counter(row.not_comparable) for row in self.rows), Counter[str]()))

    @property
    def unknown_keys(self) -> dict[str, int]:
        """Counts over all rows: unknown keys of the export."""
        return dict(sum((Counter(row.unknown) for row in self.rows), Counter[str]()))

    @property
    def outcome(self) -> Outcome:
        """The outcome."""
        if any(row.differs for row in self.rows):
            return Outcome.DIFFERS
        if self.failed or self.pending or self.unknown:
            return Outcome.INCOMPLETE
        return Outcome.VERIFIED if self.rows and not self.not_comparable else Outcome.ACCEPTED

    @property
    def offset(self) -> Mapping[CountedPart, int]:
        """By how many frames everything that differs is later than it was sent, if nothing else is wrong."""
        found = [row.offset for row in self.rows if row.differs]
        return found[0] if found and all(each == found[0] for each in found) else {}

    def summary(self) -> dict[str, Any]:
        """Return the counts and the outcome, for a log."""
        counts = ("accepted", "failed", "unknown", "pending", "totals", "not_comparable")
        names = ("name", "imported_as", "outcome", *counts)
        return {name: getattr(self, name) for name in names}

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return self.summary() | {
            "remote": self.remote,
            "tolerance": self.tolerance,
            "account": self.account,
            "unknown_keys": self.unknown_keys,
            "failed_lines": [asdict(each) for each in self.failed_lines],
            "offset": _plain(self.offset),
            "rows": [row.to_dict() for row in self.rows],
        }

    def refuse_differences(self) -> None:
        """Raise when the service does not have what was sent, or that is unknown.

        Raises:
            VerificationError: when labels are missing, extra or moved, or lines are pending or unknown; it
                carries this value.
            PartialFailureError: when everything accepted is there, but lines were refused.
        """
        if self.outcome is Outcome.DIFFERS:
            found = self.totals
            raise VerificationError(
                f"{self.name} differs: {counted(found['missing'], 'label')} missing, {found['extra']} extra, "
                f"{found['moved']} moved",
                self,
            )
        if self.failed:
            message = f"{counted(self.failed, 'line')} refused; labelferry status {self.name} lists them"
            raise PartialFailureError(message, self)
        if open_ := self.pending + self.unknown:
            raise VerificationError(f"{counted(open_, 'line')} not known to be imported; run labelferry onboard", self)

    def write(self, folder: Path) -> Path:
        """Write it as JSON."""
        path = private_folder(folder) / f"{self.name}-verify.json"
        with open_private(path) as out:
            out.write(orjson.dumps(self.to_dict(), option=orjson.OPT_INDENT_2))
        return path


def _plain(offset: Mapping[CountedPart, int]) -> dict[str, int]:
    return {str(part): frames for part, frames in offset.items()}
