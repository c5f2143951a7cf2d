"""The formats that labels may have -> plain values, and what the terminal shows."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from labelferry.sources.registry import READERS

__all__ = ["listed", "print_formats"]


def listed() -> list[dict[str, str]]:
    """Return the formats with what they are recognised by, what is read of them and what is left."""
    return [
        {
            "format": each.format,
            "about": (each.entry.__doc__ or "").split("\n")[0],
            "recognised by": each.signs,
            "read": each.takes,
            "left out": each.leaves,
        }
        for each in READERS
    ]


def print_formats(found: Mapping[str, Any], console: Console) -> None:
    """Print the formats, one after another."""
    for each in found["formats"]:
        console.print(f"[bold]{each['format']}[/bold]  {each['about']}", highlight=False)
        for part in ("recognised by", "read", "left out"):
            console.print(f"  {part}: {each[part]}", markup=False, highlight=False)
