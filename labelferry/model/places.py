"""The places of the rows of a table, as columns: a file and a line for every row."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from labelferry.model.feature import Where

__all__ = ["Places"]


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """The places of n rows.

    Args:
        files: the files, as the user calls them.
        codes: position of each row's file in ``files``, int64, shape [n].
        lines: line of each row in its file, int64, shape [n]; the row's number, from 1, in files without lines.
    """

    files: Sequence[str]
    codes: NDArray[np.int64]
    lines: NDArray[np.int64]

    @classmethod
    def in_file(cls, file: str, lines: ArrayLike) -> "Places":
        """Return the places of rows of one file."""
        numbers = np.asarray(lines, dtype=np.int64)
        return cls((file,), np.zeros(len(numbers), dtype=np.int64), numbers)

    @classmethod
    def joined(cls, places: Sequence["Places"]) -> "Places":
        """Return the concatenated places of several tables."""
        starts = np.cumsum([0, *(len(each.files) for each in places)]).tolist()
        codes = [each.codes + start for each, start in zip(places, starts[:-1], strict=True)]
        files = tuple(file for each in places for file in each.files)
        return cls(files, np.concatenate(codes), np.concatenate([each.lines for each in places]))

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, rows: slice | NDArray[np.int64]) -> "Places":
        return Places(self.files, self.codes[rows], self.lines[rows])

    def where(self, row: int, detail: str | None = None) -> Where:
        """Return the place of one row (counted from 0)."""
        return Where(self.files[int(self.codes[row])], int(self.lines[row]), detail)

    def in_order(self, *rows: int) -> list[int]:
        """Return the rows in the order of their places."""
        return sorted(rows, key=lambda row: (int(self.codes[row]), int(self.lines[row])))

    def seen_from(self, row: int, other: int) -> str:
        """Return the place of ``row`` for a message about ``other``: only the line when they share a file."""
        where = self.where(row)
        return f"line {where.line}" if self.codes[row] == self.codes[other] else str(where)
