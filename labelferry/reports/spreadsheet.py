"""The outcome of every line -> a CSV file, one row per line.

Text that a spreadsheet would take for a formula (it begins with ``=``, ``+``, ``-``, ``@``, a tab or a return) gets an
apostrophe before it: its names come from users, and the file is opened by others.
"""

import csv
from collections.abc import Iterable
from io import TextIOWrapper
from operator import attrgetter
from pathlib import Path

from labelferry.private import open_private
from labelferry.reports.lines import LineOutcome

__all__ = ["COLUMNS", "write_csv"]

COLUMNS = tuple("class" if name == "failure" else name for name in LineOutcome.__slots__)
cells_of = attrgetter(*LineOutcome.__slots__)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(outcomes: Iterable[LineOutcome], path: Path) -> None:
    """Write the lines of a desired state, in order."""
    with TextIOWrapper(open_private(path), encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(COLUMNS)
        table.writerows([_cell(value) for value in cells_of(outcome)] for outcome in outcomes)


def _cell(value: str | int) -> str | int:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
