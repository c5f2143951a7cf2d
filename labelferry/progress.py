"""Progress of long work, announced to whoever listens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["announce", "watching"]

Listener = Callable[[str, int, int | None], None]

_listener: ContextVar[Listener | None] = ContextVar("progress", default=None)


def announce(what: str, done: int = 0, total: int | None = None) -> None:
    """Announce that ``done`` of ``total`` of something is done; the total may be unknown."""
    listener = _listener.get()
    if listener is not None:
        listener(what, done, total)


@contextmanager
def watching(listener: Listener) -> Iterator[None]:
    """Receive every announcement inside the block; earlier listeners still receive them too."""
    before = _listener.get()

    def both(what: str, done: int, total: int | None) -> None:
        listener(what, done, total)
        if before is not None:
            before(what, done, total)

    token = _listener.set(both)
    try:
        yield
    finally:
        _listener.reset(token)
