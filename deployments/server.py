"""``prefect server start`` without the stand-stills that it has on SQLite: ``python -m deployments.server start ...``.

Measured with Prefect 3.8.8 and CPython 3.11, four runs at a time: where Python's garbage collector, in the event loop's
thread, finds a cursor whose connection waits for the write lock in its own thread, it waits for that connection. The
transaction that has the lock cannot go on, because its coroutine needs the event loop. Nothing moves until SQLite
gives up, which Prefect sets to 60 seconds. So it gives up sooner here, and the collector comes by less often. With
PostgreSQL neither makes a difference.
"""

import gc
import sys
from typing import Any

from prefect.cli import app
from sqlalchemy import event
from sqlalchemy.pool import Pool

__all__ = ["main"]

PATIENCE_MS = 8_000
"""Prefect's clients repeat what was refused for a lock."""

ALLOCATIONS = 50_000
"""Between two collections of the youngest objects; Python's default is 700."""


def give_up_sooner(connection: Any, *_: object) -> None:
    """Wait less long for a lock, on an SQLite connection that is about to be used."""
    if "sqlite" in type(connection).__module__:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
        cursor.close()


def main(arguments: list[str]) -> None:
    """Run the server until it is stopped."""
    event.listen(Pool, "checkout", give_up_sooner)
    gc.set_threshold(ALLOCATIONS, 20, 20)
    sys.argv = ["prefect", "server", *arguments]
    app()


if __name__ == "__main__":
    main(sys.argv[1:])
