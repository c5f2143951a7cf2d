"""Files with tables, each read into a Sheet: CSV and TSV, Parquet, Excel, JSON lines (or one JSON array)."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from labelferry.model.places import Places
from labelferry.sources.box_cells import spread, unfolded
from labelferry.sources.nested_rows import nested_rows, pages_of
from labelferry.sources.sheet import Sheet, cell_text, continued
from labelferry.sources.sheet_binary import read_excel, read_parquet
from labelferry.sources.sheet_text import read_delimited
from labelferry.sources.text import bytes_of, empty, fault, json_in

__all__ = ["KEYED_BY_FRAME", "SUFFIXES", "read_sheet", "sheets_of"]

REMEDY = "write one JSON object on each line"


def read_sheet(path: Path, source: str, header: Sequence[str] | None = None) -> Sheet:
    """Read a table whole; see ``sheets_of``."""
    sheets = list(sheets_of(path, source, header))
    return sheets[0] if len(sheets) == 1 else continued(sheets)


def sheets_of(path: Path, source: str, header: Sequence[str] | None = None) -> Iterator[Sheet]:
    """Read a table, a part of its rows at a time where its format allows; its suffix says what it is.

    Args:
        path: the file.
        source: what the user calls it, for messages and places.
        header: names of the columns of a text file whose first line has none.

    Raises:
        EmptySourceError: when it has no rows.
        SourceError: when it cannot be read as that, or has two columns of one name.
    """
    read = SUFFIXES.get(path.suffix.lower())
    if read is None:
        raise fault(source, None, f"'{path.suffix}' is not a table format", f"use one of {' '.join(SUFFIXES)}")
    rows = 0
    for sheet in read(path, source) if header is None else read_delimited(path, source, header):
        rows += len(sheet)
        if len(sheet):
            yield unfolded(sheet)
    if not rows:
        raise empty(source, "the table has no rows")


def _read_json(path: Path, source: str) -> Iterator[Sheet]:
    data = bytes_of(path, source)
    rows = {number: spread(_object(value, source, number)) for number, value in _json_values(data, source)}
    names = dict.fromkeys(name for row in rows.values() for name in row)
    columns = {name: _array([row.get(name) for row in rows.values()]) for name in names}
    yield Sheet(Places.in_file(source, list(rows)), columns)


def _json_values(data: bytes, source: str) -> Iterator[tuple[int, Any]]:
    """Yield each line with its number, or each item of the one array with its position from 1."""
    if data.lstrip().startswith(b"["):
        yield from enumerate(nested_rows(json_in(data, source, 1, REMEDY)), 1)
        return
    if KEYED_BY_FRAME.match(data):
        yield from enumerate(_by_frame(json_in(data, source, 1, REMEDY)), 1)
        return
    if pages := pages_of(_one_value(data)):
        yield from enumerate(nested_rows(pages), 1)
        return
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            yield number, json_in(line, source, number, REMEDY)


def _one_value(data: bytes) -> object:
    """The value of a file that is one; None for JSON lines."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return None


def _by_frame(frames: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the objects of ``{"1": [{...}], ...}``, each with its frame."""
    for number, rows in frames.items():
        for row in rows if isinstance(rows, list) else [rows]:  # anything else is refused with its place
            yield {"frame": number, **row} if isinstance(row, Mapping) else row


def _object(value: object, source: str, line: int) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise fault(source, line, "not a JSON object", 'write each row as {"column": value, ...}')
    return value


def _array(values: list[Any]) -> Any:
    import pyarrow as pa

    try:
        array = pa.array(values)
    except (pa.ArrowException, OverflowError):  # cells of several types, numbers and text
        return pa.array([cell_text(value) for value in values], pa.string())
    return pa.array([cell_text(value) for value in values], pa.string()) if pa.types.is_nested(array.type) else array


KEYED_BY_FRAME = re.compile(rb'\s*\{\s*"\d+"\s*:\s*\[')
SUFFIXES: Mapping[str, Callable[[Path, str], Iterator[Sheet]]] = {
    ".csv": read_delimited,
    ".tsv": read_delimited,
    ".txt": read_delimited,
    ".parquet": read_parquet,
    ".pq": read_parquet,
    ".xlsx": read_excel,
    ".jsonl": _read_json,
    ".ndjson": _read_json,
    ".json": _read_json,
}
