"""The ledger of one onboarding in one workspace: claim, do, settle.

A claim without a settle means: ask the service first, by name or global key; never do it again blindly. Everything but
the history is written by the run that holds the leases, or not at all.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Literal, Self

from sqlalchemy import ColumnElement, Connection, CursorResult, Engine, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from labelferry.errors import ConflictError
from labelferry.ledger.clock import time_of
from labelferry.ledger.database import open_database, writing
from labelferry.ledger.lease import Lease, confirm_in
from labelferry.ledger.records import LedgerEntry, LineRecord, LineState, State, Verdict
from labelferry.ledger.schema import lines, resources, runs

__all__ = ["Ledger", "LedgerEntry", "LineRecord", "LineState", "State", "open_ledger"]


def open_ledger(url: str, clock: Callable[[], datetime] | None = None) -> "LedgerFile":
    """Open the ledger at a database URL, creating or updating its tables.

    Args:
        url: of the database.
        clock: returns the time to record; by default the database's own, which leases always use.

    Raises:
        SpecError: when it cannot be opened.
    """
    return LedgerFile(open_database(url), clock)


class LedgerFile:
    """The whole ledger; ``of`` returns the part of one onboarding."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime] | None) -> None:
        self.engine, self._clock = engine, clock

    def of(self, workspace: str, onboarding: str) -> "Ledger":
        """Return the part that belongs to one onboarding in one workspace."""
        return Ledger(self, workspace, onboarding)

    def now(self) -> datetime:
        """Return the time by the ledger's clock."""
        if self._clock is not None:
            return self._clock()
        with self.engine.connect() as connection:
            return time_of(connection)

    def __str__(self) -> str:
        return self.engine.url.render_as_string(hide_password=True)

    def onboardings(self) -> list[tuple[str, str]]:
        """Return every (workspace, onboarding) that has a run."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(runs.c.workspace, runs.c.onboarding).distinct())
            return [(row.workspace, row.onboarding) for row in rows]

    def workspaces_of(self, onboarding: str) -> list[str]:
        """Return the workspaces with records of an onboarding."""
        found: dict[str, None] = {}
        with self.engine.connect() as connection:
            for table in (runs, resources):
                query = select(table.c.workspace).where(table.c.onboarding == onboarding).distinct()
                found.update(dict.fromkeys(connection.execute(query).scalars()))
        return list(found)

    def close(self) -> None:
        """Close the connections."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Ledger:
    """The ledger of one onboarding in one workspace."""

    def __init__(self, file: LedgerFile, workspace: str, onboarding: str) -> None:
        self._file, self.workspace, self.onboarding = file, workspace, onboarding
        self._key = {"workspace": workspace, "onboarding": onboarding}

    def entry(self, kind: str, name: str) -> LedgerEntry | None:
        """Return the resource of that kind and name, if it was ever claimed."""
        return next(iter(self._entries(resources.c.kind == kind, resources.c.name == name)), None)

    def entries(self, kind: str) -> list[LedgerEntry]:
        """Return all resources of a kind, by name."""
        return list(self._entries(resources.c.kind == kind))

    def others(self, kind: str) -> list[tuple[str, LedgerEntry]]:
        """Return the resources of a kind of the workspace's other onboardings, with the names of these."""
        beside = (resources.c.workspace == self.workspace, resources.c.onboarding != self.onboarding)
        query = select(resources).where(*beside, resources.c.kind == kind)
        with self._file.engine.connect() as connection:
            return [(row.onboarding, _entry_of(row)) for row in connection.execute(query)]

    def claim(self, kind: str, name: str, **detail: Any) -> None:
        """Record that the service is about to be asked for this resource."""
        self._put(kind, name, State.CLAIMED, None, detail)

    def settle(self, kind: str, name: str, remote_id: str, **detail: Any) -> None:
        """Record that the resource exists, with its id.

        Raises:
            ConflictError: when another one is recorded, which only ``replace`` changes.
        """
        free = (resources.c.state != State.SETTLED) | (resources.c.remote_id == remote_id)
        if not self._put(kind, name, State.SETTLED, remote_id, detail, where=free):
            entry = self.entry(kind, name)
            raise ConflictError(
                f"{kind} '{name}' is {entry and entry.remote_id} in the ledger, and {remote_id} exists as well; delete "
                "the one that is not needed in Labelbox, then run again"
            )

    def replace(self, kind: str, name: str, remote_id: str, **detail: Any) -> None:
        """Record that another resource has replaced the settled one, which no longer exists."""
        self._put(kind, name, State.SETTLED, remote_id, detail)

    def release(self, kind: str, name: str) -> None:
        """Forget a resource that turned out not to exist."""
        with self._write() as connection:
            connection.execute(
                resources.delete().where(*self._mine(resources), resources.c.kind == kind, resources.c.name == name)
            )

    def send_lines(self, records: Iterable[LineRecord]) -> None:
        """Record lines before their job is created; a line that was sent before moves to its new job."""
        values = [self._key | _row_of(record) for record in records]
        with self._write() as connection:
            for start in range(0, len(values), CHUNK):
                _upsert(connection, lines, values[start : start + CHUNK])

    def settle_lines(self, verdicts: Iterable[Verdict]) -> None:
        """Record the outcomes of lines."""
        one = update(lines).where(*self._mine(lines), lines.c.uuid == bindparam("line"))
        values = [
            {"line": uuid, "state": str(state), "message": _storable(message), "reason": reason and str(reason)}
            for uuid, state, message, reason in verdicts
        ]
        if values:
            with self._write() as connection:
                connection.execute(one, values)

    def forget_job_lines(self, job: str) -> None:
        """Remove the lines of a job that was never created; earlier generations are kept."""
        sent = (*self._mine(lines), lines.c.job == job, lines.c.state == LineState.SENT)
        before = {"state": str(LineState.RETIRED), "generation": lines.c.generation - 1}
        with self._write() as connection:
            connection.execute(lines.delete().where(*sent, lines.c.generation == 0))
            connection.execute(update(lines).where(*sent).values(before))

    def retire_lines(self, uuids: Iterable[str]) -> None:
        """Record that lines no longer count."""
        self.settle_lines(Verdict(uuid, LineState.RETIRED) for uuid in uuids)

    def move_job(self, name: str, state: State, remote_id: str | None = None) -> None:
        """Record the state of an import job; a known id is kept."""
        mine = (*self._mine(resources), resources.c.kind == "job", resources.c.name == name)
        new = {"state": str(state)} | ({"remote_id": remote_id} if remote_id else {})
        with self._write() as connection:
            connection.execute(update(resources).where(*mine).values(new))

    def mark_for_deletion(self, name: str) -> None:
        """Record that the service is about to be asked to delete an import job."""
        self.move_job(name, State.DELETING)

    def drop_job(self, name: str) -> None:
        """Record that a job marked for deletion was deleted, and its lines with it."""
        with self._write() as connection:
            mine = (*self._mine(lines), lines.c.job == name)
            connection.execute(update(lines).where(*mine).values(state=str(LineState.RETIRED)))
            mine = (*self._mine(resources), resources.c.kind == "job", resources.c.name == name)
            connection.execute(resources.delete().where(*mine))

    def lines(self, *states: LineState, job: str | None = None, imported_as: str | None = None) -> Iterator[LineRecord]:
        """Yield the lines in the given states (or all), of one job or one kind of import."""
        record = [lines.c[name] for name in LineRecord.__slots__]
        query = select(*record).where(*self._mine(lines)).order_by(lines.c.job, lines.c.source, lines.c.uuid)
        if states:
            query = query.where(lines.c.state.in_([str(state) for state in states]))
        if job is not None:
            query = query.where(lines.c.job == job)
        if imported_as is not None:
            query = query.where(lines.c.imported_as == imported_as)
        with self._file.engine.connect() as connection:
            for row in connection.execute(query):
                yield LineRecord.from_row(row)

    def known(self, what: Literal["uuid", "job"]) -> set[str]:
        """Return the uuids of all lines that were ever sent, or the names of their jobs."""
        with self._file.engine.connect() as connection:
            return set(connection.scalars(select(lines.c[what]).where(*self._mine(lines)).distinct()))

    def lease(self, what: str | None = None) -> Lease:
        """Return the lease that allows one run at a time of this onboarding, or of ``what`` across all onboardings."""
        return Lease(self._file.engine, self.workspace, what or f"'{self.onboarding}'")

    def record_run(self, started_at: datetime, outcome: str, report: Mapping[str, Any]) -> None:
        """Add a run to the history, even if it lost its lease."""
        ended = {"ended_at": self.now(), "outcome": outcome, "report": dict(report)}
        with writing(self._file.engine) as connection:
            connection.execute(runs.insert().values(**self._key, started_at=started_at, **ended))

    def history(self, limit: int = 10) -> list[dict[str, Any]]:
        """Return the latest runs, newest first."""
        query = select(runs).where(*self._mine(runs)).order_by(runs.c.id.desc()).limit(limit)
        with self._file.engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def line_counts(self, imported_as: str) -> dict[str, int]:
        """Return the number of lines in each state, of one kind of import."""
        mine = (*self._mine(lines), lines.c.imported_as == imported_as)
        query = select(lines.c.state, func.count()).where(*mine).group_by(lines.c.state)
        with self._file.engine.connect() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def now(self) -> datetime:
        """Return the time by the ledger's clock."""
        return self._file.now()

    def _entries(self, *conditions: Any) -> Iterator[LedgerEntry]:
        query = select(resources).where(*self._mine(resources), *conditions).order_by(resources.c.name)
        with self._file.engine.connect() as connection:
            for row in connection.execute(query):
                yield _entry_of(row)

    def _put(
        self,
        kind: str,
        name: str,
        state: State,
        remote_id: str | None,
        detail: Mapping[str, Any],
        where: ColumnElement[bool] | None = None,
    ) -> bool:
        """Write a resource, replacing an existing one only if ``where`` holds; return whether it was written."""
        value = self._key | {
            "kind": kind,
            "name": name,
            "state": str(state),
            "remote_id": remote_id,
            "detail": dict(detail),
            "changed_at": self.now(),
        }
        with self._write() as connection:
            return _upsert(connection, resources, [value], where) == 1

    def _mine(self, table: Any) -> tuple[Any, ...]:
        return table.c.workspace == self.workspace, table.c.onboarding == self.onboarding

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with writing(self._file.engine) as connection:
            confirm_in(connection)
            yield connection


