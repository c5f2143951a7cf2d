"""Parquet and Excel -> Sheets, within bounds: a small file may unfold to more than fits in memory."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

import numpy as np

from labelferry.model.places import Places
from labelferry.sources.sheet import Sheet, cell_text, names_of, sheet_of
from labelferry.sources.text import bytes_of, empty, fault, opened

__all__ = ["read_excel", "read_parquet"]

ROWS, BATCHES = 4_096, 16
"""Of a Parquet file: rows that are unfolded at a time, and how often that for a sheet."""
BUFFER, MOST_OF_SHEET = 1 << 20, 32_000_000
MOST_UNFOLDED, MOST_TIMES = 2_000_000_000, 200
"""Bytes that a Parquet file may become, unless it is large itself: columns of one value fold to almost nothing."""
MOST_WORKBOOK = 60_000_000
"""Bytes of a workbook's unpacked XML: about a million cells, which take ten seconds to read."""


def read_parquet(path: Path, source: str) -> Iterator[Sheet]:
    """Read a Parquet file, some of its rows at a time.

    Raises:
        SourceError: when it is none, or unfolds without bounds.
    """
    import pyarrow as pa

    start = 1
    with opened(path, source) as opened_file:
        if not opened_file.read(BUFFER).strip():
            raise empty(source, "the file is empty")
        size = opened_file.seek(0, 2)
        try:
            for table in _tables(opened_file, size, source):
                names = names_of(table.column_names, source)
                columns = {name: _plain(table.column(at)) for at, name in enumerate(names)}
                yield Sheet(Places.in_file(source, np.arange(start, start + table.num_rows)), columns)
                start += table.num_rows
        except (pa.ArrowException, OSError) as error:
            raise fault(
                source, None, f"not a Parquet file ({error})", "write it again or correct its suffix"
            ) from error


def _tables(opened_file: IO[bytes], size: int, source: str) -> Iterator[Any]:
    """Yield some rows at a time; a file without rows is one table with its columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = pq.ParquetFile(opened_file, buffer_size=BUFFER, pre_buffer=False)
    batches: list[Any] = []
    for batch in _bounded(file, size, source):
        batches.append(batch)
        if len(batches) == BATCHES or sum(each.nbytes for each in batches) > MOST_OF_SHEET:
            yield pa.Table.from_batches(batches)
            batches = []
    yield pa.Table.from_batches(batches, file.schema_arrow)


def _bounded(file: Any, size: int, source: str) -> Iterator[Any]:
    unfolded, most = 0, max(MOST_UNFOLDED, size * MOST_TIMES)
    for batch in file.iter_batches(ROWS, use_threads=False):
        unfolded += batch.nbytes
        if unfolded > most:
            what = f"{size:,} bytes that unfold to more than {most:,}"
            raise fault(source, None, what, "split it by video, or remove columns that are not needed")
        yield batch


def _plain(column: Any) -> Any:
    import pyarrow as pa

    array = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array


def read_excel(path: Path, source: str) -> Iterator[Sheet]:
    """Read the first sheet of a workbook.

    Raises:
        SourceError: when it is none, is empty, or unpacks without bounds.
    """
    import pandas as pd

    data = bytes_of(path, source)
    try:
        _refuse_large(data, source)
        cells = pd.read_excel(io.BytesIO(data), header=None, dtype=object, keep_default_na=False, na_filter=False)
    except (ValueError, LookupError, OSError, BadZipFile, ParseError) as error:
        raise fault(
            source, None, f"not an Excel workbook ({error})", "save it as .xlsx or correct its suffix"
        ) from error
    if cells.empty:
        raise fault(source, None, "the first sheet is empty", "put the table into the first sheet")
    body = cells.iloc[1:]
    columns = [[cell_text(value) for value in body[at]] for at in cells.columns]
    yield sheet_of(source, names_of(cells.iloc[0], source), columns, range(2, len(cells) + 1))


def _refuse_large(data: bytes, source: str) -> None:
    with ZipFile(io.BytesIO(data)) as workbook:
        unpacked = sum(each.file_size for each in workbook.infolist())
    if unpacked > MOST_WORKBOOK:
        what = f"a workbook of {unpacked:,} bytes when unpacked, more than {MOST_WORKBOOK:,}"
        raise fault(source, None, what, "save the sheet as CSV or Parquet")
