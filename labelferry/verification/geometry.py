"""The shape of an exported object, under every member name that is known; and how far two shapes are apart."""

import math
from collections.abc import Callable
from itertools import chain
from typing import Any

from labelferry.verification.content import FrameShape, MaskArea
from labelferry.verification.lenient import ExportObject, mapping, numbers, text
from labelferry.verification.pictures import Pictures

__all__ = ["GEOMETRIES", "distance", "read_shape"]


def read_shape(node: ExportObject, pictures: Pictures) -> tuple[str, FrameShape] | None:
    """Return the geometry and shape of an exported object; None when it has none that can be read.

    Args:
        node: the object.
        pictures: reads a mask's composite.
    """
    for key, (geometry, read) in MEMBERS.items():
        if key in node:
            shape = read(node[key], pictures)
            return None if shape is None else (geometry, shape)
    return None


def _box(value: object, _: Pictures) -> FrameShape | None:
    return numbers(mapping(value), "left", "top", "width", "height")


def _point(value: object, _: Pictures) -> FrameShape | None:
    return numbers(mapping(value), "x", "y")


def _line(value: object, _: Pictures) -> FrameShape | None:
    points = [numbers(mapping(point), "x", "y") for point in value] if isinstance(value, list) else []
    if not points or None in points:
        return None
    return tuple(chain.from_iterable(point for point in points if point))


def _mask(value: object, pictures: Pictures) -> FrameShape | None:
    node = mapping(value)
    url, colour = text(node.get("url")), node.get("color_rgb")
    if url is None or not (colour is None or _is_colour(colour)):
        return None
    return pictures.area_at(url, colour)


def _is_colour(value: object) -> bool:
    return isinstance(value, list) and len(value) == 3 and all(type(each) is int and 0 <= each <= 255 for each in value)


ShapeReader = Callable[[Any, Pictures], FrameShape | None]

MEMBERS: dict[str, tuple[str, ShapeReader]] = {
    "bounding_box": ("bbox", _box),
    "bbox": ("bbox", _box),
    "point": ("point", _point),
    "line": ("line", _line),
    "polyline": ("line", _line),
    "composite_mask": ("mask", _mask),
    "mask": ("mask", _mask),
}
GEOMETRIES = frozenset(MEMBERS)


def distance(one: FrameShape, other: FrameShape) -> float:
    """Return the distance of two shapes of one kind in pixels: the largest difference of any coordinate.

    Masks with the same bounding box differ by their number of pixels, at least 1. Lines of different lengths: infinity.
    """
    if isinstance(one, MaskArea) and isinstance(other, MaskArea):
        return 0.0 if one == other else max(1.0, _far(one.box, other.box) or abs(one.pixels - other.pixels))
    if isinstance(one, MaskArea) or isinstance(other, MaskArea):
        return math.inf
    return _far(one, other)


def _far(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    if len(one) != len(other):
        return math.inf
    return max((abs(a - b) for a, b in zip(one, other, strict=True)), default=0.0)
