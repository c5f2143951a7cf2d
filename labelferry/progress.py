"""Progress: long work says how far it is; whoever started it may listen."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["announce", "watching"]

Listener = Callable[[str, int, int | None], None]

_listener: ContextVar[Listener | None] = ContextVar("progress", default=None)


def announce(what: str, done: int = 0, total: int | None = None) -> None:
    """Say that ``done`` of ``total`` of something is through; the total may be unknown."""
    listener = _listener.get()
    if listener is not None:
        listener(what, done, total)


@contextmanager
def watching(listener: Listener) -> Iterator[None]:
    """Hear every announcement that is made inside; who listened before goes on to hear them too."""
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
