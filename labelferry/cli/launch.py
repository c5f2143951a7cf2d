"""Where a command runs: in this process, or as a Prefect flow of the checkout.

The one place of the core that looks outside of it, and that changes the environment: of this process and for as long as
a command runs.
"""

import os
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from labelferry.cli.terminal import warnings_shown
from labelferry.errors import SpecError
from labelferry.settings import ONLY_LOCALBOX

__all__ = ["Runner", "runner", "to_localbox"]

NO_FLOWS = "flows/ is not on the path: run it from a checkout of labelferry"


class Runner:
    """Runs a command's work in one of the two ways.

    Args:
        as_flow: whether as a Prefect flow.
        place: which way it is, for people.
    """

    def __init__(self, as_flow: bool, place: str) -> None:
        self.as_flow, self.place = as_flow, place

    def run(self, flow: str, call: Callable[[], Any], *args: Any, **options: Any) -> Mapping[str, Any]:
        """Run a flow with these arguments, or make the call; returns plain values in both ways."""
        if not self.as_flow:
            with warnings_shown():
                result: Mapping[str, Any] = call().to_dict()
            return result
        _hush_prefect()
        returned: Mapping[str, Any] = getattr(import_module(f"flows.{flow}"), flow)(*args, **options)
        return returned


def runner(flow: bool) -> Runner:
    """Choose the way: as a flow when that is asked for or a Prefect server is configured, else in this process.

    Raises:
        SpecError: when a flow is asked for where there are none, because labelferry was installed without them.
    """
    there = find_spec("flows") is not None
    if flow and not there:
        raise SpecError(f"--flow: {NO_FLOWS}")
    server = _server()
    if not flow and server is None:
        return Runner(False, "in this process")
    if not there:
        return Runner(False, f"in this process; {server} was not told, since {NO_FLOWS}")
    return Runner(True, f"as a Prefect flow on {server or 'a temporary server'}")


def _server() -> str | None:
    """The Prefect server of the environment, or of Prefect's active profile; read without Prefect, which is slow."""
    if url := os.environ.get("PREFECT_API_URL"):
        return url
    home = Path(os.environ.get("PREFECT_HOME") or Path.home() / ".prefect")
    path = Path(os.environ.get("PREFECT_PROFILES_PATH") or home / "profiles.toml")
    try:
        kept = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return None  # Prefect itself says what is wrong with it, when it is used
    profile = os.environ.get("PREFECT_PROFILE") or kept.get("active")
    found = kept.get("profiles", {}).get(profile, {}).get("PREFECT_API_URL")
    return str(found) if found else None


@contextmanager
def to_localbox(asked: bool = True) -> Iterator[None]:
    """Send everything to the embedded localbox inside, whatever keys are set."""
    before = os.environ.get(ONLY_LOCALBOX)
    if asked:
        os.environ[ONLY_LOCALBOX] = "1"
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(ONLY_LOCALBOX, None)
        else:
            os.environ[ONLY_LOCALBOX] = before


def _hush_prefect() -> None:
    """Prefect's own log stays out of the terminal unless somebody asked for it; nothing phones home."""
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")  # 20 is short on a busy machine
