"""The place where a command runs: in this process, or as a Prefect flow of the checkout.

The only module of the core that imports code outside it, and that changes the environment: that of this process, while
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
from labelferry.private import private_folder
from labelferry.settings import ONLY_LOCALBOX, Settings

__all__ = ["Runner", "prefect_server", "runner", "to_localbox"]

NO_FLOWS = "flows/ is not on the path; run this from a checkout of labelferry"


class Runner:
    """One of the two ways to run a command's work.

    Args:
        as_flow: whether as a Prefect flow.
        place: a description, for people.
    """

    def __init__(self, as_flow: bool, place: str) -> None:
        self.as_flow, self.place = as_flow, place

    def run(self, flow: str, call: Callable[[], Any], *args: Any, **options: Any) -> Mapping[str, Any]:
        """Run a flow with these arguments, or make the call; return plain values either way."""
        if not self.as_flow:
            with warnings_shown():
                result: Mapping[str, Any] = call().to_dict()
            return result
        _hush_prefect()
        _refuse_unusable("LABELFERRY_HOME", Settings.from_environment().home)
        _refuse_unusable("PREFECT_HOME", _prefect_home())
        import_module("tasks.server").reach_prefect(prefect_server())
        returned: Mapping[str, Any] = getattr(import_module(f"flows.{flow}"), flow)(*args, **options)
        return returned


def runner(flow: bool) -> Runner:
    """Choose the runner: a flow on request or if a Prefect server is configured, else this process.

    Raises:
        SpecError: when a flow is requested, but labelferry was installed without flows.
    """
    found = find_spec("flows") is not None
    if flow and not found:
        raise SpecError(f"--flow: {NO_FLOWS}")
    server = prefect_server()
    if not flow and server is None:
        return Runner(False, "in this process")
    if not found:
        return Runner(False, f"in this process, not on {server}: {NO_FLOWS}")
    return Runner(True, f"as a Prefect flow on {server or 'a temporary server'}")


def prefect_server() -> str | None:
    """Return the Prefect server of the environment or of Prefect's active profile; read without Prefect: it is slow."""
    if url := os.environ.get("PREFECT_API_URL"):
        return url
    path = Path(os.environ.get("PREFECT_PROFILES_PATH") or _prefect_home() / "profiles.toml")
    if not path.is_file():  # a device or a pipe would be read for ever
        return None
    try:
        kept = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return None  # Prefect itself reports what is wrong with it when it is used
    profile = os.environ.get("PREFECT_PROFILE") or kept.get("active")
    found = kept.get("profiles", {}).get(profile, {}).get("PREFECT_API_URL")
    return str(found) if found else None


def _prefect_home() -> Path:
    return Path(os.environ.get("PREFECT_HOME") or Path.home() / ".prefect").expanduser()


def _refuse_unusable(name: str, folder: Path) -> None:
    """Stop before Prefect starts, which takes long and then says it at length."""
    try:
        private_folder(folder)
    except OSError as error:
        raise SpecError(f"{name}: {folder} cannot be created ({error.strerror}); name another folder") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SpecError(f"{name}: {folder} cannot be written to; name another folder, or change its permissions")


@contextmanager
def to_localbox(asked: bool = True) -> Iterator[None]:
    """Send everything inside the block to the embedded localbox, whatever keys are set."""
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
    """Keep Prefect's own log out of the terminal unless requested, and switch off its telemetry."""
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")  # 20 is short on a busy machine
