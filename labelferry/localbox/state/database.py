"""One SQLite file, opened once per thread: transactions in, rows as frozen records out.

Several processes may share the file: WAL lets readers continue while one writer works, and a writer takes its lock at
the start of its transaction (BEGIN IMMEDIATE), so that nothing it has read can change under it.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import orjson

from labelferry.localbox.state.filestore import FileStore

TABLES = Path(__file__).with_name("tables.sql")
BUSY_SECONDS = 60.0

Parameters = tuple[Any, ...] | Mapping[str, Any]
R = TypeVar("R")


def as_json(value: object) -> str:
    """Return a value as JSON text, the form in which opaque columns are stored."""
    return orjson.dumps(value).decode()


class Session:
    """One transaction's view of the tables and files."""

    def __init__(self, connection: sqlite3.Connection, files: FileStore) -> None:
        self.connection = connection
        self.files = files

    def run(self, sql: str, parameters: Parameters = ()) -> int:
        """Execute one statement and return the number of affected rows."""
        return self.connection.execute(sql, parameters).rowcount

    def run_many(self, sql: str, rows: Iterable[Parameters]) -> None:
        """Execute one statement for each row of parameters."""
        self.connection.executemany(sql, rows)

    def insert(self, table: str, **values: Any) -> None:
        """Insert one row."""
        names = ", ".join(values)
        slots = ", ".join(f":{name}" for name in values)
        self.run(f"INSERT INTO {table} ({names}) VALUES ({slots})", values)  # noqa: S608 - names are ours

    def update(self, table: str, row_id: str, **values: Any) -> int:
        """Update the row with that id; return the number of affected rows."""
        if not values:
            return 0
        pairs = ", ".join(f"{name} = :{name}" for name in values)
        return self.run(f"UPDATE {table} SET {pairs} WHERE id = :row_id", {**values, "row_id": row_id})  # noqa: S608

    def delete(self, table: str, row_id: str) -> int:
        """Delete the row with that id and everything that references it."""
        return self.run(f"DELETE FROM {table} WHERE id = ?", (row_id,))  # noqa: S608 - the name is ours

    def value(self, sql: str, parameters: Parameters = ()) -> Any:
        """Return the first column of the first row, or None."""
        row = self.connection.execute(sql, parameters).fetchone()
        return None if row is None else row[0]

    def column(self, sql: str, parameters: Parameters = ()) -> list[Any]:
        """Return the first column of every row."""
        return [row[0] for row in self.connection.execute(sql, parameters)]

    def rows(self, sql: str, parameters: Parameters = ()) -> list[dict[str, Any]]:
        """Return every row as a dict."""
        return [dict(row) for row in self.connection.execute(sql, parameters)]

    def stream(self, sql: str, parameters: Parameters = ()) -> Iterator[sqlite3.Row]:
        """Yield the rows one by one, without loading them all."""
        yield from self.connection.execute(sql, parameters)

    def all(self, record: type[R], sql: str, parameters: Parameters = ()) -> list[R]:
        """Return every row as a record; ``*`` in the statement stands for the record's columns."""
        found = self.connection.execute(sql, parameters)
        return [record(**_only(record, row)) for row in found]

    def one(self, record: type[R], sql: str, parameters: Parameters = ()) -> R | None:
        """Return the first row as a record, or None."""
        row = self.connection.execute(sql, parameters).fetchone()
        return None if row is None else record(**_only(record, row))


def _only(record: type[Any], row: sqlite3.Row) -> dict[str, Any]:
    return {field.name: row[field.name] for field in fields(record)}


class Database:
    """The data folder: ``localbox.db`` and ``files/``."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "localbox.db"
        self.files = FileStore(folder / "files")
        self._local = threading.local()
        with self._opened() as connection:
            connection.executescript(TABLES.read_text("utf-8"))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a read-only transaction: one consistent view of everything."""
        with self._transaction("BEGIN") as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a transaction for writing: committed when the block succeeds, otherwise rolled back."""
        with self._transaction("BEGIN IMMEDIATE") as session:
            yield session

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Session]:
        connection = self._connection()
        connection.execute(begin)
        try:
            yield Session(connection, self.files)
        except BaseException:
            connection.rollback()
            raise
        connection.commit()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._open()
            self._local.connection = connection
        return connection

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        connection = self._open()
        try:
            yield connection
        finally:
            connection.close()
