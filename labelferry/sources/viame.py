"""VIAME's CSV and DIVE's JSON of tracks -> LabelledVideo.

A row of the CSV is track id, video or picture, frame (from 0), left, top, right, bottom, confidence, length, then pairs
of class and confidence; lines with # are comments. DIVE's JSON has tracks with features a frame; those that are not
``keyframe`` are left to the interpolation between the others. Facts:
https://kitware.github.io/dive/DataFormats/ and https://viame.readthedocs.io/en/latest/sections/detection_file_conversions.html.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import PurePath
from typing import Literal

from pydantic import Field

from labelferry.model import Geometry, LabelledVideo, Where
from labelferry.sources.documents import Node, document_of
from labelferry.sources.glance import Glance
from labelferry.sources.keys import GlobalKey
from labelferry.sources.numbering import Gaps
from labelferry.sources.object_rows import Object
from labelferry.sources.objects import Objects, ShapedEntry
from labelferry.sources.reader import CERTAIN, LIKELY, Guess, Reader
from labelferry.sources.source import Source
from labelferry.sources.text import empty, fault

__all__ = ["READER", "ViameLabels", "read"]

FIRST = 1
LEAST = 9
UNNAMED = "object"


class ViameLabels(ShapedEntry):
    """A CSV of VIAME, or a JSON of DIVE's tracks."""

    format: Literal["viame"]
    global_key: GlobalKey = Field(description="The video; {stem}, {name}, {parent} and {parent2} stand for the path")
    gaps: Gaps | None = Field(
        default=None,
        description="Whether a missing frame ends a segment (close) or not (bridge); by default it does in the CSV, "
        "which has a row for each frame",
    )


def read(source: Source[ViameLabels]) -> Iterator[LabelledVideo]:
    """Read a file: one video, a track for each id.

    Raises:
        SourceError: when a row or a value is not what it should be.
    """
    entry = source.entry
    objects = Objects(entry.global_key, Where(source.file, 1), source.note, entry.unrepresentable, entry.classes)
    is_json = PurePath(source.file).suffix.lower() == ".json"
    if is_json:
        _tracks(objects, source)
    else:
        _rows(objects, source)
    if not objects.objects:
        raise empty(source.file, "no tracks")
    yield objects.finished(None, gaps=entry.gaps or ("bridge" if is_json else "close"))


def _rows(objects: Objects, source: Source[ViameLabels]) -> None:
    for line, cells in enumerate(csv.reader(io.StringIO(source.text(source.file))), 1):
        if not cells or cells[0].lstrip().startswith("#"):
            continue
        if len(cells) < LEAST:
            what = f"{len(cells)} columns where VIAME has at least {LEAST}"
            raise fault(source.file, line, what, "correct the row, or say the right format")
        try:
            frame = int(cells[2]) + FIRST
            left, top, right, bottom = (float(cell) for cell in cells[3:7])
        except ValueError as error:
            raise fault(source.file, line, str(error), "correct the row") from error
        label = cells[9].strip() if len(cells) > LEAST and cells[9].strip() else UNNAMED
        if objects.named(label) is not None:
            where = Where(source.file, line)
            item = objects.of(cells[0].strip(), label, Geometry.BOX, where)
            item.add(frame, _box(left, top, right, bottom), line)


def _box(left: float, top: float, right: float, bottom: float) -> list[float]:
    """Left, top, width and height; some files have the corners the other way round."""
    return [min(left, right), min(top, bottom), abs(right - left), abs(bottom - top)]


def _tracks(objects: Objects, source: Source[ViameLabels]) -> None:
    whole = document_of(source)
    tracks = whole.get("tracks")
    for key, track in (tracks if tracks.value is not None else whole).members():  # version 1 has tracks alone
        label, ident = _class_of(track), track.first("id", "trackId").text(key)
        if objects.named(label) is None:
            continue
        for node in track.get("features").items():
            if node.get("keyframe").value is not False and node.get("bounds").value:
                _feature(objects.of(ident, label, Geometry.BOX, Where(source.file, detail=track.path)), node)


def _class_of(track: Node) -> str:
    """The class of the first pair, the surest."""
    pairs = [pair for pair in track.get("confidencePairs").items() if isinstance(pair.value, list) and pair.value]
    return next(iter(pairs[0].items())).text(UNNAMED) if pairs else UNNAMED


def _feature(item: Object, node: Node) -> None:
    left, top, right, bottom = node.get("bounds").numbers(4)
    frame = node.get("frame").whole() + FIRST
    item.add(frame, _box(left, top, right, bottom))
    if node.get("interpolate").value is False:
        item.hide(frame + FIRST)


def _recognise(look: Glance) -> Guess | None:
    options = {"global_key": "{stem}"}
    if _has_features(look.json):
        return Guess(CERTAIN, "tracks with features, as in DIVE", options)
    if look.suffix != ".csv":
        return None
    if any(line.startswith("#") and "track" in line.lower() for line in look.lines[:5]):
        return Guess(CERTAIN, "a comment that names track ids, as in VIAME", options)
    rows = [line.split(",") for line in look.lines if not line.startswith("#")]
    if rows and all(map(_is_row, rows)):
        return Guess(LIKELY, "rows of track, picture, frame, box, confidence, length, class", options)
    return None


def _has_features(value: object) -> bool:
    tracks = value.get("tracks", value) if isinstance(value, dict) else None
    first = next(iter(tracks.values()), None) if isinstance(tracks, dict) else None
    return isinstance(first, dict) and "features" in first


def _is_row(row: list[str]) -> bool:
    return len(row) > LEAST + 1 and row[2].strip().isdecimal() and row[9][:1].isalpha()


READER = Reader(
    ViameLabels,
    read,
    _recognise,
    endings=(
        ".csv",
        ".json",
    ),
    signs="CSV with a # comment about track ids; JSON with tracks that have features",
    takes="boxes with track ids and the first class",
    leaves="confidences, key points, polygons, attributes",
)
