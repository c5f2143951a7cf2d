"""Tables of boxes -> LabelledVideo: CSV, TSV, Parquet, Excel or JSON lines, one row per box in a frame.

The columns are found by their names (see ``columns``) or given. Nothing here is a standard: it is what a pandas user
has after running a detector or a tracker.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, StringConstraints, field_validator, model_validator

from labelferry.model import Feature, LabelledVideo, RowRef, Where
from labelferry.model.findings import FindingHandler
from labelferry.model.frames import Frames, from_base
from labelferry.model.keys import identity
from labelferry.model.rules import ReaderRule
from labelferry.model.tracks import Coords
from labelferry.sources.boxes import Boxes, CodeColumn, anonymous, tracks_by_video
from labelferry.sources.columns import FORMS, Form, assign, choose_form, part_of
from labelferry.sources.entry import LabelsEntry
from labelferry.sources.keys import GlobalKey, canonical
from labelferry.sources.sheet import Sheet
from labelferry.sources.sheet_files import read_sheet
from labelferry.sources.source import Source
from labelferry.sources.text import fault

__all__ = ["TableLabels", "read"]

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
CellName = Annotated[str, Field(coerce_numbers_to_str=True)]

WHOLE = re.compile(r"^(-?\d+)\.0*$")
"""Ids as pandas writes them once a column had a missing value: 7.0 is track 7."""


class TableLabels(LabelsEntry):
    """A table of boxes and the facts that its columns lack."""

    format: Literal["table"]
    columns: dict[str, str] = Field(
        default_factory=dict,
        description="Column by part: global_key, frame, track, class, segment, and left, top, width, height, right, "
        "bottom, cx, cy as the boxes need them",
    )
    box: Form | None = Field(
        default=None,
        description="How a box is written: corner and size, two corners, or centre and size; by default as named",
    )
    normalized: bool = Field(default=False, description="Coordinates are fractions of the picture's width and height")
    width: int | None = Field(
        default=None, gt=0, description="Width in pixels, when normalized; by default the video's own"
    )
    height: int | None = Field(
        default=None, gt=0, description="Height in pixels, when normalized; by default the video's own"
    )
    global_key: GlobalKey | None = Field(default=None, description="The video, if no column has it")
    class_name: Name | None = Field(default=None, description="The class, if no column has it")
    classes: dict[CellName, Name] = Field(
        default_factory=dict, description="New name by the table's class; other classes keep their names"
    )
    frame_base: Literal[0, 1] = Field(default=1, description="Number of the first frame in the table")
    gaps: Literal["close", "bridge"] = Field(
        default="close",
        description="close: a segment ends before every missing frame; bridge: a track is one segment, and Labelbox "
        "interpolates; a segment column overrides both",
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
        source: the file and its options, and the sizes of the videos; receives warnings about unused columns, boxes
            without identity and swapped corners.

    Yields:
        One video for each global key.

    Raises:
        SourceError: when the table is malformed, lacks a column, or a track has two boxes in a frame or two classes.
    """
    entry = source.entry
    sheet = read_sheet(source.reach.file(source.file), source.file)
    parts, form = _parts(sheet, entry)
    _note_unused(sheet, parts, form, source.note)
    videos, keys = _keys(sheet, parts, entry)
    coords = _coords(sheet, parts, form, source.note) * _scale(source, videos, keys)
    _refuse_infinite(sheet, coords)
    boxes = _boxes(sheet, parts, coords, entry, videos, source.note)
    tracks, firsts = tracks_by_video(boxes, videos), np.unique(videos, return_index=True)[1]
    for video, (key, first) in enumerate(zip(keys, firsts.tolist(), strict=True)):
        yield LabelledVideo(RowRef(key), sheet.places.where(first), tracks=tracks[video])


def _parts(sheet: Sheet, entry: TableLabels) -> tuple[Mapping[str, str], Form]:
    parts = assign(sheet.source, sheet.columns, entry.columns)
    for option, part in ((entry.global_key, "global_key"), (entry.class_name, "class")):
        if option:
            parts.pop(part, None)
        elif part not in parts:
            remedy = f"add one, or set {'class_name' if part == 'class' else part}: in the spec"
            raise fault(sheet.source, 1, f"no column for {part}", remedy)
    if "frame" not in parts:
        raise fault(sheet.source, 1, "no column for frame", "name it, as in columns: {frame: image}")
    return parts, choose_form(sheet.source, parts, entry.box)


def _note_unused(sheet: Sheet, parts: Mapping[str, str], form: Form, note: FindingHandler) -> None:
    needed = {"global_key", "frame", "track", "class", "segment", *FORMS[form]}
    used = {column for part, column in parts.items() if part in needed}
    if unused := [column for column in sheet.columns if column not in used]:
        names = ", ".join(column or "(no name)" for column in unused)
        note(ReaderRule.COLUMNS_IGNORED.at(Where(sheet.source, 1), count=len(unused), names=names))


