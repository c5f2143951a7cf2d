"""What was sent compared with what the service has: equal, missing, extra, moved. Pure, without any requests."""

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
