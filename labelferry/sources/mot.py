"""MOTChallenge text files and their relatives -> LabelledVideo: one row a box, ``frame,id,left,top,width,height,...``.

Frames count from 1, and a track ends at every gap. Cells may be separated by commas, semicolons, tabs or spaces; there
are six columns (plain trackers), seven (detections of MOT17: a score), nine (MOT16/17 and CVAT's "MOT 1.1": flag,
class, visibility) or ten (MOT15, trackers' output: column 7 is a flag or a score, then x, y, z). Where the number of
columns does not say what they mean, ``layout`` does: VisDrone has the class in column 8 of ten, UAVDT in column 9 of
nine. Facts: https://motchallenge.net/instructions/,
https://docs.cvat.ai/docs/dataset_management/formats/format-mot/ (``labels.txt`` next to ``gt.txt`` names class i in its
line i) and https://github.com/VisDrone/VisDrone2018-VID-toolkit.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from labelferry.files.reach import Reach
from labelferry.model import Feature, LabelledVideo, RowRef, Where
from labelferry.model.input_rules import ReaderRule
from labelferry.model.tracks import Coords
from labelferry.sources.boxes import Boxes, identified, tracks_of
from labelferry.sources.class_changes import settled
from labelferry.sources.keys import GlobalKey
from labelferry.sources.mot_layout import MotLayout, looks_like, sheet_in
from labelferry.sources.mot_told import LayoutName
from labelferry.sources.numbering import ClassName, GappedEntry, frames_of
from labelferry.sources.reader import Reader
from labelferry.sources.sheet import Sheet
from labelferry.sources.source import Source
from labelferry.sources.table_parts import LARGEST_FRACTION
from labelferry.sources.text import fault, text_of

__all__ = ["READER", "MotLabels", "read"]

Names = Mapping[int, str | None]
MANY_BOXES = 20
"""So many boxes are not all larger than they are far from the corner of the picture."""


class MotLabels(GappedEntry):
    """A MOT file and what it does not say itself.

    ``pixel_base`` is 0 by default, so that coordinates are taken as written: the benchmark nominally counts pixels from
    1, but trackers and CVAT count from 0, and a file does not say which. 1 subtracts one from left and top.
    """

    format: Literal["mot"]
    global_key: GlobalKey = Field(
        description="The video; {stem} and {name} are the name of the file, {parent} and {parent2} the two "
        "folders above it"
    )
    layout: LayoutName | None = Field(
        default=None,
        description="What the columns after the box mean: mot15 (no class), mot16 (class in column 8), visdrone (class "
        "in column 8 of ten, its own names), uavdt (class in column 9); by default as their number and values tell",
    )
    classes: dict[int, ClassName | None] | None = Field(
        default=None,
        min_length=1,
        description="Class name by id, or null to leave the class out; by default from labels.txt next to the file, or "
        "the names of the layout",
    )
    class_name: ClassName | None = Field(default=None, description="The class of all boxes, when no column says it")
    pixel_base: Literal[0, 1] = Field(
        default=0, description="Number of the first pixel; 0 takes coordinates as written"
    )
    drop_ignored: bool = Field(default=False, description="Leave out ground-truth rows flagged 0 in column 7")


def read(source: Source[MotLabels]) -> Iterator[LabelledVideo]:
    """Read a MOT file: one video, a track for each id, a new segment at every gap.

    Args:
        source: the file, its options, and where labels.txt may be; takes a warning about boxes without identity, and
            one about rows that were left out.

    Yields:
        One video, unless the file cannot be read.

    Raises:
        SourceError: when a row is not MOT, a class has no name, its layout is in doubt, or a track has two boxes in a
            frame or two classes.
    """
    entry = source.entry
    sheet, layout = sheet_in(source.text(source.file), source.file, entry.layout)
    rows = _kept(sheet, layout, source)
    kept, classes, features = _classes(sheet, rows, layout, source)
    rows = rows[kept]
    frames = frames_of(sheet, "frame", entry)[rows]
    tracks, names = identified(sheet.whole("id")[rows], frames, Where(source.file), source.note)
    coords = np.column_stack([sheet.numbers(name) for name in ("left", "top", "width", "height")])[rows]
    _note_doubts(coords, source)
    coords[:, :2] -= entry.pixel_base
    boxes = Boxes(sheet.places[rows], frames, coords, tracks, names, classes, features, bridge=entry.gaps == "bridge")
    yield LabelledVideo(
        RowRef(entry.global_key),
        sheet.places.where(0),
        tracks=tracks_of(settled(boxes, entry.on_class_change, source.note)),
    )


def _note_doubts(coords: Coords, source: Source[MotLabels]) -> None:
    """Say so when the numbers of the boxes look like fractions, or like two corners."""
    if len(coords) and coords.max() <= LARGEST_FRACTION and (coords != np.floor(coords)).any():
        source.note(ReaderRule.FRACTIONS_LIKELY.at(Where(source.file), largest=f"{coords.max():.4g}"))
    if len(coords) >= MANY_BOXES and (coords[:, 2:] > coords[:, :2]).all():
        source.note(ReaderRule.CORNERS_LIKELY.at(Where(source.file), count=len(coords)))


def _kept(sheet: Sheet, layout: MotLayout, source: Source[MotLabels]) -> NDArray[np.int64]:
    if "score" not in sheet.columns:
        return np.arange(len(sheet))
    flags = sheet.numbers("score")
    ignored = int(np.count_nonzero(flags == 0))
    if not ignored or not (source.entry.drop_ignored or layout.drops_zero):
        return np.arange(len(sheet))
    source.note(ReaderRule.ROWS_IGNORED.at(Where(source.file), count=ignored, total=len(sheet)))
    return np.flatnonzero(flags)


def _names(source: Source[MotLabels], layout: MotLayout) -> Names:
    if source.entry.classes is not None:
        return source.entry.classes
    return _neighbour(source.file, source.reach) or (layout.names if source.entry.layout else {})


def _neighbour(path: str, reach: Reach) -> Mapping[int, str]:
    neighbour = str(PurePath(path).with_name("labels.txt"))
    file = reach.find(neighbour)
    if file is None:
        return {}
    lines = text_of(file, neighbour).split("\n")
    return {number: line.strip() for number, line in enumerate(lines, 1) if line.strip()}


def _classes(
    sheet: Sheet, rows: NDArray[np.int64], layout: MotLayout, source: Source[MotLabels]
) -> tuple[NDArray[np.int64], NDArray[np.int64], list[Feature]]:
    """Return which rows are kept, the class of each, and the classes."""
    every = np.arange(len(rows))
    if source.entry.class_name:
        return every, np.zeros(len(rows), dtype=np.int64), [Feature(source.entry.class_name)]
    names = _names(source, layout)
    if "class" not in sheet.columns:
        return every, np.zeros(len(rows), dtype=np.int64), [Feature(_only(sheet, names))]
    codes, texts = sheet.codes("class")
    codes = codes[rows]
    if not all(_is_whole(text) for text in texts):
        return every, codes, [Feature(text) for text in texts]
    named = [_named(sheet, rows, codes, at, names, float(text)) for at, text in enumerate(texts)]
    kept = np.flatnonzero(np.array([name is not None for name in named], dtype=bool)[codes])
    return kept, codes[kept], [Feature(name or text) for name, text in zip(named, texts, strict=True)]


def _only(sheet: Sheet, names: Names) -> str:
    told = [name for name in names.values() if name]
    if len(told) != 1:
        what = f"this MOT file has no class column and {len(told)} classes are named"
        raise fault(sheet.source, None, what, "name exactly one, as in classes: {1: pedestrian}")
    return told[0]


def _is_whole(text: str) -> bool:
    try:
        return float(text).is_integer()
    except ValueError:
        return False


def _named(
    sheet: Sheet, rows: NDArray[np.int64], codes: NDArray[np.int64], at: int, names: Names, number: float
) -> str | None:
    """The name of a class; None when the spec leaves it out, or no kept row has it."""
    used = np.flatnonzero(codes == at)
    if not used.size or int(number) in names:
        return names.get(int(number))
    remedy = f"name it, as in classes: {{{int(number)}: pedestrian}}, or in labels.txt next to the file"
    raise sheet.fault(int(rows[used[0]]), f"class {int(number)} has no name", remedy)


READER = Reader(
    MotLabels,
    read,
    looks_like,
    endings=(
        ".txt",
        ".csv",
    ),
    signs="text of 6 to 10 columns of numbers: frame, id, left, top, width, height, ...",
    takes="boxes with track ids; classes from column 8 or 9 and labels.txt",
    leaves="score, visibility, occlusion and 3D columns",
)
