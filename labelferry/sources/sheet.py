"""Table files as columns: CSV, TSV, Parquet, Excel, JSON lines -> a Sheet with the line of each row.

Cells are text until numbers are needed, so that a key 00012 stays 00012; Arrow reads numbers exactly.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from labelferry.errors import SourceError
from labelferry.model.places import Places
from labelferry.sources.text import fault

__all__ = ["UNIT", "Column", "Sheet", "cell_text", "continued", "joined", "names_of", "sheet_of", "sheet_of_lines"]

Column = Any
"""A pyarrow array; pyarrow ships no types."""

WHOLE_LIMIT = 2.0**53
"""Beyond it a float cannot represent every whole number, and two ids could become one."""


UNIT = "\x1f"
"""ASCII's own separator of cells: with it, cells without line breaks need no quotes."""

LARGEST_BLOCK = 2**30
LONGEST_SHOWN = 40


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A table with named columns.

    Args:
        places: file and line of each row, of n rows; for Parquet the line is the number of the row, from 1.
        columns: Arrow arrays of length n, by name.
    """

    places: Places
    columns: Mapping[str, Column]

    def __len__(self) -> int:
        return len(self.places)

    @property
    def source(self) -> str:
        """The file, as the user calls it; the first of several."""
        return self.places.files[0]

    def fault(self, row: int, what: str, remedy: str) -> SourceError:
        """Return the error for something wrong in one row (counted from 0)."""
        where = self.places.where(row)
        return fault(where.source, where.line, what, remedy)

    def text(self, name: str) -> list[str]:
        """Return a column as trimmed text; empty cells are ''."""
        return self._strings(name).to_pylist()  # type: ignore[no-any-return]

    def keys(self, name: str) -> list[str]:
        """Return a column as text; it must have been stored as text or whole numbers.

        Raises:
            SourceError: when it is stored as floats, which have already lost leading zeros.
        """
        self.refuse_floats(name)
        return self.text(name)

    def refuse_floats(self, name: str) -> None:
        """Refuse a column of keys that is stored as floats.

        Raises:
            SourceError: when it is: floats have already lost leading zeros.
        """
        import pyarrow as pa

        if pa.types.is_floating(self.columns[name].type):
            raise fault(self.source, None, f"column '{name}' is stored as floats", "store it as text")

    def take(self, rows: NDArray[np.int64]) -> "Sheet":
        """The same columns at these rows."""
        return Sheet(self.places[rows], {name: column.take(rows) for name, column in self.columns.items()})

    def codes(self, name: str, *, empty: bool = False) -> tuple[NDArray[np.int64], list[str]]:
        """A column as numbers of its distinct texts, shape [n], and those texts.

        Args:
            name: of the column.
            empty: whether a cell may be empty.

        Raises:
            SourceError: when a cell is empty and none may be.
        """
        encoded = self._encoded(name)
        codes, texts = _values(encoded.indices).astype(np.int64), encoded.dictionary.to_pylist()
        if "" in texts and not empty:
            row = int(np.argmax(codes == texts.index("")))
            raise self.fault(row, f"column '{name}' is empty", "fill it in or remove the row")
        return codes, texts

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a column as finite float64, shape [n].

        Raises:
            SourceError: with the line of the first cell that is empty, not a number or not finite.
        """
        values = self._floats(name)
        if not np.isfinite(values).all():
            row = int(np.argmin(np.isfinite(values)))
            shown = self._shown(name, row)
            what = f"{name} is {shown}, not a finite number" if shown else f"{name} is empty"
            raise self.fault(row, what, "fill it in, correct it or remove the row")
        return values

    def whole(self, name: str) -> NDArray[np.int64]:
        """Return a column as int64, shape [n].

        Raises:
            SourceError: with the line of the first cell that is not a whole number.
        """
        values = self.numbers(name)
        fits = (values == np.floor(values)) & (np.abs(values) < WHOLE_LIMIT)
        if not fits.all():
            row = int(np.argmin(fits))
            raise self.fault(row, f"{name} is {self._shown(name, row)}, not a whole number", "give it as an integer")
        return values.astype(np.int64)

    def _shown(self, name: str, row: int) -> str:
        return self.text(name)[row][:LONGEST_SHOWN]

    def _encoded(self, name: str) -> Column:
        """A column as numbers of its distinct texts; numbers are told apart before they become texts."""
        import pyarrow as pa

        column = self.columns[name]
        if not pa.types.is_integer(column.type) or column.null_count:
            return self._strings(name).dictionary_encode()
        numbers = column.dictionary_encode()
        return pa.DictionaryArray.from_arrays(numbers.indices, numbers.dictionary.cast(pa.string()))

    def _strings(self, name: str) -> Column:
        import pyarrow as pa
        import pyarrow.compute as pc

        column = self.columns[name]
        if not pa.types.is_string(column.type):
            column = self._as_text(name)
        if column.null_count:  # filling nulls imports pandas even if there are none, which takes a quarter of a second
            column = column.fill_null("")
        return pc.utf8_trim_whitespace(column)

    def _as_text(self, name: str) -> Column:
        """Text of typed cells; bytes count as text if they are UTF-8."""
        import pyarrow as pa

        column, kinds = self.columns[name], pa.types
        try:
            if kinds.is_binary(column.type) or kinds.is_large_binary(column.type):
                return column.cast(pa.string())
            return pa.array([cell_text(value) for value in column.to_pylist()], pa.string())
        except (
            ValueError,
            TypeError,
            LookupError,
            OverflowError,
        ) as error:  # dates beyond Python's, unknown time zones
            what = f"column '{name}' has a cell of type {column.type} that cannot be read ({error})"
            raise fault(self.source, None, what, "store it as text or numbers") from error

    def _floats(self, name: str) -> NDArray[np.float64]:
        import pyarrow as pa

        if pa.types.is_floating(kind := self.columns[name].type) or pa.types.is_integer(kind):
            column = self.columns[name]
        else:
            column = self._strings(name)
        try:
            return _values(column.cast(pa.float64()))
        except pa.ArrowInvalid:
            return np.array([self._float(name, row, text) for row, text in enumerate(self.text(name))])

    def _float(self, name: str, row: int, text: str) -> float:
        try:
            return float(text if "_" not in text else "text")
        except ValueError as error:
            if not text:
                raise self.fault(row, f"{name} is empty", "fill it in or remove the row") from error
            raise self.fault(
                row, f"{name} is {text[:LONGEST_SHOWN]!r}, not a number", "correct or remove the row"
            ) from error


