"""Wide tables of points, a row a frame -> LabelledVideo: DeepLabCut, SLEAP, idtracker.ai, as CSV or HDF5.

Frames count from 0. A point that is not seen is empty. What each tool writes: ``pose_tables`` and ``pose_h5``.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePath
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from labelferry.errors import SourceError
from labelferry.model import Feature, Geometry, LabelledVideo, RowRef, Track, Where
from labelferry.model.frames import FIRST_FRAME, runs
from labelferry.model.input_rules import ReaderRule
from labelferry.model.keys import legal
from labelferry.model.places import Places
from labelferry.sources.glance import Glance
from labelferry.sources.keys import GlobalKey
from labelferry.sources.numbering import FramedEntry, Gaps, renumbered
from labelferry.sources.pose_h5 import SIGNATURE, wide_in_h5
from labelferry.sources.pose_tables import PoseColumn, Wide, animals_in, folder_in, nodes_in, wide_in
from labelferry.sources.reader import CERTAIN, LIKELY, Guess, Reader
from labelferry.sources.source import Source
from labelferry.sources.text import empty, fault

__all__ = ["READER", "PoseLabels", "read"]

H5 = {".h5", ".hdf5"}
TIMES = {"", "frame", "seconds", "time", "time (s)"}
"""Other columns that a table of animals may have."""


class PoseLabels(FramedEntry):
    """A wide table of points: DeepLabCut's CSV or h5, SLEAP's analysis CSV or h5, idtracker.ai's trajectories."""

    format: Literal["pose"]
    global_key: GlobalKey | None = Field(
        default=None,
        description="The video; by default the folder of its pictures, where the table names them (DeepLabCut)",
    )
    frame_base: Literal[0, 1] = Field(default=0, description="Number of the first frame in the file")
    gaps: Gaps = Field(
        default="close",
        description="close: a segment ends before every missing frame; bridge: a track is one segment, and Labelbox "
        "interpolates",
    )
    likelihood: float = Field(
        default=0.0, ge=0, le=1, description="Points with a likelihood or score below this are left out"
    )
    point: str = Field(default="animal", description="The class of points whose table does not name them (idtracker)")


def read(source: Source[PoseLabels]) -> Iterator[LabelledVideo]:
    """Read a table: a track for each point of each animal; a video for each folder of pictures that it names.

    Raises:
        SourceError: when its header is none of those that are known, or a cell is not a number.
    """
    entry = source.entry
    wide = _table(source)
    if wide.named:
        first = int(wide.frames[0]) + FIRST_FRAME - entry.frame_base
        source.note(ReaderRule.FRAMES_FROM_NAMES.at(Where(source.file), column="the pictures", number=first))
    found = False
    for folder in dict.fromkeys(wide.folders):
        rows = np.flatnonzero(np.array([each == folder for each in wide.folders], dtype=bool))
        if tracks := tuple(_tracks(wide, rows, source)):
            found = True
            key = entry.global_key or (legal(folder) if folder else "")
            if not key:
                raise fault(source.file, None, "the table does not name the video", "say global_key: in the spec")
            yield LabelledVideo(RowRef(key), Where(source.file, wide.line), tracks=tracks)
    if not found:
        raise empty(source.file, "no points")


def _table(source: Source[PoseLabels]) -> Wide:
    if PurePath(source.file).suffix.lower() in H5:
        return wide_in_h5(source.reach.file(source.file), source.file)
    wide = wide_in(source.text(source.file), source.file)
    return replace(wide, frames=wide.frames + source.entry.frame_base) if wide.counted else wide


def _tracks(wide: Wide, rows: NDArray[np.int64], source: Source[PoseLabels]) -> Iterator[Track]:
    animals = np.array(wide.animals, dtype=object)[rows]
    for column in wide.columns:
        for animal in dict.fromkeys(animals.tolist()):
            if (track := _track(wide, column, animal, rows[animals == animal], source)) is not None:
                yield track


def _track(
    wide: Wide, column: PoseColumn, animal: str, rows: NDArray[np.int64], source: Source[PoseLabels]
) -> Track | None:
    entry = source.entry
    values = wide.cells[:, [column.x, column.y]]
    seen = np.isfinite(values[rows]).all(axis=1)
    if column.score >= 0 and entry.likelihood:
        seen &= ~(wide.cells[rows, column.score] < entry.likelihood)
    rows = rows[seen]
    if not rows.size:
        return None
    rows = rows[np.argsort(wide.frames[rows], kind="stable")]
    given = wide.frames[rows]
    frames = renumbered(given, entry)
    if frames[0] < FIRST_FRAME:
        raise fault(source.file, wide.line, "a frame before the first", "set frame_base: 0, or correct frame_offset")
    if (np.diff(given) == 0).any():
        raise fault(source.file, wide.line, f"two rows for one frame of {column.part}", "remove one")
    called = " ".join(filter(None, (column.animal or animal, column.part)))
    lines = rows + wide.line
    where = Where(source.file, int(lines[0]), f"track {called}")
    segment = runs(given) if entry.gaps == "close" else np.zeros(len(rows), dtype=np.int64)
    feature = Feature(column.part or entry.point)
    places = Places.in_file(source.file, lines)
    return Track(feature, Geometry.POINT, frames, values[rows], segment, where, instance=called, places=places)


def _recognise(look: Glance) -> Guess | None:
    options = {"global_key": "{stem}"}
    if look.head.startswith(SIGNATURE):
        return _recognise_h5(look)
    if look.suffix != ".csv" or not look.lines:
        return None
    if look.lines[0].lower().startswith("scorer,"):
        named = any(folder_in(line.split(",")) for line in look.lines[3:5])
        return Guess(CERTAIN, "header rows scorer, bodyparts, coords: DeepLabCut", {} if named else options)
    names = [cell.strip() for cell in look.lines[0].split(",")]
    if "frame_idx" in names and nodes_in(names):
        return Guess(CERTAIN, "frame_idx and columns node.x, node.y: SLEAP", options)
    if _are_animals({name.lower() for name in names}):
        return Guess(LIKELY, "columns x1, y1, x2, y2, ...: idtracker", options)
    return None


def _recognise_h5(look: Glance) -> Guess:
    try:
        named = any(wide_in_h5(look.path, look.path.name).folders)
    except SourceError:  # which the reader says, with the place
        named = False
    return Guess(LIKELY, "HDF5, as DeepLabCut and SLEAP write", {} if named else {"global_key": "{stem}"})


def _are_animals(names: set[str]) -> bool:
    pairs = {name for name in names if animals_in([name])}
    others = names - pairs
    return {"x1", "y1"} <= pairs and others <= TIMES and ("x3" in pairs or "frame" not in others)


READER = Reader(
    PoseLabels,
    read,
    _recognise,
    endings=(
        ".csv",
        ".h5",
        ".hdf5",
    ),
    signs="CSV whose first row begins with scorer, or has node.x and node.y, or x1, y1, x2, y2, x3, ...; HDF5 of "
    "DeepLabCut or SLEAP",
    takes="points, a track for each point of each animal",
    leaves="likelihood, skeleton edges",
)
