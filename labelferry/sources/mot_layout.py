"""The columns of MOT files and their relatives: which there are, which have the class, and what a file's values tell.

VisDrone's classes: https://github.com/VisDrone/VisDrone2018-VID-toolkit; UAVDT's columns and classes are those of its
toolkit's ``gt_whole.txt``; MOT16's classes: https://motchallenge.net/instructions/.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from labelferry.sources.glance import Glance
from labelferry.sources.mot_told import LayoutName, Told, guessed, number_of
from labelferry.sources.reader import LIKELY, POSSIBLE, Guess
from labelferry.sources.sheet import UNIT, Sheet, sheet_of_lines
from labelferry.sources.text import empty, fault

__all__ = ["LAYOUTS", "MotLayout", "looks_like", "sheet_in"]


BOX = ("frame", "id", "left", "top", "width", "height")
LEAST, MOST = 6, 10
NUMBERED = tuple(f"column {number}" for number in range(1, MOST + 1))


@dataclass(frozen=True, slots=True)
class MotLayout:
    """What the columns mean.

    Args:
        columns: the names of all ten; a file has the first of them.
        least: columns that a file needs.
        names: its classes by number.
        drops_zero: whether rows with a score of 0 are regions to ignore.
    """

    columns: tuple[str, ...]
    least: int = LEAST
    names: Mapping[int, str] = field(default_factory=dict)
    drops_zero: bool = False


MOT16_CLASSES = (
    "pedestrian", "person on vehicle", "car", "bicycle", "motorbike", "non motorized vehicle", "static person",
    "distractor", "occluder", "occluder on the ground", "occluder full", "reflection", "crowd",
)  # fmt: skip
VISDRONE_CLASSES = (
    "pedestrian", "people", "bicycle", "car", "van", "truck", "tricycle", "awning-tricycle", "bus", "motor", "others",
)  # fmt: skip

LAYOUTS: Mapping[LayoutName, MotLayout] = {
    "mot15": MotLayout((*BOX, "score", "x", "y", "z")),
    "mot16": MotLayout((*BOX, "score", "class", "visibility", "more"), 8, dict(enumerate(MOT16_CLASSES, 1))),
    "visdrone": MotLayout(
        (*BOX, "score", "class", "truncation", "occlusion"),
        8,
        {0: "ignored region"} | dict(enumerate(VISDRONE_CLASSES, 1)),
        drops_zero=True,
    ),
    "uavdt": MotLayout((*BOX, "out of view", "occlusion", "class", "more"), 9, {1: "car", 2: "truck", 3: "bus"}),
}


def sheet_in(text: str, source: str, name: LayoutName | None) -> tuple[Sheet, MotLayout]:
    """Read the rows of a file, and say what its columns are.

    Args:
        text: the file.
        source: what the user calls it.
        name: its layout, when the spec says it.

    Raises:
        SourceError: when it has no rows, they are not MOT's, or the layout is in doubt.
    """
    every = text.split("\n")
    kept = [at for at, line in enumerate(every) if line and line[0] != "#" and not line.isspace()]
    if not kept:
        raise empty(source, "no rows")
    rows, separator = _rows(every, kept)
    lines = np.array(kept) + 1
    width = _width(source, rows, lines, separator)
    _refuse_header(source, rows[0].split(separator), int(lines[0]))
    sheet = sheet_of_lines(source, NUMBERED[:width], rows, separator, lines)
    chosen = name or _told(sheet, width)
    layout = LAYOUTS[chosen]
    if width < layout.least:
        what = f"{width} columns, but layout {chosen} has its class in column {layout.columns.index('class') + 1}"
        raise fault(source, int(lines[0]), what, "leave layout out, or say another")
    columns = dict(zip(layout.columns, sheet.columns.values(), strict=False))
    return Sheet(sheet.places, columns), layout


def _rows(every: Sequence[str], kept: Sequence[int]) -> tuple[list[str], str]:
    """The rows, and what separates their cells; as they stand where nothing trails."""
    separator = separator_of(every[kept[0]])
    trails = separator is not None and every[kept[0]].rstrip(" ").endswith(separator)
    if separator is not None and not trails:
        return [every[at] for at in kept], separator
    return [cells_of(every[at], separator) for at in kept], UNIT


def separator_of(line: str) -> str | None:
    """What separates the cells of a line; None for spaces."""
    return next((sign for sign in (",", ";", "\t") if sign in line), None)


def cells_of(line: str, separator: str | None) -> str:
    """The cells of a line with one kind of separator between them, and none at its end."""
    if separator is None:
        return UNIT.join(line.split())
    return line.rstrip(f" {separator}").replace(separator, UNIT)


def _width(source: str, rows: Sequence[str], lines: Any, separator: str) -> int:
    widths = np.array([row.count(separator) for row in rows]) + 1
    first = int(widths[0])
    if not LEAST <= first <= MOST:
        wrong, expected = 0, f"MOT has {LEAST} to {MOST}"
    elif (others := np.flatnonzero(widths != first)).size:
        wrong, expected = int(others[0]), f"the first row has {first}"
    else:
        return first
    columns = "1 column" if widths[wrong] == 1 else f"{widths[wrong]} columns"
    raise fault(source, int(lines[wrong]), f"{columns} where {expected}", "correct the row, or say the right format")


def _refuse_header(source: str, cells: Sequence[str], line: int) -> None:
    if not any(number_of(cell) is not None for cell in cells[:LEAST]):
        what = f"this line names the columns ({', '.join(cells[:LEAST])}, ...), and MOT files have no header"
        raise fault(source, line, what, "remove it, or say format: table")


def _told(sheet: Sheet, width: int) -> LayoutName:
    """The layout that the number of the columns and their values tell.

    Raises:
        SourceError: when they fit several, so that a class could be read wrongly.
    """
    told = guessed(lambda number: sheet.codes(NUMBERED[number - 1])[1], width, lambda: _flickers(sheet))
    if told.doubt is None:
        return told.name
    row = sheet.text(NUMBERED[told.column - 1]).index(told.cell)
    raise sheet.fault(row, told.doubt, f"say which, as in layout: {told.name}, or layout: {told.other}")


def _flickers(sheet: Sheet) -> bool:
    """Whether column 8 changes inside a track, as an occlusion does and a class does not."""
    ids, eighth = (sheet.codes(NUMBERED[at])[0] for at in (1, 7))
    return len(np.unique(np.column_stack((ids, eighth)), axis=0)) > len(np.unique(ids))


FRAME_ZERO = re.compile(rb"(?m)^[ \t]*0+(\.0*)?[,; \t]")
"""A row of frame 0, which a file that counts from 1 cannot have."""
NUMBER = re.compile(r"[ \t]*-?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?[ \t]*")


def looks_like(look: Glance) -> Guess | None:
    """How a file could be read as MOT."""
    if look.suffix not in (".txt", ".csv", ""):
        return None
    lines = [line for line in look.lines if line[0] != "#"]
    separator = separator_of(lines[0]) if lines else None
    rows = [cells_of(line, separator) for line in lines]
    return _guess(look, rows, separator) if _are_even(rows) and _is_mot(rows) else None


def _guess(look: Glance, rows: list[str], separator: str | None) -> Guess:
    cells = [row.split(UNIT) for row in rows]
    sure = LIKELY if separator == "," or look.name in ("gt.txt", "det.txt") else POSSIBLE
    told = _layout_of(cells)
    options = _options(look, told, [row[7] for row in cells] if told.own else [])
    return Guess(sure, f"{len(cells[0])} columns of numbers: frame, id, box", options, told.doubt or "")


def _are_even(rows: list[str]) -> bool:
    """Whether there are rows, and each has as many cells as MOT can have."""
    widths = {row.count(UNIT) + 1 for row in rows}
    return len(widths) == 1 and LEAST <= min(widths) <= MOST


def _layout_of(cells: list[list[str]]) -> Told:
    width = len(cells[0])
    pairs = {(row[1], row[7]) for row in cells} if width > 7 else set()
    flickers = len(pairs) > len({row[1] for row in cells})
    return guessed(lambda number: {row[number - 1].strip() for row in cells}, width, lambda: flickers)


def _options(look: Glance, told: Told, classes: Sequence[str]) -> dict[str, Any]:
    """What the file shows of an entry: its layout, its classes, its first frame."""
    options: dict[str, Any] = {"global_key": "{stem}"}
    if look.holds(FRAME_ZERO):
        options["frame_base"] = 0
    if told.own:
        options["classes"] = {int(float(cell)): str(int(float(cell))) for cell in classes}
    named = (look.path.parent / "labels.txt").is_file()
    if told.name == "mot15" and not named:
        options["class_name"] = "object"
    if not told.oriented and (told.doubt is not None or not (named or told.name == "mot15")):
        options["layout"] = told.name
    return options


def _is_mot(rows: Sequence[str]) -> bool:
    """Whether the rows begin with a frame, an id and a box."""
    for row in rows:
        cells = row.split(UNIT)
        if not all(NUMBER.fullmatch(cell) for cell in cells[:LEAST]):
            return False
        frame, ident = float(cells[0]), float(cells[1])
        if not (frame.is_integer() and frame >= 0 and ident.is_integer()) or float(cells[4]) < 0:
            return False
    return True
