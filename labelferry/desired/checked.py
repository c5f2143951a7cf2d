"""A desired state -> what check says of it: counts, classes and findings."""

from dataclasses import asdict, dataclass
from typing import Any

from labelferry.desired.classes import ClassCount, classes_of
from labelferry.desired.state import Counts, Desired
from labelferry.model.findings import Finding
from labelferry.shown import Shown

__all__ = ["Checked"]


@dataclass(frozen=True, slots=True, repr=False)
class Checked(Shown):
    """The contents of a spec, and the findings about it."""

    counts: Counts
    findings: tuple[Finding, ...]
    classes: tuple[ClassCount, ...] = ()

    @classmethod
    def of(cls, desired: Desired) -> "Checked":
        """Return the contents of a desired state."""
        return cls(desired.counts, desired.findings, classes_of(desired))

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "counts": asdict(self.counts),
            "classes": [asdict(each) for each in self.classes],
            "findings": [finding.to_dict() for finding in self.findings],
        }
