"""What was sent beside what the service holds: equal, missing, extra, moved. Pure; nothing is asked of anybody here."""

from labelferry.verification.compare import compare
from labelferry.verification.content import RowContent
from labelferry.verification.exported import read_exported
from labelferry.verification.pictures import Pictures
from labelferry.verification.result import LabelDifference, MismatchKind, Refused, RowResult, Verification
from labelferry.verification.sent import read_sent

__all__ = [
    "LabelDifference",
    "MismatchKind",
    "Pictures",
    "Refused",
    "RowContent",
    "RowResult",
    "Verification",
    "compare",
    "read_exported",
    "read_sent",
]
