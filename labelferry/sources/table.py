"""Tables of boxes -> LabelledVideo: CSV, TSV, Parquet, Excel or JSON lines, one row per box in a frame.

The columns are found by their names (see ``columns``) or given. Nothing here is a standard: it is what a pandas user
has after a detector or a tracker. What the table leaves open is decided in ``table_parts``, with a finding.
"""

from collections.abc import Iterator
from typing import Any, Literal, Self

import numpy as np
from pydantic import Field, field_validator, model_validator

from labelferry.model import Feature, LabelledVideo, RowRef, Where
from labelferry.model.frames import Frames
from labelferry.model.input_rules import ReaderRule
from labelferry.model.keys import identity
from labelferry.model.tracks import Coords
from labelferry.sources.boxes import Boxes, CodeColumn, anonymous, settled, tracks_by_video, unidentified
from labelferry.sources.columns import Form, NormalizedUnit, part_of
from labelferry.sources.keys import GlobalKey, canonical
from labelferry.sources.numbering import ClassId, ClassName, GappedEntry, frames_of
from labelferry.sources.reader import Reader
from labelferry.sources.sheet import Sheet
from labelferry.sources.sheet_files import read_sheet
from labelferry.sources.source import Source
from labelferry.sources.table_parts import (
    Parts,
    coords_of,
    drops,
    note_single,
    number_in,
    parts_of,
    recognise,
    without_identity,
)

__all__ = ["READER", "TableLabels", "read"]


class TableLabels(GappedEntry):
    """A table of boxes and what its columns do not say."""

    format: Literal["table"]
    columns: dict[str, str] = Field(
        default_factory=dict,
        description="Column by part: global_key, frame, track, class, segment, and left, top, width, height, right, "
        "bottom, cx, cy as the boxes need them",
    )
    header: list[str] | None = Field(
        default=None, min_length=4, description="Names of the columns, for a table whose first line has none"
    )
    box: Form | None = Field(
        default=None,
        description="How a box is written: corner and size, two corners, or centre and size; by default as named",
    )
    normalized: NormalizedUnit = Field(
        default=None,
        description="Coordinates are fractions of the picture's width and height (true), percent of them, or pixels "
        "(false, the default)",
    )
    width: int | None = Field(
        default=None, gt=0, description="Width in pixels, when normalized; by default the video's own"
    )
    height: int | None = Field(
        default=None, gt=0, description="Height in pixels, when normalized; by default the video's own"
    )
    global_key: GlobalKey | None = Field(default=None, description="The video, when no column says it")
    class_name: ClassName | None = Field(default=None, description="The class, when no column says it")
    classes: dict[ClassId, ClassName | None] = Field(
        default_factory=dict,
        description="New name by the table's class, or null to leave the class out; others stay as they are",
    )

    @field_validator("columns")
    @classmethod
    def _known_parts(cls, columns: dict[str, str]) -> dict[str, str]:
        if unknown := [name for name in columns if part_of(name) is None]:
            raise ValueError(f"unknown part {', '.join(unknown)}; see the documentation of tables for the known parts")
        return columns

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.width is None) != (self.height is None):
            raise ValueError("give both width and height of the video in pixels, or neither")
        told = {part_of(name) for name in self.columns}
        for option, part in (("global_key", "global_key"), ("class_name", "class")):
            if part in told and getattr(self, option):
                raise ValueError(f"both the option {option} and a column for it; keep one")
        return self


def read(source: Source[TableLabels]) -> Iterator[LabelledVideo]:
    """Read a table: a video for each global key, a track for each track id in it, in the order of the rows.

    Args:
        source: the file and its options, and the sizes of the videos; takes findings about what the table leaves open.

    Yields:
        One video for each global key.

    Raises:
        SourceError: when the table is malformed, lacks a column, or a track has two boxes in a frame or two classes.
    """
    entry = source.entry
    sheet = read_sheet(source.reach.file(source.file), source.file, entry.header)
    sheet = drops(sheet, entry)
    parts = parts_of(sheet, entry, source.note)
    videos, keys = _keys(sheet, parts, entry)
    coords = coords_of(sheet, parts, source.note) * _scale(source, videos, keys)
    _refuse_infinite(sheet, coords)
    boxes = settled(_boxes(sheet, parts, coords, source, videos), entry.on_class_change, source.note, videos)
    tracks, firsts = tracks_by_video(boxes, videos), np.unique(videos, return_index=True)[1]
    for video, (key, first) in enumerate(zip(keys, firsts.tolist(), strict=True)):
        yield LabelledVideo(RowRef(key), sheet.places.where(first), tracks=tracks[video])


