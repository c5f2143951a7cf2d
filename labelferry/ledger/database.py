"""A database URL -> an engine whose tables are those of this version.

Migrations are Alembic's. They run under a lock of the database, so processes that open a new ledger at the same time
do not create its tables twice; a ledger that is up to date is opened without Alembic.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    IntegrityError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random

from labelferry.errors import LedgerError, SpecError
from labelferry.private import create_private, private_folder

__all__ = ["VERSION", "open_database", "writing"]

VERSION = "0005"
"""The newest migration in ``migrations/versions``."""

FORSAKEN = "60s"
"""How long PostgreSQL lets a process that was suspended in the middle of a write keep its locks."""

DATABASES = ("sqlite", "postgresql")

BUSY_SECONDS = 30
"""How long SQLite waits for another process's lock."""

LOCK = 5_711_038
"""Key of the advisory lock in PostgreSQL; an arbitrary number that no other program uses."""


def open_database(url: str) -> Engine:
    """Open the database at ``url`` and bring its tables up to date.

    Raises:
        SpecError: when the URL is invalid, its driver is not installed, the database is unreachable, or the ledger was
            written by a newer labelferry.
    """
    try:
        if url.startswith("postgres://"):  # as hosting services write it; SQLAlchemy knows only the long form
            url = "postgresql" + url.removeprefix("postgres")
        _refuse_other(url)
        engine = create_engine(url)
        if engine.dialect.name == "sqlite":
            _prepare_sqlite(engine)
        _update(engine)
    except ModuleNotFoundError as error:
        raise SpecError(f"LABELFERRY_LEDGER: driver {error.name} is not installed; add labelferry[postgres]") from error
    except (ArgumentError, NoSuchModuleError, OperationalError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise SpecError(f"LABELFERRY_LEDGER: the ledger's database cannot be opened: {reason}") from error
    except DatabaseError as error:
        raise SpecError(
            f"{engine.url.database or 'LABELFERRY_LEDGER'}: not a ledger, or a damaged one ({error.orig}); move it "
            "away and run labelferry onboard SPEC again: it finds what is in Labelbox"
        ) from error
    event.listen(engine, "handle_error", _say_what_failed)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Yield a connection in a transaction, committed at the end; a process suspended inside loses it after a while."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SET LOCAL idle_in_transaction_session_timeout = '{FORSAKEN}'")
        yield connection


def _say_what_failed(context: ExceptionContext) -> None:
    """Turn database failures from now on into our own error; an existing row is an answer, not a failure."""
    error = context.sqlalchemy_exception
    if isinstance(error, SQLAlchemyError) and not isinstance(error, IntegrityError):
        reason = str(context.original_exception).splitlines()[0]
        raise LedgerError(
            f"the ledger's database failed: {reason}; nothing is lost; run again when the database is back"
        ) from error


def _update(engine: Engine) -> None:
    try:
        with engine.connect() as connection:
            found = _version(connection)
        if found != VERSION:
            _migrate(engine)
    except BaseException:
        engine.dispose()
        raise


def _refuse_other(url: str) -> None:
    """Refuse a database that the ledger's statements were not tried on."""
    name = make_url(url).get_backend_name()
    if name not in DATABASES:
        known = "sqlite:////path/ledger.db or postgresql://host/database"
        raise SpecError(f"LABELFERRY_LEDGER: the ledger cannot be kept in {name}; give a URL like {known}")


def _prepare_sqlite(engine: Engine) -> None:
    database = engine.url.database
    if database and database != ":memory:" and not database.startswith("file:"):
        private_folder(Path(database).parent)
        create_private(Path(database))
    event.listen(engine, "connect", _tune_sqlite)


def _tune_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    # Changing the mode needs the database alone, and does not wait for it: two first runs on one new file meet here.
    if cursor.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        Retrying(
            retry=retry_if_exception_type(sqlite3.OperationalError),
            wait=wait_random(0.01, 0.1),
            stop=stop_after_delay(BUSY_SECONDS),
            reraise=True,
        )(cursor.execute, "PRAGMA journal_mode=WAL")
    cursor.close()


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return version


def _migrate(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with _locked(engine) as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, VERSION)
        except CommandError as error:
            raise SpecError(f"the ledger was written by a newer labelferry ({error}); update this one") from error


@contextmanager
def _locked(engine: Engine) -> Iterator[Connection]:
    """Yield the only connection that may change the tables."""
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if sqlite else f"SELECT pg_advisory_lock({LOCK})")
        try:
            yield connection
        finally:
            connection.exec_driver_sql("COMMIT" if sqlite else f"SELECT pg_advisory_unlock({LOCK})")
