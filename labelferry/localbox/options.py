"""The options of a server, and the combinations that it refuses."""

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from labelferry.localbox.errors import LocalboxError

DEFAULT_PORT = 8765
DEFAULT_KEY = "localbox"  # published in the documentation, so not a secret: it works on loopback only
DEFAULT_HOST = "127.0.0.1"


class BadOptionsError(LocalboxError):
    """The options are not allowed."""


@dataclass(frozen=True)
class Options:
    """Where a server listens, where it keeps its data, and who has access."""

    data: Path
    key: str = DEFAULT_KEY
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    control: bool = False
    rate_limit: int | None = None
    seed: Path | None = None
    like: str | None = None


def check(options: Options) -> None:
    """Refuse to listen on anything but loopback with the published key.

    Raises:
        BadOptionsError: with what to change.
    """
    if not options.key:
        raise BadOptionsError("The key must not be empty")
    if not 0 <= options.port <= 65535:
        raise BadOptionsError(f"No such port: {options.port}")
    if not is_loopback(options.host) and options.key == DEFAULT_KEY:
        raise BadOptionsError(f"To listen on {options.host}, give --key a value of your own as well")


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach a host."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
