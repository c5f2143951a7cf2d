"""Files of Labelbox's import lines -> LabelledVideo, one a line.

Facts: https://docs.labelbox.com/reference/import-video-annotations (the NDJSON side of the guide), and what the
official SDK 7.17.0 writes: numbers as floats, empty ``classifications``, frames beside the answer. The SDK's own tests
keep the lines in one JSON array; that is read too.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from labelferry.errors import AnnotationError, SourceError
from labelferry.model import LabelledVideo, RowRef, Where
from labelferry.reach import Reach
from labelferry.sources.entry import LabelsEntry, Note
from labelferry.sources.keys import GlobalKey, canonical
from labelferry.sources.ndjson.answers import QUESTION_KEYS, classification
from labelferry.sources.ndjson.at import At, Json
from labelferry.sources.ndjson.masks import MASK_KEYS, masks
from labelferry.sources.ndjson.tracks import TRACK_KEYS, track
from labelferry.sources.text import bytes_of, fault

__all__ = ["NdjsonLabels", "read", "read_line"]

LINE_KEYS = frozenset({"dataRow", "uuid", "isBenchmarkReferenceLabel"})
KINDS = {"segments": TRACK_KEYS, "answer": QUESTION_KEYS, "masks": MASK_KEYS}


class NdjsonLabels(LabelsEntry):
    """A file of Labelbox's own import lines."""

    format: Literal["ndjson"]
    global_key: GlobalKey | None = Field(
        default=None, description="The video of lines without a dataRow, like those of the guide"
    )


def read(entry: NdjsonLabels, reach: Reach, note: Note) -> Iterator[LabelledVideo]:  # noqa: ARG001  all readers take it
    """Read import lines: NDJSON, or one JSON array.

    Args:
        entry: the file and the global key of lines that have none.
        reach: finds the file.
        note: not used: a line is right or it is refused.

    Yields:
        One video a line.

    Raises:
        SourceError: when a line is not JSON, is not what Labelbox takes, or repeats the uuid of another.
    """
    seen: dict[str, Where] = {}
    for where, value in _values(reach.file(entry.path), entry.path):
        try:
            video, uuid = _video(value, At(where), entry.global_key)
        except AnnotationError as error:
            raise SourceError(str(error)) from error
        if uuid in seen:
            raise SourceError(f"{where}: uuid '{uuid}' is also that of {seen[uuid]}; give each line its own")
        if uuid is not None:
            seen[uuid] = where
        yield video


def read_line(value: object, where: Where) -> LabelledVideo:
    """Read one import line that names its data row.

    Raises:
        AnnotationError: when it is not what Labelbox takes.
    """
    return _video(value, At(where), None)[0]


def _values(path: Path, source: str) -> Iterator[tuple[Where, Any]]:
    data = bytes_of(path, source)
    if data.lstrip()[:1] == b"[":
        values = _parsed(data, source, None)
        if not values:
            raise fault(source, None, "an empty array", "fill it in, or take its entry out of the spec")
        for number, value in enumerate(values):
            yield Where(source, detail=f"element {number}"), value
        return
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            yield Where(source, number), _parsed(line, source, number)


def _parsed(data: bytes, source: str, line: int | None) -> Any:
    import orjson

    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        remedy = "write one JSON object on each line, or all of them in one array"
        raise fault(source, line, f"not JSON ({error})", remedy) from error


def _video(value: object, at: At, global_key: str | None) -> tuple[LabelledVideo, str | None]:
    line = at.mapping(value, LINE_KEYS.union(*KINDS.values()))
    kind = at.one_of(line, tuple(KINDS))
    at.mapping(line, LINE_KEYS | KINDS[kind])
    uuid = (at / "uuid").text(line["uuid"]) if "uuid" in line else None
    benchmark = line.get("isBenchmarkReferenceLabel", False)
    if not isinstance(benchmark, bool):
        raise (at / "isBenchmarkReferenceLabel").fault(f"{benchmark!r} is not true or false", "write one of the two")
    row = _row(line, at, global_key)
    if kind == "segments":
        return LabelledVideo(row, at.where, tracks=(track(line, at, uuid),), benchmark=benchmark), uuid
    if kind == "masks":
        held = masks(line["masks"], at / "masks", uuid)
        return LabelledVideo(row, at.where, masks=(held,), benchmark=benchmark), uuid
    question = classification(line, at, uuid)
    return LabelledVideo(row, at.where, classifications=(question,), benchmark=benchmark), uuid


def _row(line: Json, at: At, global_key: str | None) -> RowRef:
    if "dataRow" not in line:
        if global_key is None:
            raise at.fault("no dataRow", "add one to the line, or say global_key: in the spec for all such lines")
        return RowRef(global_key=global_key)
    place = at / "dataRow"
    reference = place.mapping(line["dataRow"], {"id", "globalKey"})
    if place.one_of(reference, ("globalKey", "id")) == "id":
        return RowRef(id=(place / "id").text(reference["id"]))
    return RowRef(global_key=canonical((place / "globalKey").text(reference["globalKey"]), at.where))
