"""One run at a time of an onboarding, and in a project: a lease in the ledger that its holder renews and that expires.

A run that was killed leaves its lease behind. On the same machine the next run sees that the process has ended and
takes over at once; from another machine it waits until the lease has expired.
"""

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from sqlalchemy import CursorResult, Engine, delete, or_, select, update
from sqlalchemy.exc import IntegrityError

from labelferry.errors import ConflictError, LedgerError
from labelferry.ledger.schema import leases
from labelferry.progress import announce

__all__ = ["Holder", "Lease", "held"]

TERM = timedelta(seconds=60)
ASK_AGAIN_SECONDS = 1.0
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that holds a lease: its number on its machine, and when it began, since numbers are used again.

    Args:
        pid: the process.
        host: the machine.
        begun: in the kernel's ticks since the machine started; "" where that is unknown.
    """

    pid: int
    host: str
    begun: str

    @classmethod
    def this(cls) -> "Holder":
        """Return the running process."""
        return cls(os.getpid(), socket.gethostname(), _begun(os.getpid()))

    @classmethod
    def stored(cls, text: str) -> "Holder | None":
        """Return the holder that a row of the ledger says; None for one of an earlier version, which is let expire."""
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError):
            return None

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}"

    @property
    def text(self) -> str:
        """As it is stored."""
        return json.dumps(asdict(self))

    @property
    def is_gone(self) -> bool:
        """Whether it was a process of this machine that does not run any more."""
        known = self.host == socket.gethostname() and Path("/proc/self").exists()
        return known and _begun(self.pid) != self.begun


class Lease:
    """The lease of one thing in one workspace: an onboarding, or what ``what`` names."""

    def __init__(self, engine: Engine, workspace: str, what: str, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock, self._what = engine, clock, what
        self._key = {"workspace": workspace, "onboarding": _short(what)}
        self._mine = (leases.c.workspace == workspace, leases.c.onboarding == _short(what))
        self.holder = Holder.this()

    def take(self) -> None:
        """Take the lease.

        Raises:
            ConflictError: when another run has it.
        """
        if self._insert() or self._take_over():
            return None
        with self._engine.connect() as connection:
            row = connection.execute(select(leases.c.holder, leases.c.expires_at).where(*self._mine)).first()
        if row is None:
            return self.take()
        holder = Holder.stored(row.holder) or "a process of an earlier version"
        raise ConflictError(
            f"another run of {self._what} is in progress ({holder}); wait for it to finish. "
            f"If it was killed, its lease expires at {row.expires_at:%H:%M:%S} UTC"
        )

    def renew(self) -> bool:
        """Push the end further away; return whether the lease is still ours."""
        query = update(leases).where(*self._mine, leases.c.holder == self.holder.text)
        with self._engine.begin() as connection:
            done: CursorResult[tuple[()]] = connection.execute(query.values(self._term()))
        return done.rowcount == 1 or self._insert()

    def release(self) -> None:
        """Give the lease back."""
        with self._engine.begin() as connection:
            connection.execute(delete(leases).where(*self._mine, leases.c.holder == self.holder.text))

    def _insert(self) -> bool:
        try:
            with self._engine.begin() as connection:
                connection.execute(leases.insert().values(**self._key, holder=self.holder.text, **self._term()))
        except IntegrityError:
            return False
        return True

    def _take_over(self) -> bool:
        """Take a lease that has expired, or whose process on this machine has ended."""
        with self._engine.begin() as connection:
            old = connection.execute(select(leases.c.holder).where(*self._mine)).scalar()
            holder = None if old is None else Holder.stored(old)
            ours = old if holder is not None and holder.is_gone else self.holder.text
            free = or_(leases.c.expires_at < self._clock(), leases.c.holder == ours)
            query = update(leases).where(*self._mine, free, leases.c.holder == old)
            done: CursorResult[tuple[()]] = connection.execute(query.values(holder=self.holder.text, **self._term()))
            return done.rowcount == 1

    def _term(self) -> dict[str, datetime]:
        return {"expires_at": self._clock() + TERM}


@contextmanager
def held(
    lease: Lease,
    wait: float = 0,
    sleep: Callable[[float], None] = time.sleep,
    every: float = TERM.total_seconds() / 3,
) -> Iterator[None]:
    """Hold a lease for as long as the block runs, renewing it in the background.

    A process that slept past its lease's end may find that another run took over: it is interrupted then, as by Ctrl-C.

    Args:
        lease: the lease.
        wait: seconds to wait for another run that has it.
        sleep: how to wait.
        every: seconds between renewals.

    Raises:
        ConflictError: when another run still has it after the wait, or took it over.
    """
    _take(lease, wait, sleep)
    ended, lost, main = threading.Event(), threading.Event(), threading.main_thread().ident or 0

    def keep() -> None:
        while not ended.wait(every):
            with suppress(LedgerError):  # the next time, maybe; who needs the ledger meanwhile reports it
                if not lease.renew():
                    lost.set()
                    signal.pthread_kill(main, signal.SIGINT)
                    return

    keeper = threading.Thread(target=keep, name="lease", daemon=True)
    keeper.start()
    try:
        yield
    except KeyboardInterrupt as error:
        if not lost.is_set():
            raise
        raise ConflictError(
            "this run was suspended past its lease and another run took over; it was stopped. "
            "Nothing is lost: wait for the other to finish"
        ) from error
    finally:
        ended.set()
        keeper.join()
        lease.release()


def _short(what: str) -> str:
    """Return what fits the column: the names of projects may be longer."""
    return what if len(what) <= LONGEST else f"{what[:100]} {sha256(what.encode()).hexdigest()}"


def _take(lease: Lease, wait: float, sleep: Callable[[float], None]) -> None:
    left = wait
    while True:
        try:
            return lease.take()
        except ConflictError:
            if left <= 0:
                raise
        announce("waiting for another run")
        sleep(min(ASK_AGAIN_SECONDS, left))
        left -= ASK_AGAIN_SECONDS


def _begun(pid: int) -> str:
    """Return when a process began, in the kernel's ticks: a process number may be used again. "" where unknown."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rsplit(")", 1)[-1].split()[19]
    except OSError:
        return ""
