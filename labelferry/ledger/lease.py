"""One run at a time per onboarding and per project: a lease in the ledger that its holder renews and that expires.

::

    taken --renewed every 20 s--> held --not renewed for 60 s--> expired --not renewed while watched--> taken over

Only the database's clock counts. Each lease has its own token, and before any change, in the ledger or at the service,
its holder confirms that the row still has it (``confirm``): a process that was suspended past its lease stops before
its next change. A lost lease is never taken back.

A run that was killed leaves its lease behind. On the same machine the next run sees that the process has ended and
takes over at once; from another machine it waits until the lease has expired.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy import Connection, CursorResult, Engine, Update, delete, select, update
from sqlalchemy.exc import IntegrityError

from labelferry.errors import ConflictError, LeaseLostError, LedgerError
from labelferry.ledger.clock import Later, utc
from labelferry.ledger.database import writing
from labelferry.ledger.holder import Holder
from labelferry.ledger.schema import leases
from labelferry.progress import announce

__all__ = ["Lease", "confirm", "confirm_in", "held"]

TERM = timedelta(seconds=60)
EVERY = TERM.total_seconds() / 3
WATCHED = EVERY + 5
"""Seconds for which an apparently expired lease is watched: a live holder renews it in the meantime, even if the
database's clock was set forward or the machine has just woken up."""

ASK_AGAIN_SECONDS = 1.0
LONGEST = 200
DATE = "%Y-%m-%d %H:%M:%S"

Sleep = Callable[[float], None]

_held: ContextVar[tuple["Lease", ...]] = ContextVar("leases", default=())
"""The leases of this run, where the tasks of a flow, which open the ledger themselves, find them."""


class Lease:
    """The lease of one onboarding, or of ``what``, in one workspace."""

    def __init__(self, engine: Engine, workspace: str, what: str) -> None:
        self._engine, self._what = engine, what
        self._key = {"workspace": workspace, "onboarding": _short(what)}
        self._row = (leases.c.workspace == workspace, leases.c.onboarding == _short(what))
        self.holder, self._token = Holder.this(), uuid4().hex

    def take(self, sleep: Sleep = time.sleep) -> None:
        """Take the lease; an apparently expired one is watched first.

        Raises:
            ConflictError: when another run has it.
        """
        while not self._insert():
            found = self._found()
            if found is None:  # given back in the meantime
                continue
            if not found.is_gone:
                if found.is_valid:
                    raise self._in_progress(found)
                announce("making sure that the previous run has ended")
                sleep(WATCHED)
            if self._take_over(found):
                return

    def renew(self) -> bool:
        """Extend the lease; return whether it is still ours."""
        with writing(self._engine) as connection:
            return self.renew_in(connection)

    def renew_in(self, connection: Connection) -> bool:
        """Extend the lease in a transaction, which keeps every other run from taking over until it ends."""
        query = update(leases).where(*self._row, leases.c.token == self._token).values(expires_at=Later(TERM))
        return _changed(connection, query)

    def release(self) -> None:
        """Give the lease back."""
        with writing(self._engine) as connection:
            connection.execute(delete(leases).where(*self._row, leases.c.token == self._token))

    def lost(self) -> LeaseLostError:
        """Return the error that names the new holder."""
        found = self._found()
        who = "" if found is None else f" ({found.holder})"
        return LeaseLostError(
            f"this run was suspended past its lease and another run took over{who}; it was stopped before its next "
            "change. Nothing is lost: wait for the other run to finish"
        )

    def in_use(self) -> str | None:
        """Return the holder of the lease, None if it is free or the holder's process has ended."""
        found = self._found()
        return str(found.holder) if found and found.is_valid and not found.is_gone else None

    def _insert(self) -> bool:
        try:
            with writing(self._engine) as connection:
                connection.execute(leases.insert().values(**self._key, **self._mine()))
        except IntegrityError:
            return False
        return True

    def _found(self) -> "_Found | None":
        columns = (leases.c.holder, leases.c.expires_at, leases.c.token, Later().label("now"))
        with self._engine.connect() as connection:
            row = connection.execute(select(*columns).where(*self._row)).first()
        return None if row is None else _Found(*row)

    def _take_over(self, found: "_Found") -> bool:
        """Take a lease unless it was renewed, taken or given back since it was read."""
        seen = (leases.c.token == found.token, leases.c.expires_at == found.expires_at)
        with writing(self._engine) as connection:
            return _changed(connection, update(leases).where(*self._row, *seen).values(self._mine()))

    def _mine(self) -> dict[str, Any]:
        return {"holder": self.holder.text, "token": self._token, "expires_at": Later(TERM)}

    def _in_progress(self, found: "_Found") -> ConflictError:
        seconds, end = ceil(found.left.total_seconds()), f"{utc(found.expires_at):{DATE}} UTC"
        return ConflictError(
            f"another run of {self._what} is in progress ({found.holder}); wait for it to finish. "
            f"If it was killed, its lease is valid for another {seconds} s, until {end} by the ledger's clock"
        )


