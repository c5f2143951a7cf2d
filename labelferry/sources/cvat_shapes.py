"""The shapes of CVAT: one row of its XML -> coordinates of an object in a frame."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from labelferry.model import Geometry, Where
from labelferry.model.frames import LARGEST
from labelferry.sources.areas import Area, Ellipse, Patch, Polygons
from labelferry.sources.objects import Objects
from labelferry.sources.text import fault

__all__ = ["SHAPES", "ShapeRow"]


@dataclass(slots=True)
class ShapeRow:
    """A shape in a frame, as the file has it."""

    kind: str
    attrs: dict[str, str]
    line: int
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def outside(self) -> bool:
        """Whether the object is not to be seen; converters write it as Python or pandas do."""
        return self.attrs.get("outside", "0").strip().lower() in ("1", "1.0", "true")

    def number(self, name: str, default: str | None = None) -> float:
        """A finite number.

        Raises:
            ValueError: when it is not one.
        """
        value = float(self.attrs[name] if default is None else self.attrs.get(name, default))
        if not math.isfinite(value):
            raise ValueError(f"{name} is {value}")
        return value

    def points(self) -> list[float]:
        """The points as x, y, x, y, ...

        Raises:
            ValueError: when they are none.
        """
        points = [pair.split(",") for pair in self.attrs["points"].split(";") if pair.strip()]
        if not points or any(len(pair) != 2 for pair in points):
            raise ValueError("points are not x,y;x,y")
        values = [float(value) for pair in points for value in pair]
        if not all(map(math.isfinite, values)):
            raise ValueError("points are not finite")
        return values

    def frame(self, file: str) -> int:
        """The frame, counted from 1.

        Raises:
            SourceError: when it is not one.
        """
        said = self.attrs.get("frame", "")
        if not said.isdecimal() or int(said) >= LARGEST:
            raise fault(file, self.line, f"frame {said!r} of a {self.kind} is not a frame", "export it again")
        return int(said) + 1


def _box(objects: Objects, row: ShapeRow, ident: str, label: str, frame: int, where: Where) -> None:
    left, top, right, bottom = (row.number(name) for name in ("xtl", "ytl", "xbr", "ybr"))
    if row.number("rotation", "0") % 360 and not row.outside:
        area = Polygons((_turned(left, top, right, bottom, row.number("rotation")),))
        objects.other("rotated box", ident, label, frame, area, where, row.line)
        return
    _add(objects, row, ident, label, frame, Geometry.BOX, [left, top, right - left, bottom - top], where)


def _turned(left: float, top: float, right: float, bottom: float, degrees: float) -> list[float]:
    """The corners of a box turned clockwise about its centre."""
    cx, cy, turn = (left + right) / 2, (top + bottom) / 2, math.radians(degrees)
    corners = ((left - cx, top - cy), (right - cx, top - cy), (right - cx, bottom - cy), (left - cx, bottom - cy))
    return [
        value
        for x, y in corners
        for value in (cx + x * math.cos(turn) - y * math.sin(turn), cy + x * math.sin(turn) + y * math.cos(turn))
    ]


def _points(objects: Objects, row: ShapeRow, ident: str, label: str, frame: int, where: Where) -> None:
    values = row.points()
    pairs = [values[at : at + 2] for at in range(0, len(values), 2)]
    for number, pair in enumerate(pairs, 1):
        called = ident if len(pairs) == 1 else f"{ident}.{number}"
        _add(objects, row, called, label, frame, Geometry.POINT, pair, where)


def _polyline(objects: Objects, row: ShapeRow, ident: str, label: str, frame: int, where: Where) -> None:
    _add(objects, row, ident, label, frame, Geometry.LINE, row.points(), where)


def _add(
    objects: Objects,
    row: ShapeRow,
    ident: str,
    label: str,
    frame: int,
    geometry: Geometry,
    coords: list[float],
    where: Where,
) -> None:
    item = objects.of(ident, label, geometry, where)
    if row.outside:
        item.hide(frame, row.line)
    else:
        item.add(frame, coords, row.line, row.attributes)


def _polygon(objects: Objects, row: ShapeRow, ident: str, label: str, frame: int, where: Where) -> None:
    _other(objects, row, ident, label, frame, Polygons((row.points(),)), where)


def _ellipse(objects: Objects, row: ShapeRow, ident: str, label: str, frame: int, where: Where) -> None:
    cx, cy, rx, ry = (row.number(name) for name in ("cx", "cy", "rx", "ry"))
    _other(objects, row, ident, label, frame, Ellipse(cx, cy, rx, ry), where)


def _cuboid(objects: Objects, row: ShapeRow, ident: str, label: str, frame: int, where: Where) -> None:
    names = [f"{axis}{side}" for side in ("tl1", "tr1", "br1", "bl1", "tl2", "tr2", "br2", "bl2") for axis in "xy"]
    _other(objects, row, ident, label, frame, Polygons(([row.number(name) for name in names],)), where)


def _other(objects: Objects, row: ShapeRow, ident: str, label: str, frame: int, area: Area, where: Where) -> None:
    if not row.outside:
        objects.other(row.kind, ident, label, frame, area, where, row.line)
    elif objects.policy == "envelope":
        objects.of(ident, label, Geometry.BOX, where).hide(frame, row.line)


def _mask(objects: Objects, row: ShapeRow, ident: str, label: str, frame: int, where: Where) -> None:
    if row.outside:
        return
    counts = np.array([int(value) for value in row.attrs["rle"].split(",")], dtype=np.int64)
    left, top, width, height = (int(row.number(name)) for name in ("left", "top", "width", "height"))
    if (counts < 0).any() or min(left, top, width, height) < 0 or counts.sum() > width * height:
        raise ValueError("the run lengths do not fit the mask")
    objects.area(ident, label, frame, Patch(counts, left, top, width, height), where)


SHAPES: Mapping[str, Callable[[Objects, ShapeRow, str, str, int, Where], None]] = {
    "box": _box,
    "points": _points,
    "polyline": _polyline,
    "polygon": _polygon,
    "ellipse": _ellipse,
    "cuboid": _cuboid,
    "mask": _mask,
    "skeleton": _points,
}
"""By the name of the element; a skeleton's own row only holds its points."""
