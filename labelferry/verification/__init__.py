"""What was sent beside what the service holds: equal, missing, extra, moved. Pure; nothing is asked of anybody here."""

from labelferry.verification.compare import compare
from labelferry.verification.content import Content
from labelferry.verification.exported import read_exported
from labelferry.verification.pictures import Pictures
from labelferry.verification.result import Difference, MismatchKind, Refused, RowResult, Verification
from labelferry.verification.sent import read_sent

__all__ = [
    "Content",
    "Difference",
    "MismatchKind",
    "Pictures",
    "Refused",
    "RowResult",
    "Verification",
    "compare",
    "read_exported",
    "read_sent",
]
