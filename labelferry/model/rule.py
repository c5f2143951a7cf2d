"""A rule of the table and what it found in one place -> a finding.

Messages and remedies are ``str.format`` templates, with singular and plural of counted things: ``{count:box|boxes}`` is
"1 box" or "1,204 boxes".
"""

from enum import Enum

from labelferry.model.feature import Where
from labelferry.model.findings import Finding, Severity
from labelferry.printable import masked

__all__ = ["Rule"]


class Rule(Enum):
    """A rule: the severity of its findings, what is wrong, and what to do about it."""

    def __init__(self, severity: Severity, message: str, remedy: str) -> None:
        self.severity = severity
        self.message = message
        self.remedy = remedy

    @property
    def code(self) -> str:
        """The id."""
        return self.name.lower().replace("_", "-")

    def at(
        self,
        where: Where | None,
        *,
        row: str | None = None,
        frame: int | None = None,
        track: str | None = None,
        **values: object,
    ) -> Finding:
        """Return a finding of this rule.

        Args:
            where: the place in the user's files.
            row: global key of the video.
            frame: the first affected frame; the templates may name it.
            track: the source's name for the track.
            values: for the templates.
        """
        told = {name: _Number(value) if isinstance(value, int) else value for name, value in values.items()}
        said, advised = (masked(text.format(frame=frame, **told)) for text in (self.message, self.remedy))
        return Finding(self.code, self.severity, said, advised, where, row, frame, track)


class _Number(int):
    def __format__(self, spec: str) -> str:
        one, several, many = spec.partition("|")
        return f"{int(self):,} {one if self == 1 else many}" if several else format(int(self), spec)
