"""Boxes in any order -> those of whole videos, a few at a time, whatever their number.

Each block is put in the order of its videos and, beyond what is kept in memory, written to a file of this process
without a name. A part is then one slice of each block: videos are numbered, so nothing is compared or merged.
"""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cached_property
from itertools import pairwise
from typing import IO, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["BOX", "BoxRows", "BoxStore"]

BOX = np.dtype(
    [
        ("video", "i4"),
        ("track", "i4"),
        ("class", "i4"),
        ("line", "i8"),
        ("frame", "i8"),
        ("segment", "i8"),
        ("coords", "f8", 4),
    ]
)
BoxRows = NDArray[np.void]
"""Rows of boxes, shape [n], with the fields of ``BOX``."""

IN_MEMORY, PART = 100_000, 50_000
"""Rows that are kept in memory, and those that are returned at once, unless one video has more."""


class _Block(NamedTuple):
    """Rows in the order of their videos.

    Args:
        rows: the rows; None when they are in the file.
        start: where they begin in the file, in rows.
        videos: the videos that the block has, ascending.
        bounds: where each begins, and the number of rows at the end.
    """

    rows: BoxRows | None
    start: int
    videos: NDArray[np.int64]
    bounds: NDArray[np.int64]


class BoxStore:
    """Keeps boxes until all of a video are there.

    Args:
        in_memory: rows that are kept in memory.
        part: rows that are returned at once.
    """

    def __init__(self, in_memory: int = IN_MEMORY, part: int = PART) -> None:
        self._left, self._part = in_memory, part
        self._blocks: list[_Block] = []
        self._written = 0
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def add(self, rows: BoxRows) -> None:
        """Keep rows in the order of the file."""
        ordered = rows[np.argsort(rows["video"], kind="stable")]
        videos, starts = np.unique(ordered["video"], return_index=True)
        self._left -= len(rows)
        kept = ordered if self._left >= 0 else None
        self._blocks.append(_Block(kept, self._written, videos, np.append(starts, len(rows))))
        if kept is None:
            self._written += len(rows)
            ordered.tofile(self._file)

    def parts(self) -> Iterator[BoxRows]:
        """Yield the rows of some videos, then of the next; those of one video are in the order of the file."""
        for first, end in pairwise(self._cuts()):
            yield np.concatenate([self._slice(block, first, end) for block in self._blocks])

    @cached_property
    def _file(self) -> IO[bytes]:
        return self._closing.enter_context(tempfile.TemporaryFile())

    def _cuts(self) -> list[int]:
        """The first video of each part, and the number of videos."""
        if not self._blocks:
            return []
        count = 1 + max(int(block.videos[-1]) for block in self._blocks)
        sizes = np.zeros(count, dtype=np.int64)
        for block in self._blocks:
            sizes[block.videos] += np.diff(block.bounds)
        parts = (np.cumsum(sizes) - 1) // self._part
        return [0, *(np.flatnonzero(np.diff(parts)) + 1).tolist(), count]

    def _slice(self, block: _Block, first: int, end: int) -> BoxRows:
        start, stop = block.bounds[np.searchsorted(block.videos, (first, end))].tolist()
        if block.rows is not None:
            return block.rows[start:stop]
        self._file.seek((block.start + start) * BOX.itemsize)
        return np.fromfile(self._file, BOX, stop - start)