def _keys(sheet: Sheet, parts: Mapping[str, str], entry: TableLabels) -> tuple[CodeColumn, list[str]]:
    if entry.global_key:
        return np.zeros(len(sheet), dtype=np.int64), [entry.global_key]
    sheet.keys(parts["global_key"])
    codes, texts = sheet.codes(parts["global_key"])
    firsts = np.unique(codes, return_index=True)[1].tolist()
    seen: dict[str, str] = {}
    for row, text in zip(firsts, texts, strict=True):
        where = sheet.places.where(row)
        key = canonical(text, where)
        if (other := seen.setdefault(identity(key), key)) != key:
            remedy = "always write the key the same way"
            raise fault(where.source, where.line, f"global keys '{key}' and '{other}' differ only in case", remedy)
    return codes, list(seen.values())


def _boxes(
    sheet: Sheet, parts: Mapping[str, str], coords: Coords, entry: TableLabels, videos: CodeColumn, note: FindingHandler
) -> Boxes:
    frames = _frames(sheet, parts["frame"], entry.frame_base)
    tracks, names = _tracks(sheet, parts, frames, videos, note)
    classes, features = _classes(sheet, parts, entry)
    return Boxes(
        places=sheet.places,
        frames=frames,
        coords=coords,
        tracks=tracks,
        names=names,
        classes=classes,
        features=features,
        segments=sheet.whole(parts["segment"]) if "segment" in parts else None,
        bridge=entry.gaps == "bridge",
    )


def _frames(sheet: Sheet, column: str, base: int) -> Frames:
    frames = sheet.whole(column)
    if (low := np.flatnonzero(frames < base)).size:
        row = int(low[0])
        remedy = "set frame_base: 0" if frames[row] == 0 else "frames cannot be negative: correct the row"
        raise sheet.fault(row, f"frame {frames[row]}, but frames count from {base}", remedy)
    return from_base(frames, base)


def _tracks(
    sheet: Sheet, parts: Mapping[str, str], frames: Frames, videos: CodeColumn, note: FindingHandler
) -> tuple[CodeColumn, list[str]]:
    if "track" in parts:
        codes, texts = sheet.codes(parts["track"])
        return _recoded(codes, [WHOLE.sub(r"\1", text) for text in texts])
    note(ReaderRule.TRACK_COLUMN_MISSING.at(Where(sheet.source, 1), count=len(sheet)))
    return anonymous(frames, videos)


def _classes(sheet: Sheet, parts: Mapping[str, str], entry: TableLabels) -> tuple[CodeColumn, list[Feature]]:
    if entry.class_name:
        return np.zeros(len(sheet), dtype=np.int64), [Feature(entry.class_name)]
    codes, texts = sheet.codes(parts["class"])
    codes, names = _recoded(codes, [entry.classes.get(text, text) for text in texts])
    return codes, [Feature(name) for name in names]


def _recoded(codes: CodeColumn, names: list[str]) -> tuple[CodeColumn, list[str]]:
    """Return codes of texts as codes of the distinct names given to the texts."""
    places = {name: at for at, name in enumerate(dict.fromkeys(names))}
    return np.array([places[name] for name in names])[codes], list(places)


def _coords(sheet: Sheet, parts: Mapping[str, str], form: Form, note: FindingHandler) -> Coords:
    a, b, c, d = (sheet.numbers(parts[part]) for part in FORMS[form])
    with np.errstate(over="ignore", invalid="ignore"):
        if form == "xyxy":
            _note_swapped(sheet, int(np.count_nonzero((c < a) | (d < b))), note)
            a, b, c, d = np.minimum(a, c), np.minimum(b, d), np.abs(c - a), np.abs(d - b)
        elif form == "cxcywh":
            a, b = a - c / 2, b - d / 2
        return np.column_stack((a, b, c, d))


def _scale(source: Source[TableLabels], videos: CodeColumn, keys: list[str]) -> Coords:
    """Return the factor from coordinates to pixels: 1, the size in the entry, or that of each row's video."""
    entry = source.entry
    if not entry.normalized:
        return np.ones(4)
    if entry.width and entry.height:
        return np.array([entry.width, entry.height] * 2, dtype=np.float64)
    sizes = np.array([source.size(key) for key in keys], dtype=np.float64)
    return np.tile(sizes, 2)[videos]


def _refuse_infinite(sheet: Sheet, coords: Coords) -> None:
    if not (finite := np.isfinite(coords).all(axis=1)).all():
        raise sheet.fault(int(np.argmin(finite)), "the box is too large", "correct or remove the row")


def _note_swapped(sheet: Sheet, count: int, note: FindingHandler) -> None:
    if count:
        note(ReaderRule.CORNERS_SWAPPED.at(Where(sheet.source), count=count))
