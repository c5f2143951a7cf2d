"""SportsLabKit's and SoccerTrack's wide tables of boxes -> LabelledVideo: a row a frame, three header rows.

The header rows are TeamID, PlayerID and Attributes (``bb_left, bb_top, bb_width, bb_height`` and perhaps ``conf``); the
first column is the frame. An empty cell is a player that is not seen. Facts:
https://github.com/AtomScott/SportsLabKit and https://github.com/AtomScott/SoccerTrack.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from labelferry.model import Feature, Geometry, LabelledVideo, RowRef, Track, Where
from labelferry.model.frames import LARGEST, Frames, runs
from labelferry.model.places import Places
from labelferry.sources.glance import Glance
from labelferry.sources.keys import GlobalKey
from labelferry.sources.numbering import ClassName, GappedEntry, renumbered
from labelferry.sources.reader import CERTAIN, Guess, Reader
from labelferry.sources.source import Source
from labelferry.sources.text import empty, fault

__all__ = ["READER", "SportsLabKitLabels", "read"]

HEADS = ("teamid", "playerid", "attributes")
BOX = ("bb_left", "bb_top", "bb_width", "bb_height")


class SportsLabKitLabels(GappedEntry):
    """A wide table of boxes of SportsLabKit or SoccerTrack."""

    format: Literal["sportslabkit"]
    global_key: GlobalKey = Field(description="The video; {stem}, {name}, {parent} and {parent2} stand for the path")
    class_name: ClassName = Field(default="player", description="The class of the boxes")
    ball: ClassName = Field(default="ball", description="The class of the boxes of the team or player called BALL")
    every: int = Field(
        default=1,
        ge=1,
        description="Take every nth row, as 10 for a keyframe in ten frames, and both ends of each segment",
    )


def read(source: Source[SportsLabKitLabels]) -> Iterator[LabelledVideo]:
    """Read a table: one video, a track for each player.

    Raises:
        SourceError: when its header is another, or a cell is not a number.
    """
    entry = source.entry
    rows = [row for row in csv.reader(io.StringIO(source.text(source.file))) if any(map(str.strip, row))]
    first = _last_header(rows, source.file)
    start = first + 1 + _names_its_index(rows[first + 1 :])
    body = rows[start:]
    if not body:
        raise empty(source.file, "no rows")
    cells = _cells(body, source, start, len(rows[first]))
    frames = renumbered(cells[:, 0].astype(np.int64), entry)
    if frames.min() < 1:
        shown = int(cells[:, 0].min())
        raise fault(source.file, start + 1, f"frame {shown} lies before the first", "set frame_base: 0")
    lines = np.arange(len(body)) + start + 1
    players = _players(rows[first - 2], rows[first - 1], rows[first])
    if not players:
        what = f"no player has {', '.join(BOX)}; positions on the pitch are not labels of the video"
        raise fault(source.file, first + 1, what, "read the table of boxes of the same match")
    tracks = [_track(source, name, columns, frames, cells, lines) for name, columns in players.items()]
    where = Where(source.file, start + 1)
    yield LabelledVideo(RowRef(entry.global_key), where, tracks=tuple(filter(None, tracks)))


def _last_header(rows: list[list[str]], file: str) -> int:
    """Return the place of the third header row."""
    first = next((at for at, row in enumerate(rows[:5]) if row[0].strip().lower() == HEADS[2]), 0)
    if first < 2:
        raise fault(file, 1, "no header rows TeamID, PlayerID, Attributes", "say the right format")
    return first


def _names_its_index(body: list[list[str]]) -> bool:
    """Whether the first row is not of a frame: pandas writes the name of the index in a row of its own."""
    return bool(body) and not body[0][0].strip().lstrip("-").replace(".", "", 1).isdecimal()


def _cells(
    body: Sequence[Sequence[str]], source: Source[SportsLabKitLabels], start: int, width: int
) -> NDArray[np.float64]:
    """The numbers of the rows; a short row ends in players that are not seen."""
    cells = np.full((len(body), max(width, *map(len, body))), np.nan)
    for at, row in enumerate(body):
        for column, cell in enumerate(row):
            try:
                cells[at, column] = float(cell) if cell.strip() else np.nan
            except ValueError:
                raise fault(source.file, start + 1 + at, f"{cell[:40]!r} is not a number", "correct the cell") from None
    numbers = cells[:, 0]
    wrong = ~(np.isfinite(numbers) & (np.abs(numbers) < LARGEST) & (numbers == np.floor(numbers)))
    if wrong.any():
        line = start + 1 + int(np.argmax(wrong))
        raise fault(source.file, line, "a row without a frame", "give each row its frame in the first column")
    return cells


def _players(teams: Sequence[str], players: Sequence[str], parts: Sequence[str]) -> dict[str, dict[str, int]]:
    """The columns of each player by what they hold; a blank header cell goes on with the one before."""
    found: dict[str, dict[str, int]] = {}
    team = player = ""
    for at in range(1, len(parts)):
        team = teams[at].strip() if at < len(teams) and teams[at].strip() else team
        player = players[at].strip() if at < len(players) and players[at].strip() else player
        found.setdefault(f"{team}/{player}", {})[parts[at].strip().lower()] = at
    return {name: columns for name, columns in found.items() if set(BOX) <= set(columns)}


def _track(
    source: Source[SportsLabKitLabels],
    name: str,
    columns: Mapping[str, int],
    frames: Frames,
    cells: NDArray[np.float64],
    lines: NDArray[np.int64],
) -> Track | None:
    entry = source.entry
    boxes = cells[:, [columns[part] for part in BOX]]
    rows = np.flatnonzero(np.isfinite(boxes).all(axis=1))
    if not rows.size:
        return None
    rows = rows[np.argsort(frames[rows], kind="stable")]
    if (np.diff(frames[rows]) == 0).any():
        raise fault(source.file, int(lines[rows[0]]), f"two rows for one frame of {name}", "remove one")
    segment = np.zeros(len(rows), dtype=np.int64) if entry.gaps == "bridge" else runs(frames[rows] // entry.frame_step)
    kept = _kept(rows, segment, entry.every)
    rows, segment = rows[kept], segment[kept]
    feature = Feature(entry.ball if "ball" in name.lower() else entry.class_name)
    where = Where(source.file, int(lines[rows[0]]), f"track {name}")
    places = Places.in_file(source.file, lines[rows])
    return Track(feature, Geometry.BOX, frames[rows], boxes[rows], segment, where, instance=name, places=places)


def _kept(rows: NDArray[np.int64], segment: NDArray[np.int64], every: int) -> NDArray[np.bool_]:
    """Which rows become keyframes: every nth of the table, and the ends of segments, so that none is cut short."""
    kept: NDArray[np.bool_] = rows % every == 0
    ends = np.flatnonzero(np.diff(segment))
    kept[[0, -1, *ends, *(ends + 1)]] = True
    return kept


def _recognise(look: Glance) -> Guess | None:
    if look.suffix != ".csv":
        return None
    heads = [line.split(",")[0].strip().lower() for line in look.lines[:5]]
    if heads[:3] != list(HEADS):
        return None
    cells = [line.split(",")[0].strip() for line in look.lines[3:5]]
    base = 0 if next((cell for cell in cells if cell.isdecimal()), "1") == "0" else 1
    return Guess(CERTAIN, "header rows TeamID, PlayerID, Attributes", {"global_key": "{stem}", "frame_base": base})


READER = Reader(
    SportsLabKitLabels,
    read,
    _recognise,
    endings=(".csv",),
    signs="CSV whose first three rows begin with TeamID, PlayerID, Attributes",
    takes="boxes, a track for each player",
    leaves="conf",
)
