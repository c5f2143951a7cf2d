"""Findings: what a reader or a check has to say about the input."""

from dataclasses import dataclass
from enum import StrEnum

from labelferry.model.feature import Where

__all__ = ["Finding", "Severity"]


class Severity(StrEnum):
    """An error stops everything before the first request; a warning is reported and stands in the report."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about the input that somebody should know."""

    severity: Severity
    where: Where
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.remedy}"
