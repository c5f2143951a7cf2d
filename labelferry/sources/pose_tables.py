"""The CSV of pose tools -> one wide table: DeepLabCut, SLEAP, idtracker.ai.

DeepLabCut's has three header rows (scorer, bodyparts, coords) or four (with individuals), and one to three index
columns with the frame, from 0, at their end: a number, or the path of a picture. SLEAP's analysis CSV has ``track,
frame_idx, <node>.x, <node>.y``. idtracker has ``x1, y1, x2, y2, ...``, a pair for each animal. Facts:
https://deeplabcut.github.io/DeepLabCut/docs/standardDeepLabCut_UserGuide.html, https://sleap.ai/tutorials/analysis.html,
https://idtracker.ai/latest/user_guide/output_structure.html.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from labelferry.model.frames import Frames
from labelferry.sources.text import empty, fault

__all__ = ["SINGLE", "PoseColumn", "Wide", "animals_in", "body_parts", "folder_in", "frame_in", "nodes_in", "wide_in"]

ANIMAL = re.compile(r"([xy])[ _]?(\d+)", re.IGNORECASE)
DLC = ("scorer", "individuals", "bodyparts", "coords")
LAST_NUMBER = re.compile(r"(\d+)\D*$")
SINGLE = ""


@dataclass(frozen=True, slots=True)
class PoseColumn:
    """One point of one animal: the columns of its x, y and likelihood (-1 without)."""

    animal: str
    part: str
    x: int
    y: int
    score: int = -1


@dataclass(frozen=True, slots=True)
class Wide:
    """A table.

    Args:
        columns: its points.
        frames: of each row, as the file counts them.
        animals: of each row, empty where the columns say it.
        folders: of the pictures of each row, empty where they are not named.
        line: of the first row.
        cells: numbers of shape [rows, columns], NaN where there is none.
        named: whether the frames are numbers in names of pictures.
        counted: whether the frames are only the numbers of the rows, from 0.
    """

    columns: Sequence[PoseColumn]
    frames: Frames
    animals: Sequence[str]
    folders: Sequence[str]
    line: int
    cells: NDArray[np.float64]
    named: bool = False
    counted: bool = False


def wide_in(text: str, file: str) -> Wide:
    """Return the table of a CSV.

    Raises:
        SourceError: when its header is none of those that are known, or a cell is not a number.
    """
    rows = [row for row in csv.reader(io.StringIO(text)) if row]
    if not rows:
        raise empty(file, "no rows")
    header = [cell.strip() for cell in rows[0]]
    if header[0].lower() == "scorer":
        return _deeplabcut(rows, file)
    if nodes := nodes_in(header):
        return _numbered(rows, header, _sleap(header, nodes), file)
    if pairs := animals_in(header):
        return _numbered(rows, header, pairs, file)
    raise fault(file, 1, "no header of DeepLabCut, SLEAP or idtracker", "say format: table, or another")


def animals_in(header: Sequence[str]) -> list[PoseColumn]:
    """Return idtracker's animals: those with a column for x and one for y; of a single name, whether it is one."""
    pairs = {(found.group(1).lower(), found.group(2)): at for at, name in enumerate(header)
             if (found := ANIMAL.fullmatch(name))}  # fmt: skip
    if len(header) == 1:
        return [PoseColumn("", "", 0, 0)] if pairs else []
    return [PoseColumn(number, "", at, pairs["y", number]) for (axis, number), at in pairs.items()
            if axis == "x" and ("y", number) in pairs]  # fmt: skip


def nodes_in(header: Sequence[str]) -> list[str]:
    """Return SLEAP's nodes: those with a column for x and one for y."""
    return [name[:-2] for name in header if name.endswith(".x") and f"{name[:-2]}.y" in header]


def _deeplabcut(rows: list[list[str]], file: str) -> Wide:
    heads, first = _heads(rows, file)
    columns = body_parts(*(heads.get(name, []) for name in ("coords", "bodyparts", "individuals")), first=first)
    body = rows[len(heads) :]
    short = next((at for at, row in enumerate(body) if len(row) < first), None)
    if short is not None:
        raise fault(file, len(heads) + 1 + short, "a row that ends before its points", "write it again")
    line = len(heads) + 1
    indexes = [row[:first] for row in body]
    frames = np.array([frame_in(row[-1], file, line + at) for at, row in enumerate(indexes)], dtype=np.int64)
    named = any(not row[-1].strip().isdecimal() for row in indexes)
    cells = _cells(body, len(heads["coords"]), first, (file, line))
    return Wide(columns, frames, [SINGLE] * len(body), list(map(folder_in, indexes)), line, cells, named=named)


