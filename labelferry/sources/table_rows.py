"""The rows of a table of boxes, part after part -> numbers in a store -> labelled videos, one after another.

Texts (keys, tracks, classes) are numbered in the order in which they come. What can be said only of all rows is counted
on the way, and said at the end.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from labelferry.model import Feature, Geometry, LabelledVideo, RowRef, Where
from labelferry.model.findings import FindingHandler
from labelferry.model.frames import Frames
from labelferry.model.input_rules import ReaderRule
from labelferry.model.keys import identity
from labelferry.model.places import Places
from labelferry.model.tracks import Coords
from labelferry.sources.box_store import BOX, BoxRows, BoxStore
from labelferry.sources.boxes import (
    Boxes,
    CodeColumn,
    anonymous,
    apart,
    note_unidentified,
    tracks_by_video,
)
from labelferry.sources.class_changes import Changes, note_changes, settle
from labelferry.sources.keys import canonical
from labelferry.sources.numbering import frames_of
from labelferry.sources.sheet import Sheet
from labelferry.sources.source import Source
from labelferry.sources.table_parts import (
    Parts,
    coords_of,
    drops,
    is_identity,
    note_swapped,
    number_in,
    parts_of,
    track_name,
)

if TYPE_CHECKING:
    from labelferry.sources.table import TableLabels

__all__ = ["TableRows"]


class Numbered(dict[str, int]):
    """Distinct texts, numbered in the order in which they come."""

    def of(self, codes: CodeColumn, texts: Iterable[str]) -> CodeColumn:
        """Return the numbers of a column, given as numbers of some texts."""
        numbers = [self.setdefault(text, len(self)) for text in texts]
        return np.array(numbers, dtype=np.int64)[codes]


class TableRows:
    """The rows of one table.

    Args:
        source: the file and its options; takes findings about what the table leaves open.
        store: where they wait, empty.
    """

    def __init__(self, source: "Source[TableLabels]", store: BoxStore) -> None:
        self._source, self._entry = source, source.entry
        self._store = store
        self._parts: Parts | None = None
        self._keys, self._tracks, self._classes, self._class_texts = Numbered(), Numbered(), Numbered(), Numbered()
        self._spellings: dict[str, str] = {}
        self._lines: list[int] = []
        self._sizes: list[tuple[int, int]] = []
        self._nameless: list[bool] = []
        self._count = self._swapped = self._alone = self._hidden = 0
        self._picture: int | None = None
        self._frames_seen: set[int] = set()

    def add(self, sheet: Sheet) -> None:
        """Take the next rows.

        Raises:
            SourceError: when a column is missing, or a cell is not what its column should have.
        """
        sheet = drops(sheet, self._entry)
        parts = self._parts or parts_of(sheet, self._entry, self._source.note)
        sheet = self._visible(sheet, parts)
        rows = np.zeros(len(sheet), BOX)
        rows["video"] = self._videos(sheet, parts)
        rows["line"] = sheet.places.lines
        rows["coords"] = self._coords(sheet, parts, rows["video"])
        rows["frame"] = self._frames(sheet, parts)
        rows["track"] = self._track_numbers(sheet, parts)
        rows["class"] = self._class_numbers(sheet, parts)
        rows["segment"] = sheet.whole(parts.column("segment")) if parts.has("segment") else 0
        self._parts, self._count = parts, self._count + len(sheet)
        if len(rows):
            self._store.add(rows)

    def videos(self) -> Iterator[LabelledVideo]:
        """Yield the labels of each video, in the order in which the table names them.

        Raises:
            SourceError: when a track has two boxes in a frame or two classes.
        """
        self._note()
        keys, policy = list(self._keys), self._entry.on_class_change
        changes: list[Changes] = []
        for rows in self._store.parts():
            boxes, changed = settle(self._boxes(rows), policy, rows["video"])
            changes += [changed] if changed else []
            if rows["video"].max() == len(keys) - 1:
                note_changes(changes, policy, self._source.note)
            for video, tracks in sorted(tracks_by_video(boxes, rows["video"]).items()):
                yield LabelledVideo(RowRef(keys[video]), Where(self._source.file, self._lines[video]), tracks=tracks)

    def _visible(self, sheet: Sheet, parts: Parts) -> Sheet:
        """The rows of points that are to be seen; elsewhere such a column means how much of a box is."""
        if parts.form != "xy" or not parts.has("visible"):
            return sheet
        shown = np.flatnonzero(sheet.numbers(parts.column("visible")) != 0)
        self._hidden += len(sheet) - len(shown)
        return sheet.take(shown)

    def _videos(self, sheet: Sheet, parts: Parts) -> CodeColumn:
        if self._entry.global_key:
            codes, texts = np.zeros(len(sheet), dtype=np.int64), [self._entry.global_key][: len(sheet)]
        else:
            sheet.refuse_floats(parts.column("global_key"))
            codes, texts = sheet.codes(parts.column("global_key"))
        keys = [text.strip() for text in texts]
        if any(key not in self._keys for key in keys):
            firsts = np.unique(codes, return_index=True)[1].tolist()
            for row, key in zip(firsts, keys, strict=True):
                self._add_key(sheet, row, key)
        return self._keys.of(codes, keys)

    def _add_key(self, sheet: Sheet, row: int, key: str) -> None:
        if key in self._keys:
            return
        where = sheet.places.where(row)
        spelling = self._spellings.setdefault(identity(canonical(key, where)), key)
        if spelling != key:
            what = f"global keys '{key}' and '{spelling}' differ only in case"
            raise sheet.fault(row, what, "write the key in one way")
        self._keys[key] = len(self._keys)
        self._lines.append(where.line or 1)

    def _coords(self, sheet: Sheet, parts: Parts, videos: CodeColumn) -> Coords:
        coords, swapped = coords_of(sheet, parts)
        self._swapped += swapped
        coords *= self._factors(videos)
        if not (finite := np.isfinite(coords).all(axis=1)).all():
            raise sheet.fault(int(np.argmin(finite)), "the box is too large", "correct or remove the row")
        return coords

    def _factors(self, videos: CodeColumn) -> Coords:
        """Return the factor from coordinates to pixels: 1, the size in the entry, or that of each row's video."""
        entry = self._entry
        if not entry.normalized:
            return np.ones(4)
        whole = 100 if entry.normalized == "percent" else 1
        if entry.width and entry.height:
            return np.array([entry.width, entry.height] * 2, dtype=np.float64) / whole
        self._sizes += [self._source.size(key) for key in list(self._keys)[len(self._sizes) :]]
        sizes = np.array(self._sizes, dtype=np.float64).reshape(-1, 2)
        return np.tile(sizes, 2)[videos] / whole

    def _frames(self, sheet: Sheet, parts: Parts) -> Frames:
        column = parts.column("frame")
        numbers = number_in(sheet, column) if self._parts is None or self._picture is not None else None
        if numbers is not None and self._picture is None:
            self._picture = int(numbers[0])
        frames = frames_of(sheet, column, self._entry, numbers)
        if len(self._frames_seen) < 2:
            self._frames_seen.update(frames[:1].tolist(), frames[frames != frames[:1]][:1].tolist())
        return frames

    def _track_numbers(self, sheet: Sheet, parts: Parts) -> CodeColumn:
        if self._entry.track_name:
            self._nameless = [False]
            return self._tracks.of(np.zeros(len(sheet), dtype=np.int64), [self._entry.track_name])
        if not parts.has("track"):
            return np.zeros(len(sheet), dtype=np.int64)
        codes, texts = sheet.codes(parts.column("track"), empty=True)
        numbers = self._tracks.of(codes, map(track_name, texts))
        self._nameless += [not is_identity(name) for name in list(self._tracks)[len(self._nameless) :]]
        self._alone += int(np.count_nonzero(np.array(self._nameless, dtype=bool)[numbers]))
        return numbers

    def _class_numbers(self, sheet: Sheet, parts: Parts) -> CodeColumn:
        if self._entry.class_name:
            return self._classes.of(np.zeros(len(sheet), dtype=np.int64), [self._entry.class_name])
        codes, texts = sheet.codes(parts.column("class"))
        self._class_texts.of(codes, texts)
        return self._classes.of(codes, (self._entry.classes.get(text) or text for text in texts))

    def _note(self) -> None:
        """Say what can be said only of all rows."""
        source, note, where, parts = self._source.file, self._source.note, Where(self._source.file, 1), self._parts
        if parts is None:
            return
        note_swapped(source, self._swapped, self._count, note)
        if self._hidden:
            note(ReaderRule.ROWS_HIDDEN.at(where, count=self._hidden, column=parts.column("visible")))
        if self._picture is not None:
            note(ReaderRule.FRAMES_FROM_NAMES.at(where, column=parts.column("frame"), number=self._picture))
        self._note_tracks(parts, where, note)
        numbers = [text for text in self._class_texts if self._is_number(text)]
        if numbers:
            shown, column = ", ".join(numbers[:10]), parts.column("class")
            note(ReaderRule.CLASS_NUMBERS.at(where, column=column, numbers=shown, first=numbers[0]))

    def _note_tracks(self, parts: Parts, where: Where, note: FindingHandler) -> None:
        if self._entry.track_name:
            return
        if not parts.has("track"):
            note(ReaderRule.TRACK_COLUMN_MISSING.at(where, count=self._count))
        elif self._alone:
            ids = (name for name, nameless in zip(self._tracks, self._nameless, strict=True) if nameless)
            note_unidentified(self._alone, ids, where, note)
        elif len(self._tracks) == self._count > 2 and len(self._frames_seen) > 1:
            rule = ReaderRule.TRACKS_OF_ONE_BOX
            note(rule.at(where, count=self._count, column=parts.column("track")))

    def _is_number(self, text: str) -> bool:
        return text not in self._entry.classes and text.lstrip("-").isdecimal()

    def _boxes(self, rows: BoxRows) -> Boxes:
        """The boxes of whole videos; those without identity become tracks of their own."""
        frames, videos = rows["frame"], rows["video"]
        if self._tracks:
            codes = rows["track"].astype(np.int64)
            alone = np.flatnonzero(np.array(self._nameless)[codes])
            codes, names = apart(codes, list(self._tracks), alone, frames, videos)
        else:
            codes, names = anonymous(frames, videos)
        return Boxes(
            places=Places.in_file(self._source.file, rows["line"]),
            frames=np.ascontiguousarray(frames),
            coords=np.ascontiguousarray(rows["coords"]),
            tracks=codes,
            names=names,
            classes=rows["class"].astype(np.int64),
            features=[Feature(name) for name in self._classes],
            segments=rows["segment"] if self._parts and self._parts.has("segment") else None,
            bridge=self._entry.gaps == "bridge",
            geometry=Geometry.POINT if self._parts and self._parts.form == "xy" else Geometry.BOX,
        )
