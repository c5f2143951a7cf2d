"""YOLO's text files, one a frame, as Ultralytics' trackers and data sets have them -> LabelledVideo.

A row is ``class cx cy width height`` in fractions of the picture, then perhaps a confidence and a track id (whole
numbers above 0); or a class and the points of a polygon; or a box and key points. The frame is the number at the end of
the file's name, from 1 in what ``save_txt`` writes (``clip_1.txt``) and from 0 in exports such as CVAT's
(``frame_000000.txt``). A frame without a file has no objects. Facts: https://docs.ultralytics.com/datasets/detect/,
https://docs.ultralytics.com/datasets/pose/ and ``ultralytics/engine/results.py`` (``save_txt``).
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from labelferry.errors import EmptySourceError
from labelferry.model import Feature, Geometry, LabelledVideo, RowRef, Where
from labelferry.model.input_rules import ReaderRule
from labelferry.sources.areas import Polygons
from labelferry.sources.boxes import Boxes, identified, tracks_of
from labelferry.sources.class_changes import settled
from labelferry.sources.glance import Glance
from labelferry.sources.keys import GlobalKey
from labelferry.sources.numbering import ClassName, GappedEntry, renumbered
from labelferry.sources.objects import Objects, ShapedEntry
from labelferry.sources.reader import LIKELY, Guess, Reader
from labelferry.sources.source import Source
from labelferry.sources.text import fault
from labelferry.sources.yolo_rows import Rows, rows_of
from labelferry.sources.yolo_setup import Setup, setup_of

__all__ = ["READER", "YoloLabels", "read"]

NUMBER = re.compile(r"\d+$")
SAMPLED = 20
"""About how many of a folder's files are opened to know the format."""


class YoloLabels(GappedEntry, ShapedEntry):
    """A folder of YOLO's text files, one a frame."""

    together: ClassVar[bool] = True
    format: Literal["yolo"]
    global_key: GlobalKey = Field(
        default="{video}",
        description="The video of a file; {video} is the file's name without the frame number (clip of clip_12.txt), "
        "or the folder's where nothing is left",
    )
    classes: dict[int, ClassName | None] = Field(  # type: ignore[assignment]
        default_factory=dict,
        description="Class name by number, or null to leave the class out; by default from data.yaml, classes.txt or "
        "obj.names in a folder above",
    )
    keypoints: tuple[int, int] | None = Field(
        default=None, description="Number of key points and of values of each, as [17, 3]; by default from data.yaml"
    )


def read(source: Source[YoloLabels]) -> Iterator[LabelledVideo]:
    """Read the files of one video.

    Args:
        source: the files, one a frame; takes findings about classes without a name and boxes without identity.

    Yields:
        One video.

    Raises:
        SourceError: when a row is not YOLO's, or a file's name has no number.
    """
    entry = source.entry
    if all(map(_is_list, source.files)):  # the names of the classes, next to the labels
        return
    setup = setup_of(source.files[0], source.reach, entry.keypoints)
    rows = rows_of(_lines(source), setup.keypoints)
    if not len(rows):
        raise EmptySourceError(entry.path, f"no rows in {len(source.files)} files", "check the path")
    size = source.size(entry.global_key)
    names = _names(rows, setup, source)
    where = rows.places.where(0)
    boxes = _boxes(rows, names, size, source)
    video = _shapes(rows, names, size, source).finished(size)
    tracks = tracks_of(settled(boxes, entry.on_class_change, source.note))
    yield LabelledVideo(RowRef(entry.global_key), where, masks=video.masks, tracks=(*tracks, *video.tracks))


def _lines(source: Source[YoloLabels]) -> Iterator[tuple[str, int, int, str]]:
    """Yield file, frame, line number and text of each row."""
    numbers = {file: _number(file) for file in source.files if PurePath(file).suffix == ".txt" and not _is_list(file)}
    for file, number in sorted(numbers.items(), key=lambda pair: pair[1]):
        try:
            text = source.text(file)
        except EmptySourceError:  # a frame without objects
            continue
        entry = source.entry
        frame = int(renumbered(np.array([number]), entry)[0])
        if frame < 1:
            raise fault(file, None, f"frame {number} where frames count from {entry.frame_base}", "set frame_base: 0")
        for line, row in enumerate(text.split("\n"), 1):
            if row.strip():
                yield file, frame, line, row


def _is_list(file: str) -> bool:
    return PurePath(file).name in ("classes.txt", "labels.txt", "train.txt", "val.txt", "test.txt", "obj_names.txt")


