"""An undo, as plain values -> what the terminal shows."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from labelferry.onboarding.undoing.records import Fate, Irreversible, KeepReason

__all__ = ["print_undo"]

COLOURS = {Fate.DELETE: "magenta", Fate.EMPTY: "magenta", Fate.KEEP: "default"}
EMPTIED = "its data rows without labels leave the project; "


def print_undo(undo: Mapping[str, Any], console: Console) -> None:
    """Print what is, or was, deleted, what is kept and why, and what cannot be undone."""
    said = "undone in" if undo["done"] else "what undo would do to"
    console.print(f"\n[bold]{escape(undo['name'])}[/bold]: {said} {escape(undo['remote'])}", highlight=False)
    table = Table(box=None, padding=(0, 2))
    for name in ("", "", "", "count", "reason"):
        table.add_column(name)
    for step in undo["steps"]:
        table.add_row(*_row(step))
    console.print(table if undo["steps"] else "  nothing of it is left in Labelbox", highlight=False)
    for what, count in undo["left"].items():
        console.print(f"  cannot be undone: {Irreversible(what).words} ({count})", style="yellow", highlight=False)
    if undo["done"]:
        console.print("  next: labelferry onboard SPEC starts from the beginning", markup=False, highlight=False)


def _row(step: Mapping[str, Any]) -> tuple[str, ...]:
    fate = Fate(step["fate"])
    reason = KeepReason(step["reason"]).words if step["reason"] else ""
    told = (EMPTIED if fate is Fate.EMPTY else "") + reason
    return f"[{COLOURS[fate]}]{fate}[/]", str(step["kind"]), escape(step["name"]), str(step["count"]), escape(told)