def _entry_of(row: Any) -> LedgerEntry:
    return LedgerEntry(row.kind, row.name, State(row.state), row.remote_id, row.detail)


def _row_of(record: LineRecord) -> dict[str, Any]:
    texts = {name: _storable(getattr(record, name)) for name in ("row", "feature", "source", "message")}
    plain = {name: getattr(record, name) for name in ("uuid", "imported_as", "job", "generation", "position")}
    return texts | plain | {"state": str(record.state), "reason": record.reason and str(record.reason)}


def _storable(text: str | None) -> str | None:
    """Return a text without NUL, which PostgreSQL does not store but the service or a file may contain."""
    return text if text is None else text.replace("\0", "\N{SYMBOL FOR NULL}")


CHUNK = 500
"""Rows per insert: below every database's limit on bound values."""


def _upsert(
    connection: Connection, table: Any, values: list[dict[str, Any]], where: ColumnElement[bool] | None = None
) -> int:
    """Write rows, replacing existing ones only if ``where`` holds; return the number written."""
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table).values(values)
    keys = [column.name for column in table.primary_key]
    fresh = {name: insert.excluded[name] for name in values[0] if name not in keys}
    query = insert.on_conflict_do_update(index_elements=keys, set_=fresh, where=where)
    done: CursorResult[tuple[()]] = connection.execute(query, execution_options={"preserve_rowcount": True})
    return done.rowcount
