"""A file of Labelbox's own import lines -> LabelledVideo, one per line.

One JSON array of lines, as in the official SDK's own tests, is read too.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from labelferry.errors import SourceError
from labelferry.model import LabelledVideo, Where
from labelferry.model.input_rules import ReaderRule
from labelferry.ndjson import ROW, has_older_key, is_line, read_line
from labelferry.sources.entry import LabelsEntry
from labelferry.sources.glance import Glance
from labelferry.sources.keys import GlobalKey
from labelferry.sources.reader import CERTAIN, Guess, Reader
from labelferry.sources.source import Source
from labelferry.sources.text import bytes_of, empty, json_in

__all__ = ["READER", "NdjsonLabels", "read"]

REMEDY = "write one JSON object on each line, or all of them in one array"


class NdjsonLabels(LabelsEntry):
    """A file of Labelbox's own import lines."""

    format: Literal["ndjson"]
    global_key: GlobalKey | None = Field(
        default=None, description="The video of lines without a dataRow, like those of the guide"
    )


def read(source: Source[NdjsonLabels]) -> Iterator[LabelledVideo]:
    """Read import lines: NDJSON, or one JSON array.

    Args:
        source: the file, and the global key of lines that have none.

    Yields:
        One video per line.

    Raises:
        SourceError: when a line is not JSON, is not what Labelbox takes, or has the uuid of another.
    """
    seen: dict[str, Where] = {}
    older: list[Where] = []
    for where, value in _values(source.reach.file(source.file), source.file):
        video = read_line(value, where, source.entry.global_key)
        (labelled,) = video.labelled
        if labelled.uuid in seen:
            raise SourceError(
                f"{where}: uuid '{labelled.uuid}' is also used at {seen[labelled.uuid]}; give each line its own",
                line=where.line,
            )
        if labelled.uuid is not None:
            seen[labelled.uuid] = where
        if has_older_key(value):
            older.append(where)
        yield video
    if older:
        source.note(ReaderRule.OLDER_KEY.at(older[0], count=len(older)))


def _values(path: Path, source: str) -> Iterator[tuple[Where, Any]]:
    data = bytes_of(path, source)
    if data.lstrip()[:1] == b"[":
        values = json_in(data, source, None, REMEDY)
        if not values:
            raise empty(source, "an empty array")
        for number, value in enumerate(values):
            yield Where(source, detail=f"element {number}"), value
        return
    lines = [(number, line) for number, line in enumerate(data.split(b"\n"), 1) if line.strip()]
    if lines and lines[0][1].strip() == b"{":  # one line, written over several
        yield Where(source, lines[0][0]), json_in(data, source, lines[0][0], REMEDY)
        return
    for number, line in lines:
        yield Where(source, number), json_in(line, source, number, REMEDY)


def _recognise(look: Glance) -> Guess | None:
    if not is_line(look.keys):
        return None
    options = {} if ROW in look.keys else {"global_key": "{stem}"}
    return Guess(CERTAIN, "import lines: name or schemaId, with segments, an answer or masks", options)


READER = Reader(
    NdjsonLabels,
    read,
    _recognise,
    endings=(
        ".ndjson",
        ".jsonl",
        ".json",
    ),
    signs="JSON lines, or one JSON array, of objects with name or schemaId and segments, answer, frames or masks",
    takes="everything that an import line can hold",
    leaves="nothing",
)
