"""What has been done, kept in SQLite or PostgreSQL."""

from labelferry.ledger.ledger import Entry, Ledger, LedgerFile, LineRecord, LineState, State, open_ledger

__all__ = ["Entry", "Ledger", "LedgerFile", "LineRecord", "LineState", "State", "open_ledger"]
