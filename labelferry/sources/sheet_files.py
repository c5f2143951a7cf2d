"""Files with tables, each read into a Sheet: CSV and TSV, Parquet, Excel, JSON lines (or one JSON array)."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from labelferry.listing import counted
from labelferry.model.places import Places
from labelferry.sources.sheet import UNIT, Sheet, cell_text, names_of, sheet_of, sheet_of_lines
from labelferry.sources.sheet_binary import read_excel, read_parquet
from labelferry.sources.text import bytes_of, empty, fault, json_in, text_in

__all__ = ["KEYED_BY_FRAME", "SUFFIXES", "read_sheet"]

DELIMITERS = (",", "\t", ";")
REMEDY = "write one JSON object on each line"


def read_sheet(path: Path, source: str, header: Sequence[str] | None = None) -> Sheet:
    """Read a table; its suffix says what it is.

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
    data = bytes_of(path, source)
    sheet = read(data, source) if header is None else _read_delimited(data, source, header)
    if not len(sheet):
        raise empty(source, "the table has no rows")
    return sheet


def _read_delimited(data: bytes, source: str, header: Sequence[str] | None = None) -> Sheet:
    text = text_in(data, source)
    first = text.lstrip("\n").partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    if delimiter not in first and len(first.split()) > 1 and '"' not in text:
        text, delimiter = "\n".join(UNIT.join(line.split()) for line in text.split("\n")), UNIT
    if header is not None:  # on the line before the first, so that places stay right
        text = f"{delimiter.join(header)}\n{text}"
    sheet = _delimited(text, delimiter, source)
    return sheet if header is None else Sheet(replace(sheet.places, lines=sheet.places.lines - 1), sheet.columns)


def _delimited(text: str, delimiter: str, source: str) -> Sheet:
    if '"' in text:
        return _from_records(source, *_quoted(text, delimiter, source))
    every = text.split("\n")
    kept = [at for at, line in enumerate(every) if line]
    rows = [every[at] for at in kept]
    if len({row.count(delimiter) for row in rows}) > 1:
        return _from_records(source, [at + 1 for at in kept], [row.split(delimiter) for row in rows])
    names = names_of(rows[0].split(delimiter), source)
    return sheet_of_lines(source, names, rows[1:], delimiter, np.array(kept[1:]) + 1)


def _quoted(text: str, delimiter: str, source: str) -> tuple[list[int], list[list[str]]]:
    """Return the line on which each record starts, and the cells of each."""
    rows = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    lines, records, line = [], [], 1
    try:
        for cells in rows:
            if cells:
                lines.append(line)
                records.append(cells)
            line = rows.line_num + 1
    except csv.Error as error:
        remedy = 'close the quotes, and write a quote inside a cell as ""'
        raise fault(source, line, f"broken quoting ({error})", remedy) from error
    return lines, records


def _from_records(source: str, lines: list[int], records: list[list[str]]) -> Sheet:
    names = names_of(records[0], source)
    for line, cells in zip(lines, records, strict=True):
        if len(cells) != len(names):
            what = f"{counted(len(cells), 'column')}, but the header has {len(names)}"
            raise fault(source, line, what, "make every row as long as the header")
    rows = [UNIT.join(cells) for cells in records[1:]]
    if len(names) > 1 and all(row.count(UNIT) == len(names) - 1 and "\n" not in row for row in rows):
        return sheet_of_lines(source, names, rows, UNIT, lines[1:])
    columns = list(zip(*records[1:], strict=True)) or [()] * len(names)
    return sheet_of(source, names, columns, lines[1:])


def _read_json(data: bytes, source: str) -> Sheet:
    rows = {number: _spread(_object(value, source, number)) for number, value in _json_values(data, source)}
    names = dict.fromkeys(name for row in rows.values() for name in row)
    columns = {name: _array([row.get(name) for row in rows.values()]) for name in names}
    return Sheet(Places.in_file(source, list(rows)), columns)


def _json_values(data: bytes, source: str) -> Iterator[tuple[int, Any]]:
    """Yield each line with its number, or each item of the one array with its position from 1."""
    if data.lstrip().startswith(b"["):
        yield from enumerate(json_in(data, source, 1, REMEDY), 1)
        return
    if KEYED_BY_FRAME.match(data):
        yield from enumerate(_by_frame(json_in(data, source, 1, REMEDY)), 1)
        return
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            yield number, json_in(line, source, number, REMEDY)


def _by_frame(frames: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the objects of ``{"1": [{...}], ...}``, each with its frame."""
    for number, rows in frames.items():
        for row in rows if isinstance(rows, list) else [rows]:  # anything else is refused with its place
            yield {"frame": number, **row} if isinstance(row, Mapping) else row


def _object(value: object, source: str, line: int) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise fault(source, line, "not a JSON object", 'write each row as {"column": value, ...}')
    return value


def _spread(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row with a list of four numbers as a box -> with a column for each."""
    name = next((name for name in LISTS if isinstance(row.get(name), list) and len(row[name]) == 4), None)
    if name is None:
        return row
    others = {key: value for key, value in row.items() if key != name}
    return others | dict(zip(LISTS[name], row[name], strict=True))


def _array(values: list[Any]) -> Any:
    import pyarrow as pa

    try:
        array = pa.array(values)
    except (pa.ArrowException, OverflowError):  # cells of several types, numbers and text
        return pa.array([cell_text(value) for value in values], pa.string())
    return pa.array([cell_text(value) for value in values], pa.string()) if pa.types.is_nested(array.type) else array


KEYED_BY_FRAME = re.compile(rb'\s*\{\s*"\d+"\s*:\s*\[')
CORNER, CORNERS = ("x", "y", "width", "height"), ("x1", "y1", "x2", "y2")
LISTS = {"bbox": CORNER, "tlwh": CORNER, "ltwh": CORNER, "xywh": CORNER, "xyxy": CORNERS, "ltrb": CORNERS,
         "tlbr": CORNERS, "bbox_xyxy": CORNERS}  # fmt: skip
"""What the numbers of a list are by its name. ``bbox`` is COCO's, so ``x`` and ``y`` are told to be the corner."""

SUFFIXES: Mapping[str, Callable[[bytes, str], Sheet]] = {
    ".csv": _read_delimited,
    ".tsv": _read_delimited,
    ".txt": _read_delimited,
    ".parquet": read_parquet,
    ".pq": read_parquet,
    ".xlsx": read_excel,
    ".jsonl": _read_json,
    ".ndjson": _read_json,
    ".json": _read_json,
}
