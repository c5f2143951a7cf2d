"""Files with tables, each read into a Sheet: CSV and TSV, Parquet, Excel, JSON lines (or one JSON array)."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

import numpy as np

from labelferry.listing import counted
from labelferry.model.places import Places
from labelferry.sources.sheet import UNIT, Sheet, cell_text, sheet_of, sheet_of_lines
from labelferry.sources.text import bytes_of, empty, fault, json_in, text_in

__all__ = ["SUFFIXES", "read_sheet"]

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
    names = _names(rows[0].split(delimiter), source)
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
    names = _names(records[0], source)
    for line, cells in zip(lines, records, strict=True):
        if len(cells) != len(names):
            what = f"{counted(len(cells), 'column')}, but the header has {len(names)}"
            raise fault(source, line, what, "make every row as long as the header")
    rows = [UNIT.join(cells) for cells in records[1:]]
    if len(names) > 1 and all(row.count(UNIT) == len(names) - 1 and "\n" not in row for row in rows):
        return sheet_of_lines(source, names, rows, UNIT, lines[1:])
    columns = list(zip(*records[1:], strict=True)) or [()] * len(names)
    return sheet_of(source, names, columns, lines[1:])


def _names(cells: Iterable[object], source: str) -> list[str]:
    names = [cell_text(cell).strip() for cell in cells]
    if sum(map(_is_number, names)) * 2 > len(names):
        what = f"the first line has values ({', '.join(names[:4])}, ...), not the names of columns"
        remedy = "name them in a first line, or in the spec, as in header: [frame, track, ...]"
        raise fault(source, 1, what, f"{remedy}; one file a frame with fractions is format: yolo")
    if twice := sorted(name for name, count in Counter(names).items() if count > 1):
        raise fault(source, 1, f"the header names {', '.join(map(repr, twice))} twice", "rename or remove one")
    return names


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _read_parquet(data: bytes, source: str) -> Sheet:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(pa.BufferReader(data)).read().combine_chunks()
    except (pa.ArrowException, OSError) as error:
        raise fault(source, None, f"not a Parquet file ({error})", "write it again or correct its suffix") from error
    names = _names(table.column_names, source)
    columns = {name: _plain(table.column(at)) for at, name in enumerate(names)}
    return Sheet(Places.in_file(source, np.arange(1, table.num_rows + 1)), columns)


def _plain(column: Any) -> Any:
    import pyarrow as pa

    array = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array


def _read_excel(data: bytes, source: str) -> Sheet:
    import pandas as pd

    try:
        cells = pd.read_excel(io.BytesIO(data), header=None, dtype=object, keep_default_na=False, na_filter=False)
    except (ValueError, LookupError, OSError, BadZipFile, ParseError) as error:
        raise fault(
            source, None, f"not an Excel workbook ({error})", "save it as .xlsx or correct its suffix"
        ) from error
    if cells.empty:
        raise fault(source, None, "the first sheet is empty", "put the table into the first sheet")
    body = cells.iloc[1:]
    columns = [[cell_text(value) for value in body[at]] for at in cells.columns]
    return sheet_of(source, _names(cells.iloc[0], source), columns, range(2, len(cells) + 1))


def _read_json(data: bytes, source: str) -> Sheet:
    rows = {number: _object(value, source, number) for number, value in _json_values(data, source)}
    names = dict.fromkeys(name for row in rows.values() for name in row)
    columns = {name: _array([row.get(name) for row in rows.values()]) for name in names}
    return Sheet(Places.in_file(source, list(rows)), columns)


def _json_values(data: bytes, source: str) -> Iterator[tuple[int, Any]]:
    """Yield each line with its number, or each item of the one array with its position from 1."""
    if data.lstrip().startswith(b"["):
        yield from enumerate(json_in(data, source, 1, REMEDY), 1)
        return
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            yield number, json_in(line, source, number, REMEDY)


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


SUFFIXES: Mapping[str, Callable[[bytes, str], Sheet]] = {
    ".csv": _read_delimited,
    ".tsv": _read_delimited,
    ".txt": _read_delimited,
    ".parquet": _read_parquet,
    ".pq": _read_parquet,
    ".xlsx": _read_excel,
    ".jsonl": _read_json,
    ".ndjson": _read_json,
    ".json": _read_json,
}
