"""What the values of a MOT file's columns after the box tell of its layout.

Facts: https://motchallenge.net/instructions/, VisDrone's and UAVDT's toolkits, TrackEval, and what BoxMOT writes.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import chain
from typing import Literal

__all__ = ["NO_CLASS", "LayoutName", "Told", "guessed", "number_of"]

LayoutName = Literal["mot15", "mot16", "visdrone", "uavdt"]
NO_CLASS = -1.0


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
        return Told("mot16" if any(number_of(cell) != NO_CLASS for cell in column(8)) else "mot15")
    return _of_ten(column)


def _of_nine(column: Callable[[int], Collection[str]], flickers: Callable[[], bool]) -> Told:
    if set(map(number_of, column(8))) == {NO_CLASS}:  # UAVDT's gt.txt, which leaves the class to gt_whole.txt
        return Told("mot15")
    cells = column(9)
    if set(map(number_of, cells)) == {NO_CLASS} and _are_scores(column(7)):
        cell = next(iter(column(8)))
        doubt = f"column 7 is a score and column 8 is {cell}: a tracker's own class, whose numbers are not MOT16's"
        return Told("mot16", 8, cell, doubt, "mot15", own=True)
    if high := next((cell for cell in cells if (number_of(cell) or 0) > 1), None):
        return Told("uavdt", 9, high, f"column 9 is {high}: a class (UAVDT) where MOT16 has a visibility from 0 to 1")
    if set(cells) != {"1"} or not flickers():
        return Told("mot16")
    return Told("uavdt", 9, "1", "column 8 changes inside tracks, as UAVDT's occlusion does, and column 9 is always 1")


def _are_scores(cells: Collection[str]) -> bool:
    """Whether a column has fractions, where ground truth has flags of 0 and 1."""
    return any(not (number_of(cell) or 0.0).is_integer() for cell in cells)


def _of_ten(column: Callable[[int], Collection[str]]) -> Told:
    cells = column(8)
    numbers = [value for value in map(number_of, cells) if value is not None]
    if len(numbers) < len(cells):  # names
        return Told("mot16")
    if not all(map(float.is_integer, numbers)):  # world coordinates
        return _oriented(column, next(iter(cells))) or Told("mot15")
    if max(numbers, default=NO_CLASS) < 0:
        return Told("mot15")
    cell = next(cell for cell, value in zip(cells, numbers, strict=True) if value >= 0)
    doubt = f"column 8 is {cell}: a class (VisDrone, TrackEval) where MOT15 has -1"
    unused = {NO_CLASS}.issuperset(map(number_of, chain(column(9), column(10))))
    return Told("mot16" if unused else "visdrone", 8, cell, doubt, "mot15")


def _oriented(column: Callable[[int], Collection[str]], cell: str) -> Told | None:
    """Rows of oriented boxes: centre, size, angle in column 7, score in 8, class in 9, and -1 or an index."""
    scores, classes = ([number_of(each) for each in column(at)] for at in (8, 9))
    within = all(value is not None and 0 <= value <= 1 for value in scores)
    if not (within and _are_scores(column(7)) and all(value is not None and value >= 0 for value in classes)):
        return None
    doubt = f"column 8 is {cell}, a score, so column 7 is an angle: oriented boxes (centre, size, angle), as BoxMOT's"
    return Told("mot15", 8, cell, doubt, "mot16", oriented=True)


def number_of(cell: str) -> float | None:
    """Return the number in a cell, None when it is text."""
    try:
        return float(cell)
    except ValueError:
        return None
