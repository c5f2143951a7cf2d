"""MOTS' text files -> LabelledVideo: a row a mask, ``frame id class height width rle``.

The id is class * 1000 + instance; class 10 is a region to ignore. Facts: https://www.vision.rwth-aachen.de/page/mots.
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from labelferry.model import LabelledVideo, Where
from labelferry.model.input_rules import ReaderRule
from labelferry.sources.areas import Rle
from labelferry.sources.entry import LabelsEntry
from labelferry.sources.glance import Glance
from labelferry.sources.keys import GlobalKey
from labelferry.sources.numbering import ClassName
from labelferry.sources.objects import Objects
from labelferry.sources.reader import CERTAIN, Guess, Reader
from labelferry.sources.source import Source
from labelferry.sources.text import empty, fault

__all__ = ["READER", "MotsLabels", "read"]

COLUMNS = 6
IGNORED = "10"
CLASSES = {1: "car", 2: "pedestrian"}


class MotsLabels(LabelsEntry):
    """A text file of MOTS: run lengths of masks."""

    format: Literal["mots"]
    global_key: GlobalKey = Field(description="The video; {stem}, {name}, {parent} and {parent2} stand for the path")
    frame_base: Literal[0, 1] = Field(
        default=0, description="Number of the first frame: 0 in KITTI MOTS, 1 in MOTSChallenge"
    )
    classes: dict[int, ClassName | None] = Field(
        default_factory=dict, description="Class name by number, or null to leave it out; by default car and pedestrian"
    )


def read(source: Source[MotsLabels]) -> Iterator[LabelledVideo]:
    """Read a file: one video.

    Raises:
        SourceError: when a row is not MOTS', or a class has no name.
    """
    entry, ignored, size = source.entry, 0, None
    names = {**CLASSES, **entry.classes}
    objects = Objects(entry.global_key, Where(source.file, 1), source.note, "error")
    for line, text in enumerate(source.text(source.file).split("\n"), 1):
        if not (cells := text.split()):
            continue
        if len(cells) == COLUMNS and cells[2] == IGNORED:
            ignored += 1
            continue
        area, frame = _area(cells, line, source)
        size, number = (area.width, area.height), int(cells[2])
        if number not in names:
            raise fault(source.file, line, f"class {number} has no name", f"name it, as in classes: {{{number}: bus}}")
        if (name := names[number]) is not None:
            objects.area(cells[1], name, frame - entry.frame_base + 1, area, Where(source.file, line))
    if ignored:
        source.note(ReaderRule.REGIONS_IGNORED.at(Where(source.file), count=ignored, kind="class 10"))
    if not objects.areas.objects:
        raise empty(source.file, "no masks")
    yield objects.finished(size)


def _area(cells: list[str], line: int, source: Source[MotsLabels]) -> tuple[Rle, int]:
    try:
        frame, _, _, height, width = (int(cell) for cell in cells[:5])
        area = Rle.of(cells[5], float(width), float(height))
    except (ValueError, IndexError, OverflowError) as error:
        raise fault(source.file, line, f"not a row of MOTS ({error})", "correct the row") from error
    if frame < source.entry.frame_base:
        raise fault(source.file, line, "a frame before the first", "correct the row, or say frame_base: 0")
    return area, frame


def _recognise(look: Glance) -> Guess | None:
    rows = [line.split() for line in look.lines]
    if look.suffix != ".txt" or not rows or not all(map(_is_row, rows)):
        return None
    if all(row[5].isdecimal() for row in rows):
        return None
    base = 0 if rows[0][0] == "0" else 1
    return Guess(CERTAIN, "six columns, the last run lengths", {"global_key": "{stem}", "frame_base": base})


def _is_row(row: list[str]) -> bool:
    return len(row) == COLUMNS and all(map(str.isdecimal, row[:5]))


READER = Reader(
    MotsLabels,
    read,
    _recognise,
    endings=(".txt",),
    signs="text of six columns: frame, id, class, height, width, run lengths",
    takes="masks with identities",
    leaves="regions of class 10",
)
