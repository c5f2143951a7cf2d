"""The regions of VIA, versions 2 and 3 -> shapes of objects, their classes, tracks and answers.

Version 2 names a shape and its numbers (``{"name": "rect", "x": ...}``); version 3 lists a number for the shape, then
its coordinates. Facts: https://gitlab.com/vgg/via (``via-2.x.y/via.js``, ``via-3.x.y/src/js/_via_region.js``).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from labelferry.model import Geometry, Where
from labelferry.sources.areas import Area, Ellipse, Polygons
from labelferry.sources.documents import Node
from labelferry.sources.objects import Objects

__all__ = ["ViaRegion", "region_of", "region_of_version_3"]

TRACKS = ("track", "track_id", "trackid", "id", "object_id", "tid")
CLASSES = ("class", "label", "type", "name", "category")
LIST_NAMES = {1: "point", 2: "rect", 3: "circle", 4: "ellipse", 5: "polyline", 6: "polyline", 7: "polygon", 8: "rect",
              9: "circle"}  # fmt: skip
"""What version 3 calls a shape by its number; 8 and 9 are drawn by their extreme points, and stored like others."""


@dataclass(frozen=True, slots=True)
class ViaRegion:
    """A region: the name of its shape in version 2's words, and its coordinates."""

    kind: str
    numbers: list[float]

    def add(
        self, objects: Objects, said: Mapping[str, str], frame: int, default: tuple[str, str], where: Where
    ) -> None:
        """Take the region in a frame.

        Args:
            objects: of its video.
            said: its attributes, by name.
            frame: counted from 1.
            default: its class and its track when no attribute says them.
            where: it is.
        """
        named, called, line = _first(said, CLASSES), _first(said, TRACKS), where.line or 0
        label, ident = (said.get(name or "", other) for name, other in zip((named, called), default, strict=True))
        if objects.named(label) is None:
            return
        if self.kind in HELD:
            more = {name: value for name, value in said.items() if name not in (named, called)}
            objects.of(ident, label, HELD[self.kind], where).add(frame, self.numbers, line, more)
        else:
            objects.other(self.kind or "region", ident, label, frame, self._area(), where, line)

    def _area(self) -> Area:
        if self.kind in ("circle", "ellipse") and len(self.numbers) >= 3:
            cx, cy, rx = self.numbers[:3]
            return Ellipse(cx, cy, rx, self.numbers[3] if len(self.numbers) > 3 else rx)
        return Polygons((self.numbers[: len(self.numbers) // 2 * 2] or [0.0] * 6,))


HELD = {"rect": Geometry.BOX, "point": Geometry.POINT, "polyline": Geometry.LINE}
"""The shapes that a tool can hold."""


def _first(said: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    lower = {name.strip().lower(): name for name in said}
    return next((lower[name] for name in names if name in lower), None)


def region_of(shape: Node) -> ViaRegion:
    """Return a region as version 2 has it."""
    kind = shape.get("name").text()
    return ViaRegion(kind, NUMBERS[kind](shape) if kind in NUMBERS else [])


def region_of_version_3(shape: Node) -> ViaRegion:
    """Return a region as version 3 has it: the number of its shape, then its coordinates."""
    number, *numbers = shape.numbers()
    kind = LIST_NAMES.get(int(number), "")
    if kind in COUNTS and len(numbers) != COUNTS[kind]:
        raise shape.fault(f"{len(numbers)} coordinates of a {kind}")
    return ViaRegion(kind, numbers)


COUNTS = {"rect": 4, "point": 2}


def _points(shape: Node) -> list[float]:
    xs, ys = (shape.get(name).numbers() for name in ("all_points_x", "all_points_y"))
    return [value for pair in zip(xs, ys, strict=False) for value in pair]


def _of(*names: tuple[str, ...]) -> Callable[[Node], list[float]]:
    return lambda shape: [shape.first(*each).number() for each in names]


NUMBERS: Mapping[str, Callable[[Node], list[float]]] = {
    "rect": _of(("x",), ("y",), ("width",), ("height",)),
    "point": _of(("cx",), ("cy",)),
    "circle": _of(("cx",), ("cy",), ("r", "rx")),
    "ellipse": _of(("cx",), ("cy",), ("rx",), ("ry",)),
    "polyline": _points,
    "polygon": _points,
}
"""The numbers of each shape of version 2."""
