"""The rows of YOLO's text files -> columns: which values are a box, a polygon or key points, which one is the id."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from labelferry.model.places import Places
from labelferry.sources.text import fault

__all__ = ["Rows", "rows_of"]

BOX = 5
"""Values of a class and a box."""
LARGEST_CLASS = 100_000
NO_ID = -1


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows as columns of shape [n].

    Args:
        places: file and line.
        frames: counted from 1.
        classes: numbers.
        boxes: cx, cy, width, height in fractions, shape [n, 4].
        ids: of tracks, -1 where there is none.
        is_box: whether it has a box, and is not a polygon.
        shapes: the polygon or the key points of a row, by the row.
    """

    places: Places
    frames: NDArray[np.int64]
    classes: NDArray[np.int64]
    boxes: NDArray[np.float64]
    ids: NDArray[np.int64]
    is_box: NDArray[np.bool_]
    shapes: dict[int, list[float]]

    def __len__(self) -> int:
        return len(self.frames)


@dataclass(slots=True)
class _Parsed:
    number: int
    box: list[float]
    ident: int = NO_ID
    shape: list[float] = field(default_factory=list)
    is_box: bool = True
    is_scored: bool = False
    """Whether its sixth value is a confidence, since an id follows."""
    sixth: float | None = None
    """The sixth value where it is the last: an id, or a confidence of an object that has none."""


def rows_of(lines: Iterable[tuple[str, int, int, str]], keypoints: tuple[int, int] | None) -> Rows:
    """Read rows.

    Args:
        lines: file, frame, line number and text of each.
        keypoints: number of key points and of the values of each; None without.

    Raises:
        SourceError: when one is not YOLO's.
    """
    files: dict[str, int] = {}
    places: list[tuple[int, int, int]] = []
    parsed: list[_Parsed] = []
    for file, frame, line, text in lines:
        places.append((files.setdefault(file, len(files)), line, frame))
        parsed.append(_row(file, line, text.split(), keypoints))
    if _are_scored(parsed):
        for each in parsed:
            each.ident = NO_ID if each.sixth is not None else each.ident
    codes, numbers, frames = np.array(places, dtype=np.int64).reshape(-1, 3).T
    return Rows(
        places=Places(tuple(files), codes, numbers),
        frames=frames,
        classes=np.array([each.number for each in parsed], dtype=np.int64),
        boxes=np.array([each.box for each in parsed], dtype=np.float64).reshape(-1, 4),
        ids=np.array([each.ident for each in parsed], dtype=np.int64),
        is_box=np.array([each.is_box for each in parsed], dtype=bool),
        shapes={at: each.shape for at, each in enumerate(parsed) if each.shape},
    )


def _are_scored(rows: list[_Parsed]) -> bool:
    """Whether a sixth value at the end of a row is a confidence: a fraction shows it, or rows with an id behind it."""
    sixth = [row.sixth for row in rows if row.sixth is not None]
    has_fraction = any(not value.is_integer() for value in sixth)
    return has_fraction or (any(row.is_scored for row in rows) and all(value <= 1 for value in sixth))


def _row(file: str, line: int, cells: list[str], keypoints: tuple[int, int] | None) -> _Parsed:
    try:
        values = [float(cell) for cell in cells]
    except ValueError:
        raise fault(file, line, f"a cell of {cells[:8]} is not a number", "correct or remove the row") from None
    if not values or not values[0].is_integer() or not 0 <= values[0] < LARGEST_CLASS:
        raise fault(file, line, "the first value is not a class number", "correct the row, or say the right format")
    if not all(map(math.isfinite, values)):
        raise fault(file, line, "a value is not finite", "correct or remove the row")
    if len(values) < BOX:
        what = f"{len(values)} values, where a row has a class and four fractions"
        raise fault(file, line, what, "correct the row, or say the right format")
    return _meaning(values, cells, keypoints)


def _meaning(values: list[float], cells: list[str], keypoints: tuple[int, int] | None) -> _Parsed:
    number, box, more = int(values[0]), values[1:5], values[5:]
    if keypoints is not None and len(more) >= keypoints[0] * keypoints[1]:
        count, each = keypoints
        points = [value for at in range(count) for value in more[at * each : at * each + 2]]
        return _Parsed(number, box, _ident(cells[BOX + count * each :]), points)
    if len(more) <= 1 or (len(more) == 2 and _ident(cells[-1:]) != NO_ID):
        sixth = more[0] if len(more) == 1 else None
        return _Parsed(number, box, _ident(cells[BOX:]), is_scored=len(more) == 2, sixth=sixth)
    odd = len(values) % 2 == 0  # a class and whole points are odd in number; one more is an id or a confidence
    points = values[1:-1] if odd else values[1:]
    return _Parsed(number, [0.0] * 4, _ident(cells[-1:]) if odd else NO_ID, points, is_box=False)


def _ident(cells: list[str]) -> int:
    """The id among the values after the box: the last, if it is written as a whole number."""
    last = cells[-1] if cells else ""
    return int(last) if last.isdecimal() and len(last) <= 18 and int(last) > 0 else NO_ID
