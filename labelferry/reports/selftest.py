"""A self-test, as plain values -> what the terminal shows."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from labelferry.account.assumptions import AssumptionVerdict

__all__ = ["print_selftest"]

COLOURS = {
    AssumptionVerdict.CONFIRMED: "green",
    AssumptionVerdict.DIFFERS: "yellow",
    AssumptionVerdict.NOT_TESTED: "dim",
}


def print_selftest(found: Mapping[str, Any], console: Console) -> None:
    """Print a line for each assumption, what the service was slow at, and what is left over."""
    console.print(f"\nself-test of {found['remote']}: {found['requests']} requests", markup=False, highlight=False)
    if found["tried"]:
        console.print(_table(found["tried"]), highlight=False)
    if found["profile"]:
        for what, seconds in found["profile"]["seconds"].items():
            console.print(f"  {seconds:g} s {what}", markup=False, highlight=False)
    for note in found["notes"]:
        console.print(f"  not as expected: {note}", style="yellow", markup=False, highlight=False)
    _print_left(found, console)


def _table(tried: list[dict[str, Any]]) -> Table:
    table = Table(box=None, padding=(0, 2))
    for name in ("assumption", "verdict", "found", "expected"):
        table.add_column(name, overflow="fold")
    for each in tried:
        verdict = AssumptionVerdict(each["verdict"])
        known = verdict is not AssumptionVerdict.NOT_TESTED
        differs = _said(each["expected"]) if verdict is AssumptionVerdict.DIFFERS else ""
        position = _said(each["found"]) if known else ""
        table.add_row(escape(each["about"]), f"[{COLOURS[verdict]}]{verdict}[/]", escape(position), escape(differs))
    return table


def _said(position: Any) -> str:
    """Return a position as people say it."""
    if position is None:
        return "none"
    return {True: "yes", False: "no"}.get(position, str(position)) if isinstance(position, bool) else str(position)


def _print_left(found: Mapping[str, Any], console: Console) -> None:
    if found["kept"]:
        console.print("  everything was kept; labelferry selftest --clean deletes it", highlight=False)
    for each in found["left"]:
        said = f"  could not be deleted: {each['kind']} '{each['name']}' ({each['id']})"
        console.print(said, style="red", markup=False, highlight=False)
    if found["left"]:
        console.print("  next: labelferry selftest --clean tries again", markup=False, highlight=False)
    elif not found["kept"]:
        console.print("  nothing of it is left in Labelbox", highlight=False)
