"""Run lengths as COCO writes them, list or text -> counts. The text is the one of pycocotools' ``rleToString``.

A few lines with plain Python instead of pycocotools: a C extension for one loop.
https://github.com/cocodataset/cocoapi/blob/master/common/maskApi.c
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["counts_of"]

FIRST = 48
MORE, SIGN, BITS = 0x20, 0x10, 5
LONGEST = 12
"""Groups of five bits in one number: more than any picture needs."""


def counts_of(counts: object) -> NDArray[np.int64]:
    """Return run lengths, background first.

    Raises:
        ValueError: when they are none.
    """
    if isinstance(counts, str):
        found = np.array(_unpacked(counts), dtype=np.int64)
    elif isinstance(counts, list) and all(type(each) is int for each in counts):
        found = np.array(counts, dtype=np.int64)
    else:
        raise ValueError("counts are neither a text nor whole numbers")
    if (found < 0).any():
        raise ValueError("a run length is negative")
    return found


def _unpacked(text: str) -> list[int]:
    """Numbers of five bits a character, lowest first; from the third on a difference to the one before last."""
    counts: list[int] = []
    value = shift = 0
    for character in text:
        code = ord(character) - FIRST
        if not 0 <= code < 64 or shift > LONGEST * BITS:
            raise ValueError("counts are not COCO's run lengths")
        value |= (code & 0x1F) << shift
        shift += BITS
        if code & MORE:
            continue
        if code & SIGN:
            value -= 1 << shift
        counts.append(value + counts[-2] if len(counts) > 2 else value)
        value = shift = 0
    return counts
