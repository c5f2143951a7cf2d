"""The ledger: what has been done, stored in SQLite or PostgreSQL."""

from labelferry.ledger.lease import Lease, confirm, held
from labelferry.ledger.ledger import Ledger, LedgerFile, open_ledger
from labelferry.ledger.records import OPEN, LedgerEntry, LineRecord, LineState, Reason, State, Verdict

__all__ = [
    "OPEN",
    "Lease",
    "Ledger",
    "LedgerEntry",
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