class _Found(NamedTuple):
    """The row of a lease, and the time by the database's clock when it was read."""

    stored: str
    expires_at: datetime
    token: str | None
    now: datetime

    @property
    def holder(self) -> Holder | str:
        return Holder.stored(self.stored) or "a process of an earlier version"

    @property
    def is_gone(self) -> bool:
        return isinstance(self.holder, Holder) and self.holder.is_gone

    @property
    def left(self) -> timedelta:
        return self.expires_at - self.now

    @property
    def is_valid(self) -> bool:
        """Whether the lease is still valid; an end beyond any lease's length was written by a wrong clock."""
        return timedelta() < self.left <= TERM


def confirm() -> None:
    """Renew every lease that this run holds.

    Raises:
        LeaseLostError: when another run took one over; nothing more may be changed.
    """
    for lease in _held.get():
        if not lease.renew():
            raise lease.lost()


def confirm_in(connection: Connection) -> None:
    """Renew them in a transaction: it is written by the run that holds the leases, or not at all.

    Raises:
        LeaseLostError: when another run took one over.
    """
    for lease in _held.get():
        if not lease.renew_in(connection):
            raise lease.lost()


@contextmanager
def held(lease: Lease, wait: float = 0, sleep: Sleep = time.sleep, every: float = EVERY) -> Iterator[None]:
    """Hold a lease while the block runs, renewing it in the background.

    Args:
        lease: the lease.
        wait: seconds to wait for another run that has it.
        sleep: waits for some seconds.
        every: seconds between renewals.

    Raises:
        ConflictError: when another run still has it after the wait.
    """
    _take(lease, wait, sleep)
    ended = threading.Event()

    def keep() -> None:
        while not ended.wait(every):
            with suppress(LedgerError):  # perhaps the next time; whatever needs the ledger reports it
                if not lease.renew():
                    return  # the run finds out before its next change

    keeper = threading.Thread(target=keep, name="lease", daemon=True)
    keeper.start()
    before = _held.set((*_held.get(), lease))
    try:
        confirm()  # earlier leases may have been lost while waiting for this one
        yield
    finally:
        _held.reset(before)
        ended.set()
        keeper.join()
        with suppress(LedgerError):  # the lease then expires
            lease.release()


def _short(what: str) -> str:
    """Return a text shortened to the column: names of projects may be longer."""
    return what if len(what) <= LONGEST else f"{what[:100]} {sha256(what.encode()).hexdigest()}"


def _changed(connection: Connection, query: Update) -> bool:
    done: CursorResult[tuple[()]] = connection.execute(query)
    return done.rowcount == 1


def _take(lease: Lease, wait: float, sleep: Sleep) -> None:
    left = wait
    while True:
        try:
            return lease.take(sleep)
        except ConflictError:
            if left <= 0:
                raise
        announce("waiting for another run")
        sleep(min(ASK_AGAIN_SECONDS, left))
        left -= ASK_AGAIN_SECONDS
