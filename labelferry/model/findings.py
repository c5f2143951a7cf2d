"""Findings: the reports of readers and checks about the input; ``rules.py`` has the table of their rules."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from labelferry.listing import counted, shorten
from labelferry.model.feature import Where
from labelferry.model.video import RowRef

__all__ = ["Finding", "FindingGroup", "FindingHandler", "Severity", "grouped", "on"]

KEPT = 20
"""Number of findings that a group keeps; the others are counted."""
SHOWN = 5
"""Number of them that a text shows."""


class Severity(StrEnum):
    """An error stops everything before the first request; a warning is reported."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding of a rule.

    Args:
        code: the rule.
        severity: the rule's.
        message: what is wrong.
        remedy: what to do about it.
        where: the place in the user's files; None for something that only Labelbox knows.
        row: global key of the video.
        frame: the first affected frame, counted as in the message.
        track: the source's name for the track.
    """

    code: str
    severity: Severity
    message: str
    remedy: str
    where: Where | None = None
    row: str | None = None
    frame: int | None = None
    track: str | None = None

    def __str__(self) -> str:
        return f"{self.place}: {self.message}; {self.remedy}"

    @property
    def place(self) -> str:
        """The file and line, or else the row."""
        return str(self.where or self.row or "")

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as plain values."""
        where = self.where or Where("")
        return {
            "code": self.code,
            "severity": str(self.severity),
            "path": where.source or None,
            "line": where.line,
            "detail": where.detail,
            "row": self.row,
            "frame": self.frame,
            "track": self.track,
            "message": self.message,
            "remedy": self.remedy,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Finding":
        """Return the finding that ``to_dict`` turned into ``values``."""
        return cls(
            code=values["code"],
            severity=Severity(values["severity"]),
            message=values["message"],
            remedy=values["remedy"],
            where=Where(values["path"], values["line"], values["detail"]) if values["path"] else None,
            row=values["row"],
            frame=values["frame"],
            track=values["track"],
        )


def on(row: RowRef, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings with their row."""
    return (replace(finding, row=row.global_key) for finding in findings)


FindingHandler = Callable[[Finding], None]
"""The receiver of a reader's findings."""


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """All findings of one rule, bounded.

    Args:
        code: the rule.
        severity: the rule's.
        count: number of findings.
        files: number of files that they are in.
        first: the first findings, one of each message.
    """

    code: str
    severity: Severity
    count: int
    files: int
    first: tuple[Finding, ...]

    def __str__(self) -> str:
        return "\n".join([self.headline, *(f"  {line}" for line in self.lines)])

    @property
    def headline(self) -> str:
        """The finding itself when it is the only one, else the rule and the number of its findings."""
        if self.count == 1:
            return f"{self.severity}: {self.first[0]} [{self.code}]"
        files = f" in {counted(self.files, 'file')}" if self.files else ""
        return f"{self.severity}: {self.code} x{self.count:,}{files}"

    @property
    def lines(self) -> list[str]:
        """The first findings and the number of the others; empty when the headline says it all."""
        return [] if self.count == 1 else shorten([str(each) for each in self.first], SHOWN, total=self.count)

    def to_dict(self) -> dict[str, Any]:
        """Return the group as plain values."""
        counts = {"code": self.code, "severity": str(self.severity), "count": self.count, "files": self.files}
        return {**counts, "first": [finding.to_dict() for finding in self.first]}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "FindingGroup":
        """Return the group that ``to_dict`` turned into ``values``."""
        first = tuple(map(Finding.from_dict, values["first"]))
        return cls(values["code"], Severity(values["severity"]), values["count"], values["files"], first)


def grouped(findings: Iterable[Finding]) -> tuple[FindingGroup, ...]:
    """Group the findings by rule: errors before warnings, otherwise in order of first appearance."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault(finding.code, []).append(finding)
    groups = map(_group, by_rule.values())
    return tuple(sorted(groups, key=lambda group: group.severity is not Severity.ERROR))


def _group(same: list[Finding]) -> FindingGroup:
    by_message: dict[tuple[str, str], Finding] = {}
    for finding in same:
        by_message.setdefault((finding.message, finding.remedy), finding)
    files = {finding.where.source for finding in same if finding.where}
    first = tuple(by_message.values())[:KEPT]
    return FindingGroup(same[0].code, same[0].severity, len(same), len(files), first)
