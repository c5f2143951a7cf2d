"""Pictures behind URLs: read, or not, and the area of a colour in them."""

import numpy as np
import pytest

from labelferry.masks import encode_png
from labelferry.verification import Pictures
from labelferry.verification.content import FrameShape, MaskArea
from labelferry.verification.geometry import distance
from labelferry.verification.pictures import area_of, pixels_of

RED, BLUE = (255, 0, 0), (0, 0, 255)
PICTURE = np.zeros((6, 8, 3), np.uint8)
PICTURE[1:3, 2:7] = RED
PICTURE[4, 5] = BLUE
PNG = encode_png(PICTURE)


def test_a_picture_is_read() -> None:
    pictures = Pictures({"https://x/1.png": PNG, "https://x/page": b"<html>"}.get)
    found = pictures.pixels_at("https://x/1.png")
    assert found is not None
    assert (found.shape, found[1, 2], found[4, 5], found[0, 0]) == ((6, 8), 0xFF0000, 0xFF, 0)
    for url in ("https://x/page", "https://x/none.png"):
        assert pictures.pixels_at(url) is None
        assert pictures.area_at(url, RED) is None
    assert pictures.area_at("https://x/1.png", RED) == area_of(found, RED)


def test_nothing_is_read_unless_told_how() -> None:
    assert (Pictures().pixels_at("u"), Pictures().area_at("u", RED)) == (None, None)


@pytest.mark.parametrize(
    ("colour", "box", "count"),
    [
        (RED, (2, 1, 5, 2), 10),
        (BLUE, (5, 4, 1, 1), 1),
        (None, (2, 1, 5, 4), 11),
        ((1, 2, 3), (0, 0, 0, 0), 0),
    ],
)
def test_the_area_of_a_colour(colour: tuple[int, int, int] | None, box: tuple[int, ...], count: int) -> None:
    picture = pixels_of(PNG)
    assert picture is not None
    found = area_of(picture, colour)
    assert (found.box, found.pixels) == (box, count)


HERE, THERE = (2.0, 1.0, 5.0, 2.0), (2.0, 3.5, 5.0, 2.0)
APART: dict[str, tuple[FrameShape, FrameShape, float]] = {
    "one mask": (MaskArea(HERE, 10, b"a"), MaskArea(HERE, 10, b"a"), 0),
    "as many other pixels": (MaskArea(HERE, 10, b"a"), MaskArea(HERE, 10, b"b"), 1),
    "more pixels": (MaskArea(HERE, 10, b"a"), MaskArea(HERE, 13, b"b"), 3),
    "another place": (MaskArea(HERE, 10, b"a"), MaskArea(THERE, 10, b"a"), 2.5),
    "a mask and a box": (MaskArea(HERE, 10, b"a"), HERE, float("inf")),
    "boxes": (HERE, THERE, 2.5),
    "lines of unlike length": ((1.0, 1.0, 2.0, 2.0), (1.0, 1.0), float("inf")),
}


@pytest.mark.parametrize(("one", "other", "apart"), APART.values(), ids=APART)
def test_how_far_two_shapes_are_apart(one: FrameShape, other: FrameShape, apart: float) -> None:
    assert (distance(one, other), distance(other, one)) == (apart, apart)
