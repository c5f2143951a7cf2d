"""Our requests to Labelbox, limited together with those of every other process and machine.

Prefect's global concurrency limit of the name below is the account's limit; ``make deploy`` creates it. Without it,
only the limit of this process (LABELFERRY_RATE) applies.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from prefect.client.orchestration import get_client
from prefect.concurrency.sync import rate_limit
from prefect.exceptions import ObjectNotFound

from labelferry.labelbox import Client
from labelferry.remote import Remote
from labelferry.remote import connect as connect_alone
from labelferry.settings import Settings

__all__ = ["LIMIT", "SharedThrottle", "connect"]

LIMIT = "labelbox-api"


class SharedThrottle:
    """A throttle called before each request; it takes slots in blocks, because Prefect is slower than a request.

    Args:
        block: number of slots taken at a time.
    """

    def __init__(self, block: int) -> None:
        self._block, self._left, self._lock = block, 0, threading.Lock()

    def __call__(self) -> None:
        """Take one request's slot; wait until there is one.

        Raises:
            ConcurrencySlotAcquisitionError: when the limit was removed in the meantime.
        """
        with self._lock:
            if not self._left:
                rate_limit(LIMIT, occupy=self._block, strict=True)
                self._left = self._block
            self._left -= 1


@contextmanager
def connect(settings: Settings, remote: Remote) -> Iterator[Client]:
    """Yield a client that obeys the shared limit, if there is one."""
    with get_client(sync_client=True) as prefect:
        try:
            shared = prefect.read_global_concurrency_limit_by_name(LIMIT)
        except ObjectNotFound:
            shared = None
    throttle = None if shared is None or not shared.active else SharedThrottle(max(1, shared.limit // 2))
    with connect_alone(settings, remote, throttle) as client:
        yield client
