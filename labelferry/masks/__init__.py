"""Mask pictures: the colours in them, composites drawn from single masks, PNG bytes."""

from labelferry.masks.colours import extract_rgb_colors, extract_rgb_colors_from_url
from labelferry.masks.compose import compose_masks, palette
from labelferry.masks.png import decode_png, encode_png

__all__ = [
    "compose_masks",
    "decode_png",
    "encode_png",
    "extract_rgb_colors",
    "extract_rgb_colors_from_url",
    "palette",
]
