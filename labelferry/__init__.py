"""labelferry imports labelled video into Labelbox: planned beforehand, safe to run again, verified afterwards.

The names below are loaded on first use, so that importing the package is fast.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labelferry.api import check, doctor, onboard, plan, read, resume, retry_failed, selftest, undo, verify
    from labelferry.convert import to_ndjson, write_ndjson
    from labelferry.dataframe_labels import from_dataframe
    from labelferry.labelbox import Client
    from labelferry.masks import extract_rgb_colors_from_url

__all__ = [
    "Client",
    "check",
    "doctor",
    "extract_rgb_colors_from_url",
    "from_dataframe",
    "onboard",
    "plan",
    "read",
    "resume",
    "retry_failed",
    "selftest",
    "to_ndjson",
    "undo",
    "verify",
    "write_ndjson",
]
__version__ = "0.1.0"

_HOME = {
    "Client": "labelferry.labelbox",
    "check": "labelferry.api",
    "doctor": "labelferry.api",
    "extract_rgb_colors_from_url": "labelferry.masks",
    "from_dataframe": "labelferry.dataframe_labels",
    "onboard": "labelferry.api",
    "plan": "labelferry.api",
    "read": "labelferry.reading",
    "resume": "labelferry.api",
    "retry_failed": "labelferry.api",
    "selftest": "labelferry.api",
    "to_ndjson": "labelferry.convert",
    "undo": "labelferry.api",
    "verify": "labelferry.api",
    "write_ndjson": "labelferry.convert",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'labelferry' has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(_HOME[name]), name)
    return value
