"""A check-up, as plain values -> what the terminal and Prefect's UI show."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from labelferry.account.doctor.checkup import Level
from labelferry.reports.markdown import plain

__all__ = ["checkup_markdown", "print_checkup"]

COLOURS = {Level.OK: "green", Level.WARN: "yellow", Level.BAD: "red", Level.OUT_OF_REACH: "red"}
VERDICTS = {0: "all is well", 1: "something is out of reach", 2: "something must be changed", 3: "warnings only"}
WIDTH = 14


def print_checkup(found: Mapping[str, Any], console: Console) -> None:
    """Print one line a check, and what to do below those that are not well."""
    for check in found["checks"]:
        level = Level(check["level"])
        console.print(f"{level:<{WIDTH}}", style=COLOURS[level], end="", highlight=False)
        console.print(f"{check['topic']:<{WIDTH}}{check['found']}", markup=False, highlight=False)
        if check["remedy"]:
            console.print(f"{'':<{2 * WIDTH}}-> {check['remedy']}", markup=False, highlight=False)
    console.print(f"{found['remote']}: {VERDICTS[found['exit_code']]}", markup=False, highlight=False)


def checkup_markdown(found: Mapping[str, Any]) -> str:
    """Return the check-up as a markdown table."""
    names = ("level", "topic", "found", "remedy")
    rows = ["| " + " | ".join(plain(str(check[name])) for name in names) + " |" for check in found["checks"]]
    head = "| | what | found | what to do |\n|---|---|---|---|"
    return f"# {plain(found['remote'])}: {VERDICTS[found['exit_code']]}\n\n{head}\n" + "\n".join(rows)
