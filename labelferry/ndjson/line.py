"""One import line, both ways: a track, classification or masks of a labelled video, with its data row and its kind.

This is the only package that knows the keys of a line; each kind has a module that writes and reads it, so reading
inverts writing. Facts: https://docs.labelbox.com/reference/import-video-annotations (the NDJSON side of the guide), and
what the official SDK 7.17.0 writes: numbers as floats, empty ``classifications``, frames next to the answer.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from enum import StrEnum
from typing import Any

from labelferry.errors import AnnotationError, SourceError
from labelferry.model import Classification, Labelled, LabelledVideo, Masks, RowRef, Track, Where
from labelferry.model.keys import wrong_key
from labelferry.ndjson.at import At, LineObject
from labelferry.ndjson.mask_line import MASK_KEYS, read_masks, write_masks
from labelferry.ndjson.question_line import QUESTION_KEYS, read_question, write_question
from labelferry.ndjson.track_line import TRACK_KEYS, read_track, write_tracks

__all__ = ["ROW", "UUID", "LineKind", "has_older_key", "is_line", "kind_of", "read_line", "write_lines"]

ROW, UUID, BENCHMARK = "dataRow", "uuid", "isBenchmarkReferenceLabel"
LINE_KEYS = frozenset({ROW, UUID, BENCHMARK})
KINDS = {"segments": TRACK_KEYS, "answer": QUESTION_KEYS, "answers": QUESTION_KEYS, "masks": MASK_KEYS}
"""The key that identifies each kind of line, and the further keys that such a line may have."""


def is_line(keys: AbstractSet[str]) -> bool:
    """Whether an object with these keys could be an import line."""
    named = {"name", "schemaId", "masks"}
    return bool(keys & KINDS.keys()) and bool(keys & named) and keys <= LINE_KEYS | set().union(*KINDS.values())


def has_older_key(line: object) -> bool:
    """Whether a line gives its answers under the key of older documentation."""
    return isinstance(line, dict) and "answers" in line


class LineKind(StrEnum):
    """The kind of content of a line."""

    BOX = "box"
    POINT = "point"
    LINE = "line"
    MASK = "mask"
    CLASSIFICATION = "classification"


def kind_of(labelled: Labelled) -> LineKind:
    """Return the kind of line for a labelled item."""
    if isinstance(labelled, Track):
        return LineKind[labelled.geometry.name]
    return LineKind.MASK if isinstance(labelled, Masks) else LineKind.CLASSIFICATION


def write_lines(videos: Sequence[LabelledVideo]) -> Iterator[tuple[LabelledVideo, Labelled, dict[str, Any]]]:
    """Yield everything that becomes a line, with its video and the line for orjson, without its uuid."""
    tracks = write_tracks(track for video in videos for track in video.tracks)
    for video in videos:
        row = {"globalKey": video.row.global_key} if video.row.global_key else {"id": video.row.id}
        for labelled in video.labelled:
            line = {ROW: row, **(next(tracks) if isinstance(labelled, Track) else _write(labelled))}
            if video.benchmark:
                line[BENCHMARK] = True
            yield video, labelled, line


def read_line(value: object, where: Where, global_key: str | None = None) -> LabelledVideo:
    """Return the labelled video of one line.

    Args:
        value: the line as JSON.
        where: its place in the user's files.
        global_key: of a line that names no data row.

    Raises:
        SourceError: when Labelbox would not accept it.
    """
    try:
        return _read(value, At(where), global_key)
    except AnnotationError as error:
        raise SourceError(str(error)) from error


def _write(labelled: Classification | Masks) -> dict[str, Any]:
    return write_masks(labelled) if isinstance(labelled, Masks) else write_question(labelled)


def _read(value: object, at: At, global_key: str | None) -> LabelledVideo:
    line = at.mapping(value, LINE_KEYS.union(*KINDS.values()))
    kind = at.one_of(line, tuple(KINDS))
    at.mapping(line, LINE_KEYS | KINDS[kind])
    uuid = (at / UUID).text(line[UUID]) if UUID in line else None
    benchmark = _read_benchmark(line, at)
    row = _read_row(line, at, global_key)
    if kind == "segments":
        return LabelledVideo(row, at.where, tracks=(read_track(line, at, uuid),), benchmark=benchmark)
    if kind == "masks":
        masks = read_masks(line["masks"], at / "masks", uuid)
        return LabelledVideo(row, at.where, masks=(masks,), benchmark=benchmark)
    return LabelledVideo(row, at.where, classifications=(read_question(line, at, uuid),), benchmark=benchmark)


def _read_benchmark(line: LineObject, at: At) -> bool:
    benchmark = line.get(BENCHMARK, False)
    if not isinstance(benchmark, bool):
        raise (at / BENCHMARK).fault(f"{benchmark!r} is not true or false", "write one of the two")
    return benchmark


def _read_row(line: LineObject, at: At, global_key: str | None) -> RowRef:
    if ROW not in line:
        if global_key is None:
            raise at.fault(f"no {ROW}", "add one to the line, or set global_key: in the spec for all such lines")
        return RowRef(global_key=global_key)
    place = at / ROW
    named = place.mapping(line[ROW], {"id", "globalKey"})
    if place.one_of(named, ("globalKey", "id")) == "id":
        return RowRef(id=(place / "id").text(named["id"]))
    key = (place / "globalKey").text(named["globalKey"]).strip()
    if wrong := wrong_key(key):
        raise SourceError(f"{at.where}: {wrong}")
    return RowRef(global_key=key)