def _keys(sheet: Sheet, parts: Parts, entry: TableLabels) -> tuple[CodeColumn, list[str]]:
    if entry.global_key:
        return np.zeros(len(sheet), dtype=np.int64), [entry.global_key]
    sheet.keys(parts.column("global_key"))
    codes, texts = sheet.codes(parts.column("global_key"))
    firsts = np.unique(codes, return_index=True)[1].tolist()
    seen: dict[str, str] = {}
    for row, text in zip(firsts, texts, strict=True):
        key = canonical(text, sheet.places.where(row))
        if (other := seen.setdefault(identity(key), key)) != key:
            what = f"global keys '{key}' and '{other}' differ only in case"
            raise sheet.fault(row, what, "write the key in one way")
    return codes, list(seen.values())


def _boxes(sheet: Sheet, parts: Parts, coords: Coords, source: Source[TableLabels], videos: CodeColumn) -> Boxes:
    entry = source.entry
    frames = frames_of(sheet, parts.column("frame"), entry, number_in(sheet, parts.column("frame"), source.note))
    tracks, names = _tracks(sheet, parts, frames, videos, source)
    classes, features = _classes(sheet, parts, source)
    return Boxes(
        places=sheet.places,
        frames=frames,
        coords=coords,
        tracks=tracks,
        names=names,
        classes=classes,
        features=features,
        segments=sheet.whole(parts.column("segment")) if parts.has("segment") else None,
        bridge=entry.gaps == "bridge",
    )


def _tracks(
    sheet: Sheet, parts: Parts, frames: Frames, videos: CodeColumn, source: Source[TableLabels]
) -> tuple[CodeColumn, list[str]]:
    where = Where(sheet.source, 1)
    if not parts.has("track"):
        source.note(ReaderRule.TRACK_COLUMN_MISSING.at(where, count=len(sheet)))
        return anonymous(frames, videos)
    codes, texts, alone = without_identity(sheet, parts.column("track"))
    note_single(sheet, parts.column("track"), len(texts), alone, frames, source.note)
    return unidentified(codes, texts, alone, frames, where, source.note, videos)


def _classes(sheet: Sheet, parts: Parts, source: Source[TableLabels]) -> tuple[CodeColumn, list[Feature]]:
    entry = source.entry
    if entry.class_name:
        return np.zeros(len(sheet), dtype=np.int64), [Feature(entry.class_name)]
    column = parts.column("class")
    codes, texts = sheet.codes(column)
    if numbers := [text for text in texts if text not in entry.classes and text.lstrip("-").isdecimal()]:
        shown = ", ".join(numbers[:10])
        rule = ReaderRule.CLASS_NUMBERS
        source.note(rule.at(Where(sheet.source, 1), column=column, numbers=shown, first=numbers[0]))
    names = [entry.classes.get(text) or text for text in texts]
    places = {name: at for at, name in enumerate(dict.fromkeys(names))}
    return np.array([places[name] for name in names])[codes], [Feature(name) for name in places]


def _scale(source: Source[TableLabels], videos: CodeColumn, keys: list[str]) -> Coords:
    """Return the factor from coordinates to pixels: 1, the size in the entry, or that of each row's video."""
    entry = source.entry
    if not entry.normalized:
        return np.ones(4)
    whole = 100 if entry.normalized == "percent" else 1
    if entry.width and entry.height:
        return np.array([entry.width, entry.height] * 2, dtype=np.float64) / whole
    sizes: Any = np.array([source.size(key) for key in keys], dtype=np.float64)
    return np.tile(sizes, 2)[videos] / whole


def _refuse_infinite(sheet: Sheet, coords: Coords) -> None:
    if not (finite := np.isfinite(coords).all(axis=1)).all():
        raise sheet.fault(int(np.argmin(finite)), "the box is too large", "correct or remove the row")


READER = Reader(
    TableLabels,
    read,
    recognise,
    endings=(
        ".csv",
        ".tsv",
        ".txt",
        ".xlsx",
        ".parquet",
        ".jsonl",
        ".json",
    ),
    signs="CSV, TSV, Excel, Parquet or JSON lines with columns for frame and box, by their usual names",
    takes="boxes, with track ids and classes as the columns say",
    leaves="columns that play no part",
)
