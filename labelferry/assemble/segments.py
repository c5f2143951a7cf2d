"""Segments of frames: by the given index, or else by runs of consecutive frames."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from labelferry.errors import AnnotationError
from labelferry.model.frames import Frames, runs

__all__ = ["segment_numbers"]


def segment_numbers(frames: Frames, indexes: Sequence[int | None], what: str) -> NDArray[np.int64]:
    """Return the segment of each frame.

    Args:
        frames: frame numbers in any order, shape [n].
        indexes: the caller's ``segment_index`` of each frame, all set or all None.
        what: their owner, for the message.

    Raises:
        AnnotationError: when only some are set.
    """
    unset = indexes.count(None)
    if not unset:
        return np.array(indexes, dtype=np.int64)
    if unset < len(indexes):
        frame = int(frames[indexes.index(None)])
        raise AnnotationError(f"{what}: segment_index is missing at frame {frame}; set it on all frames or on none")
    order = np.argsort(frames, kind="stable")
    distinct, inverse = np.unique(frames[order], return_inverse=True)
    numbers = np.empty(len(frames), dtype=np.int64)
    numbers[order] = runs(distinct)[inverse]
    return numbers
