"""The database's clock in SQL: hosts that share a ledger agree on it, however wrong their own clocks are.

On SQLite it is the clock of the machine, which all users of the file share.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, DateTime, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

__all__ = ["Later", "time_of", "utc"]


class Later(FunctionElement[datetime]):
    """The database's time at execution, plus some seconds."""

    type = DateTime(timezone=True)
    inherit_cache = True

    def __init__(self, by: timedelta = timedelta()) -> None:
        super().__init__(literal(by.total_seconds()))


@compiles(Later, "postgresql")
def _on_postgresql(element: Later, compiler: SQLCompiler, **options: Any) -> str:
    return f"(clock_timestamp() + make_interval(secs => {compiler.process(element.clauses, **options)}))"


@compiles(Later, "sqlite")
def _on_sqlite(element: Later, compiler: SQLCompiler, **options: Any) -> str:
    """Render six digits after the point, as SQLAlchemy writes and reads them."""
    by = compiler.process(element.clauses, **options)
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', {by} || ' seconds')"


def time_of(connection: Connection) -> datetime:
    """Return the time by the database's clock."""
    return utc(connection.execute(select(Later())).scalar_one())


def utc(moment: datetime) -> datetime:
    """Return a moment of the ledger in UTC: SQLite keeps no zone, and PostgreSQL gives the session's."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
