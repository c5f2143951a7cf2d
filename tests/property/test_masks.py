"""Mask pictures: PNG there and back, every colour found, palettes of any size."""

import io

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

from labelferry.masks import decode_png, encode_png, palette
from labelferry.masks.colours import distinct
from labelferry.masks.png import RgbArray, header

pictures = array_shapes(min_dims=2, max_dims=2, max_side=9).flatmap(lambda shape: arrays(np.uint8, (*shape, 3)))


@settings(max_examples=40)
@given(pictures)
def test_png_round_trip(picture: RgbArray) -> None:
    png = encode_png(picture)
    assert np.array_equal(decode_png(png), picture)
    with Image.open(io.BytesIO(png)) as image:
        image.load()
        assert image.mode == "RGB"
        assert np.array_equal(np.asarray(image), picture)
    assert header(png).is_rgb


@settings(max_examples=40)
@given(pictures)
def test_distinct_finds_every_colour(picture: RgbArray) -> None:
    assert distinct(picture) == sorted({tuple(pixel) for pixel in picture.reshape(-1, 3).tolist()})


@settings(max_examples=40)
@given(st.integers(0, 6000))
def test_palettes_are_different_colours_and_grow(count: int) -> None:
    colours = palette(count)
    assert len(set(colours)) == count
    assert (0, 0, 0) not in colours
    assert palette(min(count, 3)) == colours[:3]
