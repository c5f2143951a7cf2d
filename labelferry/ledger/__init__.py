"""What has been done, kept in SQLite or PostgreSQL."""

from labelferry.ledger.lease import Lease, confirm, held
from labelferry.ledger.ledger import Ledger, LedgerFile, open_ledger
from labelferry.ledger.records import OPEN, Entry, LineRecord, LineState, Reason, State, Verdict

__all__ = [
    "OPEN",
    "Entry",
    "Lease",
    "Ledger",
    "LedgerFile",
    "LineRecord",
    "LineState",
    "Reason",
    "State",
    "Verdict",
    "confirm",
    "held",
    "open_ledger",
]