def _number(file: str) -> int:
    found = NUMBER.search(PurePath(file).stem)
    if found is None:
        raise fault(file, None, "its name does not end in a frame number", "name the files like clip_000001.txt")
    return int(found.group())


def _names(rows: Rows, setup: Setup, source: Source[YoloLabels]) -> list[str | None]:
    """The name of each class by its number; None for one that is left out."""
    told: Mapping[int, str | None] = source.entry.classes or setup.names
    numbers = [str(number) for number in np.unique(rows.classes).tolist() if number not in told]
    if numbers:
        rule, shown = ReaderRule.CLASS_NUMBERS, ", ".join(numbers[:10])
        source.note(rule.at(rows.places.where(0), column="1", numbers=shown, first=numbers[0]))
    return [told.get(number, str(number)) for number in range(int(rows.classes.max()) + 1)]


def _boxes(rows: Rows, names: list[str | None], size: tuple[int, int], source: Source[YoloLabels]) -> Boxes:
    kept = np.array([names[number] is not None for number in rows.classes.tolist()], dtype=bool)
    chosen = np.flatnonzero(rows.is_box & kept)
    cx, cy, width, height = rows.boxes[chosen].T
    coords = np.column_stack((cx - width / 2, cy - height / 2, width, height)) * np.tile(size, 2)
    where = Where(source.files[0]) if not chosen.size else rows.places.where(int(chosen[0]))
    tracks, called = identified(rows.ids[chosen], rows.frames[chosen], where, source.note)
    features = [Feature(name or "left out") for name in names]
    bridge = source.entry.gaps == "bridge"
    return Boxes(
        rows.places[chosen], rows.frames[chosen], coords, tracks, called, rows.classes[chosen], features, bridge=bridge
    )


def _shapes(rows: Rows, names: list[str | None], size: tuple[int, int], source: Source[YoloLabels]) -> Objects:
    """Polygons and key points."""
    objects = Objects(source.entry.global_key, rows.places.where(0), source.note, source.entry.unrepresentable)
    for at, points in rows.shapes.items():
        label, where, ident = names[int(rows.classes[at])], rows.places.where(at), str(int(rows.ids[at]))
        if label is None:
            continue
        frame = int(rows.frames[at])
        ident = ident if rows.ids[at] >= 0 else f"box {frame}.{at}"
        if rows.is_box[at]:
            _keypoints(objects, ident, label, frame, points, size, where)
        else:
            pixels = [value * size[place % 2] for place, value in enumerate(points)]
            objects.other("polygon", ident, label, frame, Polygons((pixels,)), where, where.line or 0)
    return objects


def _keypoints(
    objects: Objects, ident: str, label: str, frame: int, points: list[float], size: tuple[int, int], where: Where
) -> None:
    for number, (x, y) in enumerate(zip(points[::2], points[1::2], strict=True), 1):
        if x or y:  # 0, 0 is a key point that is not there
            item = objects.of(f"{ident}/{number}", f"{label} {number}", Geometry.POINT, where)
            item.add(frame, (x * size[0], y * size[1]), where.line or 0)


def _recognise(look: Glance) -> Guess | None:
    files = look.files if look.is_folder else (look.path.name,)
    texts = [name for name in files if name.endswith(".txt") and not _is_list(name)]
    if any(NUMBER.search(PurePath(name).stem) is None for name in texts):
        return None
    if not _are_rows(look.path if look.is_folder else look.path.parent, texts):
        return None
    base = min(1, *map(_number, texts))
    return Guess(
        LIKELY, "text files named by frame, rows of a class and fractions", {"frame_base": base, "path": "**/*.txt"}
    )


def _are_rows(folder: Path, texts: list[str]) -> bool:
    sampled = texts[:: max(1, len(texts) // SAMPLED)]
    lines = [line for name in sampled for line in Glance(folder / name).lines]
    return bool(lines) and all(map(_is_row, lines))


def _is_row(line: str) -> bool:
    cells = line.split()
    try:
        values = [float(cell) for cell in cells]
    except ValueError:
        return False
    return len(values) >= 5 and values[0].is_integer() and all(-0.5 <= value <= 1.5 for value in values[1:5])


READER = Reader(
    YoloLabels,
    read,
    _recognise,
    endings=(".txt",),
    signs="text files whose names end in a number, with rows of a class and fractions",
    takes="boxes with or without track ids, key points as points",
    leaves="polygons (see unrepresentable), confidence",
)
