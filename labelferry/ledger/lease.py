"""One run of an onboarding at a time: a lease in the ledger that its holder renews and that expires by itself.

A run that was killed leaves its lease behind. On the same machine the next run sees that the process is gone and takes
over at once; from another machine it waits until the lease has expired.
"""

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import CursorResult, Engine, delete, or_, select, update
from sqlalchemy.exc import IntegrityError

from labelferry.errors import ConflictError, LedgerError
from labelferry.ledger.schema import leases

__all__ = ["Lease", "held"]

TERM = timedelta(seconds=60)


class Lease:
    """The lease of one onboarding in one workspace."""

    def __init__(self, engine: Engine, workspace: str, onboarding: str, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock, self._name = engine, clock, onboarding
        self._key = {"workspace": workspace, "onboarding": onboarding}
        self._mine = (leases.c.workspace == workspace, leases.c.onboarding == onboarding)
        self.holder = _this_process()

    def take(self) -> None:
        """Take the lease.

        Raises:
            ConflictError: when another run holds it.
        """
        if self._insert() or self._take_over():
            return None
        with self._engine.connect() as connection:
            row = connection.execute(select(leases.c.holder, leases.c.expires_at).where(*self._mine)).first()
        if row is None:
            return self.take()
        raise ConflictError(
            f"another run of '{self._name}' is at work ({row.holder}); wait until it has ended. "
            f"If it was killed, its lease ends at {row.expires_at:%H:%M:%S} UTC"
        )

    def renew(self) -> bool:
        """Push the end further away; return whether the lease is still ours."""
        query = update(leases).where(*self._mine, leases.c.holder == self.holder)
        with self._engine.begin() as connection:
            done: CursorResult[tuple[()]] = connection.execute(query.values(self._term()))
            return done.rowcount == 1

    def release(self) -> None:
        """Give the lease back."""
        with self._engine.begin() as connection:
            connection.execute(delete(leases).where(*self._mine, leases.c.holder == self.holder))

    def _insert(self) -> bool:
        try:
            with self._engine.begin() as connection:
                connection.execute(leases.insert().values(**self._key, holder=self.holder, **self._term()))
        except IntegrityError:
            return False
        return True

    def _take_over(self) -> bool:
        """Take a lease that has expired, or whose process on this machine is gone."""
        with self._engine.begin() as connection:
            old = connection.execute(select(leases.c.holder).where(*self._mine)).scalar()
            free = or_(leases.c.expires_at < self._clock(), leases.c.holder == (old if _is_gone(old) else self.holder))
            query = update(leases).where(*self._mine, free, leases.c.holder == old)
            done: CursorResult[tuple[()]] = connection.execute(query.values(holder=self.holder, **self._term()))
            return done.rowcount == 1

    def _term(self) -> dict[str, datetime]:
        return {"expires_at": self._clock() + TERM}


@contextmanager
def held(lease: Lease, every: float = TERM.total_seconds() / 3) -> Iterator[None]:
    """Hold a lease for as long as the block runs, renewing it in the background.

    A process that slept past its lease's end finds somebody else at work: it is interrupted then, as by Ctrl-C.

    Raises:
        ConflictError: when another run holds it, or took it over.
    """
    lease.take()
    ended, lost, main = threading.Event(), threading.Event(), threading.main_thread().ident or 0

    def keep() -> None:
        while not ended.wait(every):
            with suppress(LedgerError):  # the next time, maybe; whoever needs the ledger meanwhile says what is wrong
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
            "this run stood still for so long that its lease ended and another run took over; it has stopped. "
            "Nothing is lost: wait until the other has ended"
        ) from error
    finally:
        ended.set()
        keeper.join()
        lease.release()


def _this_process() -> str:
    return f"process {os.getpid()} on {socket.gethostname()}, begun {_begun(os.getpid())}"


def _begun(pid: int) -> str:
    """When a process began, in the kernel's ticks: a process number may be used again. "" where unknown."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[-1].split()[19]
    except OSError:
        return ""


def _is_gone(holder: str | None) -> bool:
    """Whether the holder was a process of this machine that does not run any more."""
    if holder is None or f" on {socket.gethostname()}," not in holder or not Path("/proc/self").exists():
        return False
    pid, begun = int(holder.split()[1]), holder.rsplit(" ", 1)[-1]
    return _begun(pid) != begun
