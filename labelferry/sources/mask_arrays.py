"""NumPy's files of masks -> an array of numbers for each frame: one frame a file, or a stack of frames in one.

``.npy`` has an array of shape [height, width] (the number in the file's name is the frame) or [frame, height, width]
(from frame 0); ``.npz`` has such arrays by name, a name that ends in a number being a frame's. Pickled arrays are not
read, since a pickle may run anything. Facts: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np
from numpy.typing import NDArray

from labelferry.masks.png import MOST_PIXELS
from labelferry.sources.text import bytes_of, fault

__all__ = ["ENDINGS", "Numbers", "are_masks", "arrays_in"]

ENDINGS = {".npy", ".npz"}
MOST_BYTES = 4 * 2**30
"""Of all arrays of an archive, unpacked."""
LAST_NUMBER = re.compile(r"(\d+)\D*$")
FRAME, STACK = 2, 3

Numbers = NDArray[np.int64]


def arrays_in(path: Path, file: str) -> Iterator[tuple[int | None, Numbers]]:
    """Yield the frames of a file: the number of each, from 0 in a stack, None where only the file's name has it.

    Raises:
        SourceError: when it is not NumPy's, or its arrays are not whole numbers or truth values of frames.
    """
    bytes_of(path, file)
    try:
        if path.suffix.lower() == ".npy":
            yield from _frames(np.load(path, mmap_mode="r", allow_pickle=False), None, file)
            return
        _refuse_large(path, file)
        with np.load(path, allow_pickle=False) as archive:
            for name in archive.files:
                found = LAST_NUMBER.search(name) if len(archive.files) > 1 else None
                yield from _frames(archive[name], int(found.group(1)) if found else None, file)
    except (OSError, ValueError, EOFError, BadZipFile, KeyError, NotImplementedError) as error:
        raise fault(file, None, f"not an array of NumPy ({error})", "save whole numbers with numpy.save") from error


def _frames(array: Any, number: int | None, file: str) -> Iterator[tuple[int | None, Numbers]]:
    if not are_masks(array) or not 0 < array.shape[-1] * array.shape[-2] <= MOST_PIXELS:
        what = f"an array of {array.dtype} of the shape {array.shape}, not whole numbers of frames"
        raise fault(file, None, what, "save [height, width] or [frame, height, width]")
    if array.ndim == FRAME:
        yield number, _numbers(array, file)
        return
    for at in range(array.shape[0]):
        yield at, _numbers(array[at], file)


def _numbers(frame: Any, file: str) -> Numbers:
    numbers = np.asarray(frame, dtype=np.int64)
    if numbers.min() < 0 or numbers.max() >= 2**31:
        raise fault(file, None, "an object's number that is negative, or too large", "count objects from 1")
    return numbers


def are_masks(array: Any) -> bool:
    """Whether an array could be masks by its type and shape."""
    return bool(array.dtype.kind in "biu" and array.ndim in (FRAME, STACK) and array.size)


def _refuse_large(path: Path, file: str) -> None:
    with ZipFile(path) as archive:
        unpacked = sum(each.file_size for each in archive.infolist())
    if unpacked > MOST_BYTES:
        raise fault(file, None, f"an archive of {unpacked:,} bytes when unpacked", "save a file for each frame")