def _values(column: Column) -> NDArray[Any]:
    """Return numbers as numpy's, read-only; ``to_numpy`` imports pandas: 40 MB and a quarter of a second."""
    values: NDArray[Any] = column.to_numpy(zero_copy_only=False) if column.null_count else np.from_dlpack(column)
    return values


def sheet_of(source: str, names: Sequence[str], columns: Sequence[Sequence[str]], lines: ArrayLike) -> Sheet:
    """Build a sheet from columns of text."""
    import pyarrow as pa

    arrays = {name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)}
    return Sheet(Places.in_file(source, lines), arrays)


def sheet_of_lines(source: str, names: Sequence[str], rows: Sequence[str], delimiter: str, lines: ArrayLike) -> Sheet:
    """Build a sheet from lines of text with the right number of delimiters and no quotes."""
    import pyarrow as pa
    from pyarrow import csv

    if not rows:
        return sheet_of(source, names, [()] * len(names), ())
    data = pa.py_buffer("\n".join(rows).encode())
    table = csv.read_csv(
        pa.BufferReader(data),
        csv.ReadOptions(
            use_threads=False, column_names=list(names), block_size=min(data.size + (1 << 20), LARGEST_BLOCK)
        ),
        csv.ParseOptions(delimiter=delimiter, quote_char=False),
        csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
        pa.system_memory_pool(),  # which gives back what is not needed any more
    )
    arrays = {name: table.column(name).combine_chunks() for name in names}
    return Sheet(Places.in_file(source, lines), arrays)


def joined(sheets: Sequence[Sheet]) -> Sheet:
    """Concatenate several sheets of text with the same columns."""
    import pyarrow as pa

    names = sheets[0].columns
    columns = {name: pa.concat_arrays([sheet.columns[name] for sheet in sheets]) for name in names}
    return Sheet(Places.joined([sheet.places for sheet in sheets]), columns)


def continued(sheets: Sequence[Sheet]) -> Sheet:
    """Concatenate the parts of one file."""
    whole, first = joined(sheets), sheets[0]
    return Sheet(Places.in_file(first.source, whole.places.lines), whole.columns)


def cell_text(value: object) -> str:
    """Return a typed cell as a CSV would have it: whole floats without a decimal point, lists and objects as JSON."""
    if value is None or value != value:  # the second is NaN
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < WHOLE_LIMIT:
        return str(int(value))
    if isinstance(value, (list, dict)):
        import orjson

        return orjson.dumps(value, default=str).decode()
    return str(value)


def names_of(cells: Iterable[object], source: str) -> list[str]:
    """Return the names of columns that a header has.

    Raises:
        SourceError: when it is no header, or names two columns alike.
    """
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
