"""MOTChallenge text files -> LabelledVideo: one row per box, ``frame,id,left,top,width,height,...``, frames from 1.

Two layouts: ten columns (MOT15, trackers' output: column 7 is a flag or a score, then x, y, z) and nine (MOT16/17 and
CVAT's "MOT 1.1": flag, class, visibility). Facts: https://motchallenge.net/instructions/ and
https://docs.cvat.ai/docs/dataset_management/formats/format-mot/ (``labels.txt`` next to ``gt.txt`` names class i in its
line i).
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, StringConstraints

from labelferry.files.reach import Reach
from labelferry.listing import counted
from labelferry.model import Feature, LabelledVideo, RowRef, Where
from labelferry.model.findings import FindingHandler
from labelferry.model.frames import Frames, from_base
from labelferry.model.rules import ReaderRule
from labelferry.sources.boxes import Boxes, anonymous, tracks_of
from labelferry.sources.entry import LabelsEntry
from labelferry.sources.keys import GlobalKey
from labelferry.sources.sheet import Sheet, sheet_of_lines
from labelferry.sources.source import Source
from labelferry.sources.text import fault, text_of

__all__ = ["MotLabels", "read"]

COLUMNS = {
    9: ("frame", "id", "left", "top", "width", "height", "flag", "class", "visibility"),
    10: ("frame", "id", "left", "top", "width", "height", "score", "x", "y", "z"),
}
NO_IDENTITY = -1

ClassName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class MotLabels(LabelsEntry):
    """A MOT file and the facts that it lacks.

    ``pixel_base`` is 0 by default, so that coordinates are taken as written: the benchmark nominally counts pixels from
    1, but trackers and CVAT count from 0, and a file does not say which. 1 subtracts one from left and top.
    """

    format: Literal["mot"]
    global_key: GlobalKey = Field(
        description="The video; {stem} and {name} are the name of the file, {parent} and {parent2} the two "
        "folders above it"
    )
    classes: dict[int, ClassName] | None = Field(
        default=None, min_length=1, description="Class name by id; by default from labels.txt next to the file"
    )
    frame_base: Literal[0, 1] = Field(default=1, description="Number of the first frame in the file")
    pixel_base: Literal[0, 1] = Field(
        default=0, description="Number of the first pixel; 0 takes coordinates as written"
    )
    drop_ignored: bool = Field(default=False, description="Leave out ground-truth rows flagged 0 in column 7")


def read(source: Source[MotLabels]) -> Iterator[LabelledVideo]:
    """Read a MOT file: one video, a track for each id, a new segment at every gap.

    Args:
        source: the file, its options, and where labels.txt may be; receives warnings about boxes without identity and
            about rows that ``drop_ignored`` left out.

    Yields:
        One video, unless the file cannot be read.

    Raises:
        SourceError: when a row is not MOT, a class has no name, or a track has two boxes in a frame or two classes.
    """
    entry, note = source.entry, source.note
    sheet = _sheet(source.text(source.file), source.file)
    rows = _kept(sheet, entry, note)
    classes, features = _classes(sheet, rows, _names(entry, source.reach), source.file)
    frames = _frames(sheet, entry)[rows]
    tracks, names = _tracks(sheet, frames, rows, note)
    boxes = Boxes(sheet.places[rows], frames, _coords(sheet, entry)[rows], tracks, names, classes, features)
    yield LabelledVideo(RowRef(entry.global_key), sheet.places.where(0), tracks=tracks_of(boxes))


def _sheet(text: str, source: str) -> Sheet:
    every = text.split("\n")
    kept = [at for at, line in enumerate(every) if line and line[0] != "#" and not line.isspace()]
    if not kept:
        raise fault(source, None, "no rows", "write it again, or take its entry out of the spec")
    rows = [every[at] for at in kept]
    widths = np.array([row.count(",") for row in rows]) + 1
    lines = np.array(kept) + 1
    _refuse_widths(source, lines, widths)
    return sheet_of_lines(source, COLUMNS[int(widths[0])], rows, ",", lines)


def _refuse_widths(source: str, lines: NDArray[np.int64], widths: NDArray[np.int64]) -> None:
    first = int(widths[0])
    if first not in COLUMNS:
        wrong, expected = 0, "MOT has 9 (with classes) or 10"
    elif (others := np.flatnonzero(widths != first)).size:
        wrong, expected = int(others[0]), f"the first row has {first}"
    else:
        return
    what = f"{counted(int(widths[wrong]), 'comma-separated column')}, but {expected}"
    raise fault(source, int(lines[wrong]), what, "correct the row, or set the right format")


def _kept(sheet: Sheet, entry: MotLabels, note: FindingHandler) -> NDArray[np.int64]:
    flags = sheet.numbers("flag" if "flag" in sheet.columns else "score")
    ignored = int(np.count_nonzero(flags == 0))
    if not entry.drop_ignored or not ignored:
        return np.arange(len(sheet))
    note(ReaderRule.ROWS_IGNORED.at(Where(entry.path), count=ignored, total=len(sheet)))
    return np.flatnonzero(flags)


def _frames(sheet: Sheet, entry: MotLabels) -> Frames:
    frames = sheet.whole("frame")
    if (low := np.flatnonzero(frames < entry.frame_base)).size:
        row = int(low[0])
        remedy = "set frame_base: 0" if frames[row] == 0 else "frames cannot be negative: correct the row"
        raise sheet.fault(row, f"frame {frames[row]}, but frames count from {entry.frame_base}", remedy)
    return from_base(frames, entry.frame_base)


def _coords(sheet: Sheet, entry: MotLabels) -> NDArray[np.float64]:
    coords = np.column_stack([sheet.numbers(name) for name in ("left", "top", "width", "height")])
    coords[:, :2] -= entry.pixel_base
    return coords


def _tracks(
    sheet: Sheet, frames: Frames, rows: NDArray[np.int64], note: FindingHandler
) -> tuple[NDArray[np.int64], list[str]]:
    ids = sheet.whole("id")
    if (low := np.flatnonzero(ids < NO_IDENTITY)).size:
        row = int(low[0])
        raise sheet.fault(row, f"id {ids[row]}", "ids are 0 or more, or -1 for a detection without a track")
    distinct, codes = np.unique(ids[rows], return_inverse=True)
    names = [str(value) for value in distinct.tolist()]
    alone = np.flatnonzero(ids[rows] == NO_IDENTITY)
    if not alone.size:
        return codes, names
    note(ReaderRule.IDENTITY_MISSING.at(Where(sheet.source), count=alone.size))
    own, own_names = anonymous(frames[alone])
    codes[alone] = len(names) + own
    return codes, names + own_names


def _names(entry: MotLabels, reach: Reach) -> Mapping[int, str]:
    if entry.classes is not None:
        return entry.classes
    neighbour = str(PurePath(entry.path).with_name("labels.txt"))
    file = reach.find(neighbour)
    if file is None:
        return {}
    lines = text_of(file, neighbour).split("\n")
    return {number: line.strip() for number, line in enumerate(lines, 1) if line.strip()}


def _classes(
    sheet: Sheet, rows: NDArray[np.int64], names: Mapping[int, str], source: str
) -> tuple[NDArray[np.int64], list[Feature]]:
    if "class" not in sheet.columns:
        if len(names) != 1:
            what = f"this MOT file has no class column and the spec names {len(names) or 'no'} classes"
            raise fault(source, None, what, "name exactly one, as in classes: {1: pedestrian}")
        return np.zeros(len(rows), dtype=np.int64), [Feature(name) for name in names.values()]
    ids = sheet.whole("class")[rows]
    distinct, firsts, codes = np.unique(ids, return_index=True, return_inverse=True)
    for value, first in zip(distinct.tolist(), firsts.tolist(), strict=True):
        if value not in names:
            remedy = f"name it, as in classes: {{{value}: pedestrian}}, or in labels.txt next to the file"
            raise sheet.fault(int(rows[first]), f"class {value} has no name", remedy)
    return codes, [Feature(names[value]) for value in distinct.tolist()]
