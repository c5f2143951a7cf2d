"""Labelled videos as they are read -> the labels of one row after another, whatever the order of the sources.

The first of them stay in memory, up to a bound; the others wait in a file of this process without a name.
"""

import pickle
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cached_property
from typing import IO, Self

from labelferry.model import LabelledVideo

__all__ = ["IN_MEMORY", "Shelf"]

IN_MEMORY = 16_000_000
"""Bytes of labels that are kept in memory, about."""
OF_LINE, OF_KEYFRAME = 1_500, 80
"""Bytes that they take: columns, and the objects around them."""


class Shelf:
    """Keeps labels until each row's are complete.

    Args:
        in_memory: bytes of labels that are kept in memory, about.
    """

    def __init__(self, in_memory: int = IN_MEMORY) -> None:
        self._left = in_memory
        self._closing = ExitStack()
        self._rows: dict[str, list[LabelledVideo | int]] = {}

    def __bool__(self) -> bool:
        return bool(self._rows)

    def __contains__(self, row: str) -> bool:
        return row in self._rows

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def add(self, video: LabelledVideo) -> None:
        """Keep the labels of one video from one source."""
        self._left -= _weight(video)
        kept = video if self._left >= 0 else self._written(video)
        self._rows.setdefault(video.row.identity, []).append(kept)

    def by_row(self) -> Iterator[list[LabelledVideo]]:
        """Yield the labels of each row together, rows in order of first appearance; may be called again."""
        for kept in self._rows.values():
            yield [self._read(each) if isinstance(each, int) else each for each in kept]

    @cached_property
    def _file(self) -> IO[bytes]:
        return self._closing.enter_context(tempfile.TemporaryFile())

    def _written(self, video: LabelledVideo) -> int:
        start = self._file.seek(0, 2)
        pickle.dump(video, self._file, pickle.HIGHEST_PROTOCOL)
        return start

    def _read(self, start: int) -> LabelledVideo:
        self._file.seek(start)
        video: LabelledVideo = pickle.load(self._file)  # noqa: S301  this process wrote it
        return video


def _weight(video: LabelledVideo) -> int:
    """The bytes that a video's labels take in memory, about."""
    keyframes = sum(len(track) for track in video.tracks) + sum(len(track.answers) for track in video.tracks) * 10
    pictures = sum(len(frame.png or b"") for masks in video.masks for frame in masks.frames)
    return keyframes * OF_KEYFRAME + pictures + len(video.labelled) * OF_LINE
