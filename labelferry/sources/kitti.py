"""KITTI's tracking labels -> LabelledVideo: a row a box, ``frame id type truncated occluded alpha x1 y1 x2 y2 ...``.

Frames count from 0; 17 columns, 18 with a score. Rows of DontCare and of id -1 are regions to ignore. Facts: the
``readme.txt`` of https://www.cvlibs.net/datasets/kitti/eval_tracking.php.
"""

from collections.abc import Iterator
from typing import Literal

import numpy as np
from pydantic import Field

from labelferry.model import Feature, LabelledVideo, RowRef, Where
from labelferry.model.input_rules import ReaderRule
from labelferry.sources.boxes import Boxes, identified, tracks_of
from labelferry.sources.class_changes import settled
from labelferry.sources.glance import Glance
from labelferry.sources.keys import GlobalKey
from labelferry.sources.numbering import ClassName, GappedEntry, frames_of
from labelferry.sources.reader import CERTAIN, Guess, Reader
from labelferry.sources.sheet import UNIT, Sheet, sheet_of_lines
from labelferry.sources.source import Source
from labelferry.sources.text import empty, fault

__all__ = ["READER", "KittiLabels", "read"]

COLUMNS = (
    "frame", "id", "type", "truncated", "occluded", "alpha", "x1", "y1", "x2", "y2", "h", "w", "l", "x", "y", "z",
    "rotation", "score",
)  # fmt: skip
LEAST = 17
IGNORED = "DontCare"


class KittiLabels(GappedEntry):
    """A label file of KITTI's tracking benchmark, or a result for it."""

    format: Literal["kitti"]
    global_key: GlobalKey = Field(description="The video; {stem}, {name}, {parent} and {parent2} stand for the path")
    frame_base: Literal[0, 1] = Field(default=0, description="Number of the first frame in the file")
    classes: dict[str, ClassName | None] = Field(
        default_factory=dict, description="New name by type, or null to leave it out; others stay as they are"
    )


def read(source: Source[KittiLabels]) -> Iterator[LabelledVideo]:
    """Read a file: one video, a track for each id.

    Raises:
        SourceError: when a row is not KITTI's, or a track has two boxes in a frame or two classes.
    """
    entry = source.entry
    sheet = _sheet(source)
    types = sheet.text("type")
    left_out = {kind for kind, name in entry.classes.items() if name is None}
    kept = np.array([kind != IGNORED and kind not in left_out for kind in types], dtype=bool)
    kept &= sheet.whole("id") != -1
    rows = np.flatnonzero(kept)
    if ignored := types.count(IGNORED):
        source.note(ReaderRule.REGIONS_IGNORED.at(Where(source.file), count=ignored, kind=IGNORED))
    sheet = sheet.take(rows)
    frames = frames_of(sheet, "frame", entry)
    codes, kinds = sheet.codes("type")
    x1, y1, x2, y2 = (sheet.numbers(name) for name in ("x1", "y1", "x2", "y2"))
    tracks, names = identified(sheet.whole("id"), frames, Where(source.file), source.note)
    features = [Feature(entry.classes.get(kind) or kind) for kind in kinds]
    coords = np.column_stack((x1, y1, x2 - x1, y2 - y1))
    boxes = Boxes(sheet.places, frames, coords, tracks, names, codes, features, bridge=entry.gaps == "bridge")
    where = sheet.places.where(0) if rows.size else Where(source.file)
    found = tracks_of(settled(boxes, entry.on_class_change, source.note))
    yield LabelledVideo(RowRef(entry.global_key), where, tracks=found)


def _sheet(source: Source[KittiLabels]) -> Sheet:
    lines = [(at, line.split()) for at, line in enumerate(source.text(source.file).split("\n"), 1) if line.strip()]
    if not lines:
        raise empty(source.file, "no rows")
    width = len(lines[0][1])
    for at, cells in lines:
        if len(cells) != width or not LEAST <= width <= len(COLUMNS):
            what = f"{len(cells)} columns where KITTI has {LEAST}, and a score perhaps"
            raise fault(source.file, at, what, "correct the row, or say the right format")
    return sheet_of_lines(
        source.file, COLUMNS[:width], [UNIT.join(cells) for _, cells in lines], UNIT, [at for at, _ in lines]
    )


def _recognise(look: Glance) -> Guess | None:
    if look.suffix != ".txt" or not look.lines:
        return None
    rows = [line.split() for line in look.lines]
    if any(len(row) not in (LEAST, LEAST + 1) or not row[2][:1].isalpha() or not row[0].isdecimal() for row in rows):
        return None
    return Guess(CERTAIN, "17 columns: frame, id, type, ...", {"global_key": "{stem}"})


READER = Reader(
    KittiLabels,
    read,
    _recognise,
    endings=(".txt",),
    signs="text of 17 or 18 columns with a frame, an id and a type in words",
    takes="boxes with track ids",
    leaves="DontCare regions, truncated, occluded, alpha, 3D columns, score",
)
