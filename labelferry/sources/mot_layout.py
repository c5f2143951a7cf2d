"""The columns of MOT files and their relatives: which there are, which have the class, and what a file's values tell.

VisDrone's classes: https://github.com/VisDrone/VisDrone2018-VID-toolkit; UAVDT's columns and classes are those of its
toolkit's ``gt_whole.txt``; MOT16's classes: https://motchallenge.net/instructions/.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from labelferry.sources.glance import Glance
from labelferry.sources.reader import LIKELY, POSSIBLE, Guess
from labelferry.sources.sheet import UNIT, Sheet, sheet_of_lines
from labelferry.sources.text import empty, fault

__all__ = ["LAYOUTS", "LayoutName", "MotLayout", "looks_like", "sheet_in"]

LayoutName = Literal["mot15", "mot16", "visdrone", "uavdt"]

BOX = ("frame", "id", "left", "top", "width", "height")
LEAST, MOST = 6, 10
NO_CLASS = -1.0
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
    if not any(_number(cell) is not None for cell in cells[:LEAST]):
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


@dataclass(frozen=True, slots=True)
class Told:
    """What the values tell.

    Args:
        name: the likeliest layout.
        column: where there is doubt: the column that causes it.
        cell: a value of that column.
        doubt: why.
        other: the layout that may be right instead.
        own: whether the numbers of classes are those of a tracker, which no layout names.
        oriented: whether the boxes seem to be oriented, so that no layout is surely right.
    """

    name: LayoutName
    column: int = 0
    cell: str = ""
    doubt: str | None = None
    other: LayoutName = "mot16"
    own: bool = False
    oriented: bool = False


def _flickers(sheet: Sheet) -> bool:
    """Whether column 8 changes inside a track, as an occlusion does and a class does not."""
    ids, eighth = (sheet.codes(NUMBERED[at])[0] for at in (1, 7))
    return len(np.unique(np.column_stack((ids, eighth)), axis=0)) > len(np.unique(ids))


def guessed(column: Callable[[int], Collection[str]], width: int, flickers: Callable[[], bool]) -> Told:
    """What the values of the columns after the box tell.

    Args:
        column: the different cells of a column, counted from 1.
        width: how many columns there are.
        flickers: whether column 8 changes inside a track.
    """
    if width <= 7:
        return Told("mot15")
    if width == 9:
        return _of_nine(column, flickers)
    if width == 8:
        return Told("mot16" if any(_number(cell) != NO_CLASS for cell in column(8)) else "mot15")
    return _of_ten(column)


def _of_nine(column: Callable[[int], Collection[str]], flickers: Callable[[], bool]) -> Told:
    if {_number(cell) for cell in column(8)} == {NO_CLASS}:  # UAVDT's gt.txt, which leaves the class to gt_whole.txt
        return Told("mot15")
    cells = column(9)
    if {_number(cell) for cell in cells} == {NO_CLASS} and _are_scores(column(7)):
        cell = next(iter(column(8)))
        doubt = f"column 7 is a score and column 8 is {cell}: a tracker's own class, whose numbers are not MOT16's"
        return Told("mot16", 8, cell, doubt, "mot15", own=True)
    if high := next((cell for cell in cells if (_number(cell) or 0) > 1), None):
        return Told("uavdt", 9, high, f"column 9 is {high}: a class (UAVDT) where MOT16 has a visibility from 0 to 1")
    if set(cells) != {"1"} or not flickers():
        return Told("mot16")
    return Told("uavdt", 9, "1", "column 8 changes inside tracks, as UAVDT's occlusion does, and column 9 is always 1")


def _are_scores(cells: Collection[str]) -> bool:
    """Whether a column has fractions, where ground truth has flags of 0 and 1."""
    return any(not (_number(cell) or 0.0).is_integer() for cell in cells)


def _of_ten(column: Callable[[int], Collection[str]]) -> Told:
    cells = column(8)
    numbers = [value for value in map(_number, cells) if value is not None]
    if len(numbers) < len(cells):  # names
        return Told("mot16")
    if not all(map(float.is_integer, numbers)):  # world coordinates
        return _oriented(column, next(iter(cells))) or Told("mot15")
    if max(numbers, default=NO_CLASS) < 0:
        return Told("mot15")
    cell = next(cell for cell, value in zip(cells, numbers, strict=True) if value >= 0)
    doubt = f"column 8 is {cell}: a class (VisDrone, TrackEval) where MOT15 has -1"
    unused = {_number(each) for number in (9, 10) for each in column(number)} <= {NO_CLASS}
    return Told("mot16" if unused else "visdrone", 8, cell, doubt, "mot15")


def _oriented(column: Callable[[int], Collection[str]], cell: str) -> Told | None:
    """Rows of oriented boxes: centre, size, angle in column 7, score in 8, class in 9, and -1 or an index."""
    scores, classes = ([_number(each) for each in column(at)] for at in (8, 9))
    within = all(value is not None and 0 <= value <= 1 for value in scores)
    if not (within and _are_scores(column(7)) and all(value is not None and value >= 0 for value in classes)):
        return None
    doubt = f"column 8 is {cell}, a score, so column 7 is an angle: oriented boxes (centre, size, angle), as BoxMOT's"
    return Told("mot15", 8, cell, doubt, "mot16", oriented=True)


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


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
    if not _are_even(rows) or not _is_mot(rows):
        return None
    cells = [row.split(UNIT) for row in rows]
    sure = LIKELY if separator == "," or look.name in ("gt.txt", "det.txt") else POSSIBLE
    told = _layout_of(cells)
    options = _options(look, told, [row[7] for row in cells] if told.own else [])
    return Guess(sure, f"{len(cells[0])} columns of numbers: frame, id, box", options)


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
