"""Wide tables of points, a row a frame -> LabelledVideo: DeepLabCut, SLEAP, idtracker.ai.

DeepLabCut's CSV has three header rows (scorer, bodyparts, coords) or four (with individuals), and one to three index
columns with the frame, from 0, at their end. SLEAP's analysis CSV has ``track, frame_idx, <node>.x, <node>.y``.
idtracker has ``x1, y1, x2, y2, ...``, a pair for each animal. An empty cell is a point that is not seen. Facts:
https://deeplabcut.github.io/DeepLabCut/docs/standardDeepLabCut_UserGuide.html, https://sleap.ai/tutorials/analysis.html,
https://idtracker.ai/latest/user_guide/output_structure.html.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import PurePath
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from labelferry.model import Feature, Geometry, LabelledVideo, RowRef, Track, Where
from labelferry.model.frames import Frames, runs
from labelferry.model.places import Places
from labelferry.sources.entry import LabelsEntry
from labelferry.sources.glance import Glance
from labelferry.sources.keys import GlobalKey
from labelferry.sources.reader import CERTAIN, LIKELY, Guess, Reader
from labelferry.sources.source import Source
from labelferry.sources.text import empty, fault

__all__ = ["READER", "PoseLabels", "read"]

ANIMAL = re.compile(r"([xy])[ _]?(\d+)", re.IGNORECASE)
DLC = ("scorer", "individuals", "bodyparts", "coords")
LAST_NUMBER = re.compile(r"(\d+)\D*$")
SINGLE = ""
TIMES = {"", "frame", "seconds", "time", "time (s)"}
"""Other columns that a table of animals may have."""


class PoseLabels(LabelsEntry):
    """A wide table of points: DeepLabCut's CSV, SLEAP's analysis CSV, idtracker.ai's trajectories."""

    format: Literal["pose"]
    global_key: GlobalKey = Field(description="The video; {stem}, {name}, {parent} and {parent2} stand for the path")
    frame_base: Literal[0, 1] = Field(default=0, description="Number of the first frame in the file")
    likelihood: float = Field(
        default=0.0, ge=0, le=1, description="Points with a likelihood or score below this are left out"
    )
    point: str = Field(default="animal", description="The class of points whose table does not name them (idtracker)")


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
    """A table: its points, the frame and animal of each row, the line of the first row, and the cells."""

    columns: Sequence[PoseColumn]
    frames: Frames
    animals: Sequence[str]
    line: int
    cells: NDArray[np.float64]


def read(source: Source[PoseLabels]) -> Iterator[LabelledVideo]:
    """Read a table: a track for each point of each animal.

    Raises:
        SourceError: when its header is none of those that are known, or a cell is not a number.
    """
    entry = source.entry
    rows = list(csv.reader(io.StringIO(source.text(source.file))))
    wide = _wide([row for row in rows if row], source)
    tracks = []
    for column in wide.columns:
        for animal in dict.fromkeys(wide.animals):
            chosen = np.array([each == animal for each in wide.animals], dtype=bool)
            if (track := _track(wide, column, animal, chosen, source)) is not None:
                tracks.append(track)
    if not tracks:
        raise empty(source.file, "no points")
    yield LabelledVideo(RowRef(entry.global_key), Where(source.file, wide.line), tracks=tuple(tracks))


def _track(
    wide: Wide, column: PoseColumn, animal: str, chosen: NDArray[np.bool_], source: Source[PoseLabels]
) -> Track | None:
    values = wide.cells[:, [column.x, column.y]]
    seen = chosen & np.isfinite(values).all(axis=1)
    if column.score >= 0 and source.entry.likelihood:
        seen &= ~(wide.cells[:, column.score] < source.entry.likelihood)
    rows = np.flatnonzero(seen)
    if not rows.size:
        return None
    rows = rows[np.argsort(wide.frames[rows], kind="stable")]
    frames = wide.frames[rows] + 1 - source.entry.frame_base
    if frames[0] < 1:
        raise fault(source.file, wide.line, "a frame before the first", "set frame_base: 0")
    if (np.diff(frames) == 0).any():
        raise fault(source.file, wide.line, f"two rows for one frame of {column.part}", "remove one")
    called = " ".join(filter(None, (column.animal or animal, column.part)))
    lines = rows + wide.line
    where = Where(source.file, int(lines[0]), f"track {called}")
    places = Places.in_file(source.file, lines)
    feature = Feature(column.part or source.entry.point)
    return Track(feature, Geometry.POINT, frames, values[rows], runs(frames), where, instance=called, places=places)


def _wide(rows: list[list[str]], source: Source[PoseLabels]) -> Wide:
    header = [cell.strip() for cell in rows[0]] if rows else [""]
    if header[0].lower() == "scorer":
        return _deeplabcut(rows, source)
    if sleap := _nodes(header):
        return _sleap(rows, header, sleap, source)
    return _numbered(rows, header, _animals(header, source.file), source)


def _animals(header: list[str], file: str) -> list[PoseColumn]:
    pairs = {(found.group(1).lower(), found.group(2)): at for at, name in enumerate(header)
             if (found := ANIMAL.fullmatch(name))}  # fmt: skip
    if not pairs:
        raise fault(file, 1, "no header of DeepLabCut, SLEAP or idtracker", "say format: table, or another")
    return [PoseColumn(number, "", at, pairs["y", number]) for (axis, number), at in pairs.items()
            if axis == "x" and ("y", number) in pairs]  # fmt: skip


