"""A composite mask -> the colours of its instances.

The guide uses a function ``extract_rgb_colors_from_url`` that it never defines; this is one.
https://docs.labelbox.com/reference/import-video-annotations
"""

from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from labelferry.errors import SourceError
from labelferry.masks.png import RgbArray, open_png
from labelferry.model.masks import Colour
from labelferry.proxies import refuse_unusable_proxies
from labelferry.regular import open_regular

if TYPE_CHECKING:
    import httpx

__all__ = ["BACKGROUND", "distinct", "distinct_png", "extract_rgb_colors", "extract_rgb_colors_from_url", "fetch"]

BACKGROUND: Colour = (0, 0, 0)
SECONDS = 30.0
FEW = 256
"""Number of colours up to which Pillow counts faster than numpy sorts."""


def extract_rgb_colors(image: bytes | Path | str | RgbArray, *, client: "httpx.Client | None" = None) -> list[Colour]:
    """Return the colours of a mask in ascending order, without the black background.

    Args:
        image: a PNG as bytes, as a file, or behind an http(s) URL; or its pixels, uint8 [height, width, 3].
        client: the httpx client to fetch with; one with a time-out of 30 s unless given.

    Raises:
        SourceError: when it cannot be read, fetched or decoded.
    """
    if isinstance(image, np.ndarray):
        found = distinct(image)
    elif isinstance(image, bytes):
        found = distinct_png(image)
    else:
        found = _from_place(image, client)
    return [colour for colour in found if colour != BACKGROUND]


extract_rgb_colors_from_url = extract_rgb_colors
"""The guide's name for it."""


def distinct(rgb: RgbArray) -> list[Colour]:
    """Return all colours of a picture in ascending order, black included.

    Args:
        rgb: uint8, shape [height, width, 3].
    """
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or not rgb.size:
        raise SourceError(f"a mask must be uint8 of shape [height, width, 3], not {rgb.dtype} of {rgb.shape}")
    # A mask has flat areas: only rows that differ from the one above, and in them only run starts, have new colours.
    rows = rgb.reshape(len(rgb), -1)
    fresh = np.concatenate(([True], (rows[1:] != rows[:-1]).any(axis=1)))
    flat = rgb[fresh].reshape(-1, 3)
    packed = flat[:, 0].astype(np.uint32) << 16
    packed |= flat[:, 1].astype(np.uint32) << 8
    packed |= flat[:, 2]
    starts = np.concatenate((packed[:1], packed[1:][packed[1:] != packed[:-1]]))
    return [(int(one) >> 16, int(one) >> 8 & 255, int(one) & 255) for one in np.unique(starts)]


def distinct_png(data: bytes) -> list[Colour]:
    """Return all colours of a PNG in ascending order, black included.

    Raises:
        SourceError: when it is not a PNG, or is broken.
    """
    image = open_png(data)
    counted = image.getcolors(FEW)
    return distinct(np.asarray(image)) if counted is None else sorted(cast("Colour", colour) for _, colour in counted)


def fetch(url: str, client: "httpx.Client | None" = None) -> bytes:
    """Download a picture.

    Raises:
        SourceError: when the answer is not 200.
        SpecError: when the environment's proxies or certificates cannot be used.
    """
    import httpx

    if client is None:
        refuse_unusable_proxies()
    try:
        get = client.get if client else httpx.get
        answer = get(url, timeout=SECONDS, follow_redirects=True)
        answer.raise_for_status()
    except httpx.HTTPStatusError as error:
        code = error.response.status_code
        raise SourceError(f"{url}: the server answered {code}; check the URL and its access rights") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SourceError(f"{url}: cannot be fetched ({error}); check the URL and the network") from error
    return answer.content


def _from_place(image: Path | str, client: "httpx.Client | None") -> list[Colour]:
    source = str(image)
    data = fetch(source, client) if source.lower().startswith(("http://", "https://")) else _file(Path(image))
    try:
        return distinct_png(data)
    except SourceError as error:
        raise SourceError(f"{source}: {error}") from error


def _file(path: Path) -> bytes:
    try:
        with open_regular(path) as file:
            return file.read()
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror}); give the path of a PNG file") from error
