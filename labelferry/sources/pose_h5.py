"""The HDF5 of pose tools -> one wide table: DeepLabCut (what pandas writes) and SLEAP's analysis files.

pandas has two layouts. *fixed* keeps the names of columns as arrays; *table* keeps them pickled in attributes, which
are unpickled here as plain lists, tuples and texts only, since a pickle may otherwise run anything. SLEAP has
``tracks`` of shape [track, 2, node, frame], or its transpose, with ``node_names`` and ``track_names``. Facts:
https://pandas.pydata.org/docs/user_guide/io.html#hdf5-pytables and https://sleap.ai/tutorials/analysis.html.
"""

import io
import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from labelferry.errors import SourceError
from labelferry.sources.pose_tables import SINGLE, PoseColumn, Wide, body_parts, folder_in, frame_in
from labelferry.sources.text import bytes_of, fault

__all__ = ["SIGNATURE", "wide_in_h5"]

SIGNATURE = b"\x89HDF\r\n\x1a\n"
MOST_CELLS = 500_000_000
LEVELS = 4


def wide_in_h5(path: Path, file: str) -> Wide:
    """Return the table of an HDF5 file.

    Raises:
        SourceError: when it is none, or neither DeepLabCut's nor SLEAP's.
    """
    try:
        import h5py
    except ImportError as error:
        remedy = "pip install 'labelferry[h5]', or read the CSV beside it"
        raise fault(file, None, "h5py, which reads HDF5, is not installed", remedy) from error
    bytes_of(path, file)
    try:
        with h5py.File(path, "r") as held:
            return _wide(held, file)
    except SourceError:
        raise
    except (OSError, KeyError, ValueError, TypeError, RuntimeError, IndexError) as error:
        raise fault(file, None, f"not HDF5 of a pose tool ({error})", "export it again, or read the CSV") from error


def _wide(held: Any, file: str) -> Wide:
    if "tracks" in held and "node_names" in held:
        return _sleap(held, file)
    for group in held.values():
        if "block0_values" in group:
            return _fixed(group, file)
        if "table" in group:
            return _table(group, file)
    what = f"neither DeepLabCut's nor SLEAP's: it has {', '.join(list(held)[:5]) or 'nothing'}"
    raise fault(file, None, what, "export it again, or read the CSV")


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _sleap(held: Any, file: str) -> Wide:
    nodes = [_text(each) for each in held["node_names"][()]]
    names = [_text(each) for each in held["track_names"][()]] if "track_names" in held else []
    tracks = np.asarray(_bounded(held["tracks"], file)[()], dtype=np.float64)
    if tracks.ndim == 4 and tracks.shape[1] == 2 and tracks.shape[2] == len(nodes):
        points = tracks.transpose(0, 3, 2, 1)  # track, frame, node, axis
    elif tracks.ndim == 4 and tracks.shape[3] == 2 and tracks.shape[2] == len(nodes):
        points = tracks.transpose(1, 0, 2, 3)
    else:
        what = f"tracks of the shape {tracks.shape} for {len(nodes)} nodes"
        raise fault(file, None, what, "export the analysis file again")
    count, frames = points.shape[:2]
    called = [names[at] if at < len(names) else f"track_{at}" for at in range(count)]
    columns = [PoseColumn(SINGLE, name, 2 * at, 2 * at + 1) for at, name in enumerate(nodes)]
    animals = [name for name in called for _ in range(frames)]
    numbers = np.tile(np.arange(frames, dtype=np.int64), count)
    return Wide(columns, numbers, animals, [""] * len(animals), 1, points.reshape(count * frames, -1))


def _fixed(group: Any, file: str) -> Wide:
    """The layout without pickles: names by level, and the place of each column among them."""
    levels = _levels(group, "block0_items" if "block0_items_level0" in group else "axis0")
    values = np.asarray(_bounded(group["block0_values"], file)[()], dtype=np.float64)
    index = [*_levels(group, "axis1")] if "axis1_level0" in group else [[_text(each) for each in group["axis1"][()]]]
    rows = [list(cells) for cells in zip(*index, strict=True)]
    return _of_levels(levels, rows, values, file)


def _levels(group: Any, name: str) -> list[list[str]]:
    found = []
    for at in range(LEVELS):
        if f"{name}_level{at}" in group:
            texts = [_text(each) for each in group[f"{name}_level{at}"][()]]
            found.append([texts[place] for place in group[f"{name}_label{at}"][()]])
    return found


def _table(group: Any, file: str) -> Wide:
    """The layout of one table: the names of the columns are pickled tuples."""
    table = _bounded(group["table"], file)[()]
    names = _plain(group["table"].attrs["values_block_0_kind"])
    levels = [list(map(str, level)) for level in zip(*names, strict=True)]
    rows = [[str(number)] for number in table["index"].tolist()]
    return _of_levels(levels, rows, np.asarray(table["values_block_0"], dtype=np.float64), file)


def _of_levels(levels: Sequence[list[str]], index: list[list[str]], values: Any, file: str) -> Wide:
    """A table by the levels of its columns: scorer, perhaps individuals, bodyparts, coords."""
    if len(levels) < 3 or values.ndim != 2 or len(levels[0]) != values.shape[1]:
        raise fault(file, None, f"{len(levels)} rows of names where DeepLabCut has 3 or 4", "export it again")
    people = levels[1] if len(levels) > 3 else []
    columns = body_parts(levels[-1], levels[-2], people)
    frames = np.array([frame_in(row[-1], file) for row in index], dtype=np.int64)
    named = any(not row[-1].isdecimal() for row in index)
    return Wide(columns, frames, [SINGLE] * len(index), list(map(folder_in, index)), 1, values, named=named)


def _bounded(dataset: Any, file: str) -> Any:
    """A data set that is not larger than any table of points: HDF5 folds zeros to nothing."""
    if dataset.size > MOST_CELLS:
        raise fault(file, None, f"a table of {dataset.size:,} cells", "export a part of it")
    return dataset


class _PlainUnpickler(pickle.Unpickler):
    """Reads lists, tuples, numbers and texts; whatever would name a function is refused."""

    def find_class(self, module: str, name: str) -> Any:
        raise ValueError(f"its names of columns are {module}.{name}, not texts")


def _plain(data: Any) -> Any:
    raw = data if isinstance(data, bytes) else bytes(np.asarray(data).tobytes())
    try:
        return _PlainUnpickler(io.BytesIO(raw)).load()
    except (pickle.UnpicklingError, EOFError, AttributeError) as error:
        raise ValueError(f"names of columns that cannot be read: {error}") from error
