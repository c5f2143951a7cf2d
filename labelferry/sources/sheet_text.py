"""CSV and TSV -> Sheets, a block of lines at a time.

CSV follows RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180); any line ending is accepted and blank lines are skipped.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from labelferry.listing import counted
from labelferry.sources.sheet import UNIT, Sheet, names_of, sheet_of, sheet_of_lines
from labelferry.sources.text import blocks_of, fault, text_in

__all__ = ["read_delimited"]

DELIMITERS = (",", "\t", ";")


def read_delimited(path: Path, source: str, header: Sequence[str] | None = None) -> Iterator[Sheet]:
    """Read a text file with a delimiter, or with spaces between its cells.

    Args:
        path: the file.
        source: what the user calls it.
        header: names of the columns when its first line has none.

    Raises:
        SourceError: when it is not text, or a row has not as many cells as the header.
    """
    table: _Delimited | None = None
    before = 0
    for data in blocks_of(path, source):
        text = text_in(data, source, before)
        table = table or _Delimited(source, text, header)
        yield table.sheet(text, before)
        before += text.count("\n")


class _Delimited:
    """How the cells of a file are delimited, and what its columns are called."""

    def __init__(self, source: str, text: str, header: Sequence[str] | None) -> None:
        self.source = source
        first = text.lstrip("\n").partition("\n")[0]
        self.delimiter = max(DELIMITERS, key=first.count)
        self.spaced = self.delimiter not in first and len(first.split()) > 1 and '"' not in text
        if self.spaced:
            self.delimiter = UNIT
        self.names = None if header is None else names_of(header, source)

    def _lines(self, text: str) -> list[str]:
        lines = text.split("\n")
        return [UNIT.join(line.split()) for line in lines] if self.spaced else lines

    def sheet(self, text: str, before: int) -> Sheet:
        """Return the rows of a block that begins after so many lines."""
        if '"' in text:
            return self._records(*self._quoted(text, before))
        every = self._lines(text)
        lines = [at for at, line in enumerate(every) if line]
        rows = [every[at] for at in lines]
        if self.names is None:
            self.names = names_of(rows.pop(0).split(self.delimiter), self.source)
            del lines[0]
        numbers = np.array(lines, dtype=np.int64) + (before + 1)
        if {row.count(self.delimiter) for row in rows} <= {len(self.names) - 1}:
            return sheet_of_lines(self.source, self.names, rows, self.delimiter, numbers)
        return self._records(numbers.tolist(), [row.split(self.delimiter) for row in rows])

    def _quoted(self, text: str, before: int) -> tuple[list[int], list[list[str]]]:
        """Return the line on which each record starts, and the cells of each."""
        rows = csv.reader(io.StringIO(text), delimiter=self.delimiter, strict=True)
        lines, records, line = [], [], before + 1
        try:
            for cells in rows:
                if cells:
                    lines.append(line)
                    records.append(cells)
                line = before + rows.line_num + 1
        except csv.Error as error:
            remedy = 'close the quotes, and write a quote inside a cell as ""'
            raise fault(self.source, line, f"broken quoting ({error})", remedy) from error
        return lines, records

    def _records(self, lines: list[int], records: list[list[str]]) -> Sheet:
        if self.names is None:
            self.names = names_of(records.pop(0), self.source)
            del lines[0]
        wanted = len(self.names)
        for line, cells in zip(lines, records, strict=True):
            if len(cells) != wanted:
                what = f"{counted(len(cells), 'column')}, but the header has {wanted}"
                raise fault(self.source, line, what, "make every row as long as the header")
        rows = [UNIT.join(cells) for cells in records]
        if wanted > 1 and all(row.count(UNIT) == wanted - 1 and "\n" not in row for row in rows):
            return sheet_of_lines(self.source, self.names, rows, UNIT, lines)
        columns = list(zip(*records, strict=True)) or [()] * wanted
        return sheet_of(self.source, self.names, columns, lines)
