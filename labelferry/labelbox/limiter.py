"""A limit on requests per minute, shared by the threads of one process."""

import threading
from collections.abc import Callable

__all__ = ["Limiter"]


class Limiter:
    """A token bucket for one second's worth of requests.

    Args:
        per_minute: requests allowed per minute.
        clock: monotonic seconds.
        sleep: waits for some seconds.
    """

    def __init__(self, per_minute: float, *, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._gap = 60.0 / per_minute
        self._burst = max(0.0, 1.0 - self._gap)
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._due = float("-inf")

    def acquire(self) -> None:
        """Take one token; sleep until there is one."""
        with self._lock:
            now = self._clock()
            due = max(self._due, now)
            self._due = due + self._gap
        pause = due - self._burst - now
        if pause > 0:
            self._sleep(pause)
