"""The Labelbox that everything is sent to: the real service if there is a key, else an embedded localbox."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache

from labelferry.errors import UnavailableError
from labelferry.labelbox import Client, Policy
from labelferry.labelbox.limiter import Limiter
from labelferry.private import private_folder
from labelferry.settings import Settings

__all__ = ["LOCALBOX", "Remote", "connect", "open_remote", "policy_of"]

LOCALBOX = "localbox"
READY = "localbox ready at "
STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Remote:
    """A Labelbox to talk to, without its key.

    Args:
        name: "Labelbox" or "localbox", for people.
        endpoint: GraphQL URL.
        data: folder of the embedded localbox.
        credentials: name of the block with its key; None for the environment.
        workspace: id of the organisation that the key belongs to, if it has been looked up.
    """

    name: str
    endpoint: str
    data: str | None = None
    credentials: str | None = None
    workspace: str | None = None

    def __str__(self) -> str:
        return f"the embedded localbox (data in {self.data})" if self.data else f"{self.name} at {self.endpoint}"


@contextmanager
def connect(settings: Settings, remote: Remote, throttle: Callable[[], None] | None = None) -> Iterator[Client]:
    """Yield a client for ``remote``, with the key that the settings have for it.

    Args:
        settings: key, patience, and the limit of this process.
        remote: the Labelbox to talk to.
        throttle: delays each request, instead of the limit of this process.
    """
    key = settings.api_key or settings.localbox_key
    if throttle is None and settings.requests_per_minute is not None:
        throttle = _limiter(settings.requests_per_minute).acquire
    with Client(key, remote.endpoint, policy=policy_of(settings), throttle=throttle) as client:
        yield client


def policy_of(settings: Settings) -> Policy:
    """Return the client's policy, with the numbers in the settings."""
    policy = Policy(budget=settings.patience)
    if settings.deadline is None:
        return policy
    deadlines = dict.fromkeys(WAITS, settings.deadline)
    deadlines |= {name: min(getattr(policy, name).deadline, settings.deadline) for name in LOOKS}
    paces = {name: replace(getattr(policy, name), deadline=deadline) for name, deadline in deadlines.items()}
    return replace(policy, **paces)


WAITS = ("lookup", "task", "processing", "imports")
LOOKS = ("appearing", "releasing")
"""Waits that a deadline shortens but does not lengthen."""


@cache
def _limiter(per_minute: int) -> Limiter:
    """Return the limiter of all clients of this process."""
    return Limiter(per_minute, clock=time.monotonic, sleep=time.sleep)


@contextmanager
def open_remote(settings: Settings) -> Iterator[Remote]:
    """Yield the real service, or an embedded localbox that is stopped at the end.

    Raises:
        UnavailableError: when the localbox does not start.
    """
    if settings.api_key is not None:
        yield Remote("Labelbox", settings.endpoint)
        return
    data = private_folder(settings.home / "localbox")
    process = subprocess.Popen(  # noqa: S603  our own module, in the current interpreter
        [sys.executable, "-m", "labelferry.localbox", "--port", "0", "--data", str(data), "--exit-with-parent"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        yield Remote(LOCALBOX, _endpoint(process), str(data))
    finally:
        _stop(process)


def _endpoint(process: "subprocess.Popen[str]") -> str:
    """Return the URL that the localbox prints once it is ready."""
    line = process.stdout.readline() if process.stdout else ""
    if not line.startswith(READY):
        raise UnavailableError(f"the embedded localbox did not start (it printed {line.strip()!r})", acted=False)
    return line.removeprefix(READY).strip()


def _stop(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    try:
        process.communicate(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
