"""What became of every line -> a CSV file, a row a line.

Text that a spreadsheet would take for a formula (it begins with ``=``, ``+``, ``-``, ``@``, a tab or a return) gets an
apostrophe before it: the names in it are the users', and the file is opened by somebody else.
"""

import csv
from collections.abc import Iterable
from pathlib import Path

from labelferry.reports.lines import LineOutcome

__all__ = ["COLUMNS", "write_csv"]

COLUMNS = ("row", "feature", "kind", "source", "keyframes", "uuid", "job", "state", "class", "message")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(outcomes: Iterable[LineOutcome], path: Path) -> None:
    """Write the lines of a desired state, in order."""
    with path.open("w", newline="", encoding="utf-8") as out:
        table = csv.writer(out)
        table.writerow(COLUMNS)
        table.writerows(_cells(outcome) for outcome in outcomes)


def _cells(line: LineOutcome) -> tuple[str | int, ...]:
    return (
        _text(line.row),
        _text(line.feature),
        line.kind,
        _text(line.source),
        line.keyframes,
        _text(line.uuid),
        _text(line.job),
        line.state,
        line.failure,
        _text(line.message),
    )


def _text(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA) else value
