"""8-bit RGB pictures <-> PNG bytes.

Mask composites are flat areas of few colours, so one filter for all rows (Up: the difference to the row above) and the
fastest deflate level beat any search for better ones. https://www.w3.org/TR/png-3/
"""

import io
import struct
import warnings
import zlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from labelferry.errors import SourceError

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["MOST_PIXELS", "RGB", "Header", "RgbArray", "decode_png", "encode_png", "header", "open_png"]

RgbArray = NDArray[np.uint8]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
RGB = 2
UP = 2
COLOUR_TYPES = {0: "greyscale", RGB: "RGB", 3: "a palette", 4: "greyscale with transparency", 6: "RGBA"}
MOST_PIXELS = 64_000_000
"""Twice an 8K picture: anything larger is an attack or an accident, not a video frame."""


class Header(NamedTuple):
    """The first chunk of a PNG."""

    width: int
    height: int
    bit_depth: int
    colour_type: int

    @property
    def is_rgb(self) -> bool:
        """Whether it has three channels of 8 bits."""
        return (self.colour_type, self.bit_depth) == (RGB, 8)

    @property
    def described(self) -> str:
        """The colour type as text."""
        return f"{COLOUR_TYPES.get(self.colour_type, 'of an unknown colour type')} of {self.bit_depth} bits"


def header(data: bytes) -> Header:
    """Read the header of a PNG.

    Raises:
        SourceError: when it is not a PNG, or too large for a frame.
    """
    if data[:8] != SIGNATURE or data[12:16] != b"IHDR" or len(data) < 33:
        raise SourceError("not a PNG; masks must be PNG pictures")
    found = Header(*struct.unpack(">IIBB", data[16:26]))
    if not 0 < found.width * found.height <= MOST_PIXELS:
        raise SourceError(f"a PNG of {found.width}x{found.height} pixels, which is not a video frame")
    return found


def decode_png(data: bytes) -> RgbArray:
    """Decode a PNG to RGB, uint8 of shape [height, width, 3]; other colour types are converted.

    Raises:
        SourceError: when it is not a PNG, is broken, or is too large for a frame.
    """
    return np.asarray(open_png(data))


def open_png(data: bytes) -> "Image.Image":
    """Decode a PNG to a Pillow image in mode RGB, which saves a copy when no array is needed.

    Raises:
        SourceError: when it is not a PNG, is broken, or is too large for a frame.
    """
    from PIL import Image

    header(data)
    if b"IEND" not in data:
        raise SourceError("a broken PNG (its end is missing); write it again")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
                image.load()
                return image if image.mode == "RGB" else image.convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, zlib.error, struct.error) as error:
        raise SourceError(f"a broken PNG ({error}); write it again") from error


def encode_png(rgb: NDArray[np.uint8]) -> bytes:
    """Encode a picture as a 3-channel PNG.

    Args:
        rgb: uint8, shape [height, width, 3].

    Raises:
        SourceError: when the array is of another type or shape.
    """
    from isal import isal_zlib

    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or not rgb.size:
        raise SourceError(f"a picture must be uint8 of shape [height, width, 3], not {rgb.dtype} of {rgb.shape}")
    height, width, _ = rgb.shape
    rows = np.ascontiguousarray(rgb).reshape(height, width * 3)
    filtered = np.empty((height, 1 + width * 3), dtype=np.uint8)
    filtered[:, 0] = UP
    filtered[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    size = struct.pack(">IIBBBBB", width, height, 8, RGB, 0, 0, 0)
    body = isal_zlib.compress(filtered, level=1)
    return SIGNATURE + _chunk(b"IHDR", size) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(name)))
