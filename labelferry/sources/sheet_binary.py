"""Parquet and Excel -> Sheets, within bounds: a small file may unfold to more than fits in memory."""

import io
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

import numpy as np

from labelferry.model.places import Places
from labelferry.sources.sheet import Sheet, cell_text, names_of, sheet_of
from labelferry.sources.text import fault

__all__ = ["read_excel", "read_parquet"]

ROWS = 4_096
"""Of a Parquet file that are unfolded at a time."""
MOST_UNFOLDED, MOST_TIMES = 2_000_000_000, 200
"""Bytes that a Parquet file may become, unless it is large itself: columns of one value fold to almost nothing."""
MOST_WORKBOOK = 60_000_000
"""Bytes of a workbook's unpacked XML: about a million cells, which take ten seconds to read."""


def read_parquet(data: bytes, source: str) -> Sheet:
    """Read a Parquet file.

    Raises:
        SourceError: when it is none, or unfolds without bounds.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        table = pa.Table.from_batches(_bounded(file, len(data), source), file.schema_arrow).combine_chunks()
    except (pa.ArrowException, OSError) as error:
        raise fault(source, None, f"not a Parquet file ({error})", "write it again or correct its suffix") from error
    names = names_of(table.column_names, source)
    columns = {name: _plain(table.column(at)) for at, name in enumerate(names)}
    return Sheet(Places.in_file(source, np.arange(1, table.num_rows + 1)), columns)


def _bounded(file: Any, size: int, source: str) -> Iterator[Any]:
    unfolded, most = 0, max(MOST_UNFOLDED, size * MOST_TIMES)
    for batch in file.iter_batches(ROWS):
        unfolded += batch.nbytes
        if unfolded > most:
            what = f"{size:,} bytes that unfold to more than {most:,}"
            raise fault(source, None, what, "split it by video, or remove columns that are not needed")
        yield batch


def _plain(column: Any) -> Any:
    import pyarrow as pa

    array = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array


def read_excel(data: bytes, source: str) -> Sheet:
    """Read the first sheet of a workbook.

    Raises:
        SourceError: when it is none, is empty, or unpacks without bounds.
    """
    import pandas as pd

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
    return sheet_of(source, names_of(cells.iloc[0], source), columns, range(2, len(cells) + 1))


def _refuse_large(data: bytes, source: str) -> None:
    with ZipFile(io.BytesIO(data)) as workbook:
        unpacked = sum(each.file_size for each in workbook.infolist())
    if unpacked > MOST_WORKBOOK:
        what = f"a workbook of {unpacked:,} bytes when unpacked, more than {MOST_WORKBOOK:,}"
        raise fault(source, None, what, "save the sheet as CSV or Parquet")
