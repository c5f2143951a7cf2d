"""Points, boxes and lines, in pixels from the top left corner.

A video has points and boxes by the hundred thousand. As dataclasses they kept the garbage collector busy, which
walked them again and again; msgspec's classes are not tracked by it, and these two can be in no cycle.
"""

from collections.abc import Sequence
from dataclasses import MISSING, dataclass
from typing import TYPE_CHECKING

from msgspec import Struct, StructMeta

from labelferry.errors import AnnotationError
from labelferry.types.rules import number
from labelferry.types.strict import Strict, refuse_arguments

__all__ = ["Line", "Point", "Rectangle"]

_make = StructMeta.__call__


class _PointMeta(StructMeta):
    if not TYPE_CHECKING:  # refuses as Strict does, in one call; checkers see the class's own

        def __call__(cls, x=MISSING, y=MISSING, **unknown):  # noqa: N805
            if unknown or x is MISSING or y is MISSING:
                refuse_arguments(cls, unknown, x=x, y=y)
            return _make(cls, x if type(x) is float else number(x), y if type(y) is float else number(y))


class _RectangleMeta(StructMeta):
    if not TYPE_CHECKING:

        def __call__(cls, start=MISSING, end=MISSING, **unknown):  # noqa: N805
            if unknown or start is MISSING or end is MISSING:
                refuse_arguments(cls, unknown, start=start, end=end)
            if type(start) is not Point or type(end) is not Point:
                raise AnnotationError("Rectangle: start and end must each be a Point")
            return _make(cls, start, end)


class Point(Struct, gc=False, metaclass=_PointMeta):
    """A point in pixels from the top left corner."""

    x: float
    y: float


class Rectangle(Struct, gc=False, metaclass=_RectangleMeta):
    """A box between two opposite corners, in any order."""

    start: Point
    end: Point


@dataclass(slots=True)
class Line(Strict):
    """A polyline of two or more points."""

    points: Sequence[Point]

    def __post_init__(self) -> None:
        if (
            not isinstance(self.points, Sequence)
            or len(self.points) < 2
            or not all(type(point) is Point for point in self.points)
        ):
            raise AnnotationError("Line: points must be two or more Point objects")
