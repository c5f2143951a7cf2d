"""Keyframes as columns -> the text of runs of them, without a Python object for a keyframe or a number.

orjson writes the numbers of all keyframes as one array. The byte after each number is then overwritten with a mark for
what follows it there, and each mark is replaced by the keys that it stands for.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from labelferry.model import Geometry, Track
from labelferry.model.tracks import Coords

__all__ = ["run_texts"]

Marks = NDArray[np.uint8]
FRAME, COMMA, GONE = 1, ord(","), 0
PART = 2_500
"""Numbers that are written at once: their text stays in the processor's cache."""
NEXT, END = b'},{"frame":', b"\n"
"""What follows a keyframe, in its run and at the end of it."""


class _Keys(NamedTuple):
    """How a shape is written.

    Args:
        order: its columns in the order of the line.
        between: what follows a frame number, and what follows each column.
        end: what follows the last column of a keyframe.
    """

    order: tuple[int, ...]
    between: tuple[bytes, ...]
    end: bytes


KEYS = {
    Geometry.BOX: _Keys((1, 0, 3, 2), (b',"bbox":{"top":', b',"left":', b',"height":', b',"width":'), b"}"),
    Geometry.POINT: _Keys((0, 1), (b',"point":{"x":', b',"y":'), b"}"),
    Geometry.LINE: _Keys((0, 1), (b',"line":[{"x":', b',"y":', b'},{"x":'), b"}]"),
}


def run_texts(tracks: Sequence[Track], ends: Sequence[int]) -> Iterator[bytes]:
    """Yield the text of each run of keyframes, from after its first ``{"frame":`` to before its last ``}``.

    Args:
        tracks: tracks of one geometry.
        ends: the last keyframe of each run, ascending, counted over all tracks; the last one ends a run.
    """
    keys = KEYS[tracks[0].geometry]
    numbers, marks, last = _numbers(tracks, keys.order)
    marks[last] = len(keys.between) + 1
    marks[last[ends]] = len(keys.between) + 2
    after = *keys.between, keys.end + NEXT, keys.end + END
    parts = (slice(start, start + PART) for start in range(0, len(numbers), PART))
    return _cut(b"".join([_text(numbers[part], marks[part], after) for part in parts]))


def _cut(text: bytes) -> Iterator[bytes]:
    """Yield what is before each end; ``split`` takes longer, as it looks at each byte."""
    start = 0
    while (end := text.find(END, start)) >= 0:
        yield text[start:end]
        start = end + 1


def _numbers(tracks: Sequence[Track], order: Sequence[int]) -> tuple[Coords, Marks, NDArray[np.int64]]:
    """Return the numbers of all keyframes, a mark for each: 1 of frames, 2 and up of columns; and where each ends."""
    frames = np.concatenate([track.frames for track in tracks])
    coords = np.concatenate([track.coords for track in tracks], dtype=np.float64)[:, order]
    columns = np.arange(FRAME, FRAME + 1 + len(order), dtype=np.uint8)
    if offsets := [track.offsets for track in tracks if track.offsets is not None]:
        stops = np.cumsum(np.concatenate([np.diff(each) for each in offsets])) * len(order)
        first = np.append(0, stops[:-1])
        marks = np.insert(np.tile(columns[1:], len(coords)), first, FRAME)
        return np.insert(coords.ravel(), first, frames), marks, stops + np.arange(len(frames))
    numbers, last = np.empty((len(frames), len(columns))), np.arange(len(frames)) * len(columns) + len(order)
    numbers[:, 0], numbers[:, 1:] = frames, coords
    return numbers.ravel(), np.tile(columns, len(frames)), last


def _text(numbers: Coords, marks: Marks, keys: Sequence[bytes]) -> bytes:
    """Return the numbers, each followed by the keys of its mark, counted from 1; frame numbers are whole."""
    text = np.frombuffer(bytearray(orjson.dumps(numbers, option=orjson.OPT_SERIALIZE_NUMPY)), dtype=np.uint8)
    after = np.append(np.flatnonzero(text == COMMA), len(text) - 1)
    text[0] = GONE
    text[after] = marks
    frames = after[marks == FRAME]
    text[frames - 1] = text[frames - 2] = GONE  # the .0 of a whole number
    written = text.tobytes().translate(None, bytes((GONE,)))
    for mark, key in enumerate(keys, start=FRAME):
        written = written.replace(bytes((mark,)), key)
    return written
