"""What has been done, kept in SQLite or PostgreSQL."""

from labelferry.ledger.lease import Lease, held
from labelferry.ledger.ledger import Entry, Ledger, LedgerFile, LineRecord, LineState, State, open_ledger

__all__ = ["Entry", "Lease", "Ledger", "LedgerFile", "LineRecord", "LineState", "State", "held", "open_ledger"]