def _deeplabcut(rows: list[list[str]], source: Source[PoseLabels]) -> Wide:
    heads = {row[0].strip().lower(): row for row in rows[:4] if row[0].strip().lower() in DLC}
    if not {"bodyparts", "coords"} <= set(heads):
        raise fault(source.file, 1, "DeepLabCut's header rows are bodyparts and coords", "export it again")
    first = next(at for at, cell in enumerate(heads["coords"]) if cell.strip().lower() == "x")
    columns = _body_parts(heads, first)
    body = rows[len(heads) :]
    frames = np.array([_frame(row[first - 1], source) for row in body], dtype=np.int64)
    cells = _cells(body, len(heads["coords"]), first, source)
    return Wide(columns, frames, [SINGLE] * len(body), len(heads) + 1, cells)


def _sleap(rows: list[list[str]], header: list[str], parts: list[str], source: Source[PoseLabels]) -> Wide:
    columns = [
        PoseColumn(SINGLE, part, header.index(f"{part}.x"), header.index(f"{part}.y"),
               header.index(f"{part}.score") if f"{part}.score" in header else -1)
        for part in parts
    ]  # fmt: skip
    return _numbered(rows, header, columns, source)


def _body_parts(heads: Mapping[str, list[str]], first: int) -> list[PoseColumn]:
    """The body parts of each animal, from the header rows' cells from ``first`` on."""
    coords, parts, people = (
        [cell.strip() for cell in heads.get(name, [])] for name in ("coords", "bodyparts", "individuals")
    )
    found: dict[tuple[str, str], dict[str, int]] = {}
    cells = zip_longest(coords, parts[: len(coords)], people[: len(coords)])
    for at, (axis, part, animal) in islice(enumerate(cells), first, None):
        animal = SINGLE if animal in (None, "single") else animal
        found.setdefault((animal, part or ""), {})[axis.lower()] = at
    return [PoseColumn(animal, part, axes["x"], axes["y"], axes.get("likelihood", -1))
            for (animal, part), axes in found.items() if {"x", "y"} <= set(axes)]  # fmt: skip


def _numbered(rows: list[list[str]], header: list[str], columns: list[PoseColumn], source: Source[PoseLabels]) -> Wide:
    """A table whose frames and animals are columns, or whose rows are the frames."""
    body = rows[1:]
    lower = [name.lower() for name in header]
    at = next((lower.index(name) for name in ("frame_idx", "frame", "frame_id") if name in lower), None)
    numbers = _frames(body, at, source)
    animals = [row[lower.index("track")].strip() for row in body] if "track" in lower else [SINGLE] * len(body)
    wanted = {place for column in columns for place in (column.x, column.y, column.score) if place >= 0}
    cells = _cells(body, len(header), 0, source, wanted)
    return Wide(columns, np.array(numbers, dtype=np.int64), animals, 2, cells)


def _frames(body: list[list[str]], at: int | None, source: Source[PoseLabels]) -> list[int]:
    """The frames that a column has, or one a row."""
    if at is not None:
        return [_frame(row[at], source) for row in body]
    base = source.entry.frame_base
    return list(range(base, len(body) + base))


def _frame(cell: str, source: Source[PoseLabels]) -> int:
    """A frame number, or the one in the name of a picture."""
    found = LAST_NUMBER.search(PurePath(cell.strip()).stem)
    if found is None or len(found.group(1)) > 9:
        raise fault(source.file, None, f"{cell[:40]!r} is no frame", "correct the row")
    return int(found.group(1))


def _cells(
    body: list[list[str]], width: int, first: int, source: Source[PoseLabels], wanted: set[int] | None = None
) -> NDArray[np.float64]:
    cells = np.full((len(body), width), np.nan)
    for line, row in enumerate(body):
        for at, cell in enumerate(row[:width]):
            if at >= first and cell.strip() and (wanted is None or at in wanted):
                try:
                    cells[line, at] = float(cell)
                except ValueError:
                    raise fault(source.file, None, f"{cell[:40]!r} is not a number", "correct the cell") from None
    return cells


def _recognise(look: Glance) -> Guess | None:
    if look.suffix != ".csv" or not look.lines:
        return None
    options = {"global_key": "{stem}"}
    if look.lines[0].lower().startswith("scorer,"):
        return Guess(CERTAIN, "header rows scorer, bodyparts, coords: DeepLabCut", options)
    names = [cell.strip() for cell in look.lines[0].split(",")]
    if "frame_idx" in names and _nodes(names):
        return Guess(CERTAIN, "frame_idx and columns node.x, node.y: SLEAP", options)
    if _are_animals({name.lower() for name in names}):
        return Guess(LIKELY, "columns x1, y1, x2, y2, ...: idtracker", options)
    return None


def _nodes(header: list[str]) -> list[str]:
    """SLEAP's nodes: those with a column for x and one for y."""
    return [name[:-2] for name in header if name.endswith(".x") and f"{name[:-2]}.y" in header]


def _are_animals(names: set[str]) -> bool:
    pairs = {name for name in names if ANIMAL.fullmatch(name)}
    others = names - pairs
    return {"x1", "y1"} <= pairs and others <= TIMES and ("x3" in pairs or "frame" not in others)


READER = Reader(
    PoseLabels,
    read,
    _recognise,
    endings=(".csv",),
    signs="CSV whose first row begins with scorer, or has node.x and node.y, or x1, y1, x2, y2, x3, ...",
    takes="points, a track for each point of each animal",
    leaves="likelihood, skeleton edges",
)
