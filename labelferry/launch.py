"""The flows of the checkout, for the commands that run one: the one place of the core that looks outside of it."""

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from labelferry.errors import SpecError

__all__ = ["checkout", "flow"]


def flow(name: str) -> Any:
    """A flow of the checkout.

    Raises:
        SpecError: when labelferry was installed without its flows.
    """
    _hush_prefect()
    try:
        return getattr(import_module(f"flows.{name}"), name)
    except ModuleNotFoundError as error:
        if error.name not in {"flows", f"flows.{name}"}:
            raise
        raise SpecError(
            f"'{name}' runs as a Prefect flow, and flows/ is not on the path: run it from a checkout of labelferry"
        ) from error


def checkout() -> Path:
    """The folder of the checkout, which holds flows and examples."""
    return Path(sys.modules[flow("onboard").fn.__module__].__file__ or "").parent.parent


def _hush_prefect() -> None:
    """Prefect's own log stays out of the terminal unless somebody asked for it; nothing phones home."""
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")  # 20 is short on a busy machine
