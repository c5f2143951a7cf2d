"""Composite pictures -> the area of each colour in them; None if they cannot be fetched or read."""

from collections.abc import Callable, Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from labelferry.errors import SourceError
from labelferry.masks import decode_png
from labelferry.verification.content import MaskArea

__all__ = ["PictureFetcher", "Pictures", "area_of"]

PictureFetcher = Callable[[str], bytes | None]
"""Function from a URL to its bytes, None when they cannot be fetched."""
ColourCodes = NDArray[np.uint32]
"""Colours as one number each, red * 65536 + green * 256 + blue, shape [height, width]."""

KEPT = 4


class Pictures:
    """Cache of pictures, since several instances share one.

    Args:
        fetch: reads a URL; by default none can be read.
    """

    def __init__(self, fetch: PictureFetcher = lambda _: None) -> None:
        self._fetch = fetch
        self._kept: dict[str, ColourCodes | None] = {}

    def area_at(self, url: str, colour: Sequence[int] | None) -> MaskArea | None:
        """Return the area of a colour in the picture at a URL; None when it cannot be fetched."""
        if url not in self._kept:
            while len(self._kept) >= KEPT:
                del self._kept[next(iter(self._kept))]
            data = self._fetch(url)
            self._kept[url] = None if data is None else pixels_of(data)
        picture = self._kept[url]
        return None if picture is None else area_of(picture, colour)

    def pixels_at(self, url: str) -> ColourCodes | None:
        """Return the picture at a URL; None when it cannot be fetched."""
        data = self._fetch(url)
        return None if data is None else pixels_of(data)


def pixels_of(data: bytes) -> ColourCodes | None:
    """Decode a PNG; return None if it is not one."""
    try:
        picture = decode_png(data).astype(np.uint32)
    except SourceError:
        return None
    numbers = (picture[:, :, 0] << 16) | (picture[:, :, 1] << 8) | picture[:, :, 2]
    return numbers.astype(np.uint32, copy=False)


def area_of(picture: ColourCodes, colour: Sequence[int] | None) -> MaskArea:
    """Return the pixels that have a colour, or without one those that are not black.

    Args:
        picture: colours as numbers, shape [height, width].
        colour: red, green, blue.
    """
    here = picture != 0 if colour is None else picture == (colour[0] << 16 | colour[1] << 8 | colour[2])
    rows, columns = np.flatnonzero(np.any(here, axis=1)), np.flatnonzero(np.any(here, axis=0))
    if not rows.size:
        return MaskArea((0.0, 0.0, 0.0, 0.0), 0, b"")
    top, left, bottom, right = int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1
    inside = np.packbits(here[top:bottom, left:right])
    box = (float(left), float(top), float(right - left), float(bottom - top))
    return MaskArea(box, int(np.count_nonzero(here)), blake2b(inside.tobytes(), digest_size=16).digest())