def _heads(rows: list[list[str]], file: str) -> tuple[dict[str, list[str]], int]:
    """Return DeepLabCut's header rows by name, and the column at which the points begin."""
    heads = {row[0].strip().lower(): row for row in rows[:4] if row[0].strip().lower() in DLC}
    if not {"bodyparts", "coords"} <= set(heads):
        raise fault(file, 1, "DeepLabCut's header rows are bodyparts and coords", "export it again")
    first = next((at for at, cell in enumerate(heads["coords"]) if cell.strip().lower() == "x"), 0)
    if not first:
        raise fault(file, 1, "DeepLabCut's row of coords has no x", "export it again")
    return heads, first


def body_parts(
    coords: Sequence[str], parts: Sequence[str], people: Sequence[str], *, first: int = 0
) -> list[PoseColumn]:
    """Return the body parts of each animal.

    Args:
        coords: x, y or likelihood of each column.
        parts: the body part of each column; may be shorter or longer.
        people: the individual of each column; may be empty.
        first: the column at which they begin.
    """
    found: dict[tuple[str, str], dict[str, int]] = {}
    cells = zip_longest(coords, parts[: len(coords)], people[: len(coords)], fillvalue="")
    for at, (axis, part, animal) in islice(enumerate(cells), first, None):
        called = SINGLE if animal.strip() == "single" else animal.strip()
        found.setdefault((called, part.strip()), {})[axis.strip().lower()] = at
    return [PoseColumn(animal, part, axes["x"], axes["y"], axes.get("likelihood", -1))
            for (animal, part), axes in found.items() if {"x", "y"} <= set(axes)]  # fmt: skip


def _sleap(header: Sequence[str], parts: Sequence[str]) -> list[PoseColumn]:
    at = {name: place for place, name in enumerate(header)}
    return [PoseColumn(SINGLE, part, at[f"{part}.x"], at[f"{part}.y"], at.get(f"{part}.score", -1)) for part in parts]


def _numbered(rows: list[list[str]], header: list[str], columns: list[PoseColumn], file: str) -> Wide:
    """A table whose frames and animals are columns, or whose rows are the frames."""
    body, lower = rows[1:], [name.lower() for name in header]
    for at, row in enumerate(body):
        if len(row) < len(header):
            raise fault(file, 2 + at, f"{len(row)} columns, but the header has {len(header)}", "correct the row")
    told = _frames_told(lower, body, file)
    animals = [row[lower.index("track")].strip() for row in body] if "track" in lower else [SINGLE] * len(body)
    wanted = {place for each in columns for place in (each.x, each.y, each.score) if place >= 0}
    cells = _cells(body, len(header), 0, (file, 2), wanted)
    frames = np.array(range(len(body)) if told is None else told, dtype=np.int64)
    return Wide(columns, frames, animals, [""] * len(body), 2, cells, counted=told is None)


def _frames_told(header: list[str], body: list[list[str]], file: str) -> list[int] | None:
    """Return the frame of each row; None when no column says it."""
    column = next((header.index(name) for name in ("frame_idx", "frame", "frame_id") if name in header), None)
    return None if column is None else [frame_in(row[column], file, 2 + at) for at, row in enumerate(body)]


def frame_in(cell: str, file: str, line: int | None = None) -> int:
    """Return a frame number, or the one in the name of a picture."""
    found = LAST_NUMBER.search(PurePath(cell.strip()).stem)
    if found is None or len(found.group(1)) > 9:
        raise fault(file, line, f"{cell[:40]!r} is not a frame number", "correct the row")
    return int(found.group(1))


def folder_in(index: Sequence[str]) -> str:
    """Return the folder of the picture that an index names, in one column or in several; empty when it names none."""
    cells = [cell.strip() for cell in index]
    if cells and "/" in cells[0].replace("\\", "/"):
        return PurePath(cells[0].replace("\\", "/")).parent.name
    return cells[1] if len(cells) >= 3 and cells[0] == "labeled-data" else ""


def _cells(
    body: list[list[str]], width: int, first: int, place: tuple[str, int], wanted: set[int] | None = None
) -> NDArray[np.float64]:
    cells = np.full((len(body), width), np.nan)
    for line, row in enumerate(body):
        for at, cell in enumerate(row[:width]):
            if at >= first and cell.strip() and (wanted is None or at in wanted):
                try:
                    cells[line, at] = float(cell)
                except ValueError:
                    what = f"{cell[:40]!r} is not a number"
                    raise fault(place[0], place[1] + line, what, "correct the cell") from None
    return cells
