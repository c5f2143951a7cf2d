"""Points, boxes and lines, in pixels from the top left corner."""

from collections.abc import Sequence
from dataclasses import MISSING, dataclass
from typing import TYPE_CHECKING

from labelferry.errors import AnnotationError
from labelferry.types.rules import number
from labelferry.types.strict import Strict, refuse_arguments

__all__ = ["Line", "Point", "Rectangle"]


@dataclass(slots=True)
class Point:
    """A point in pixels from the top left corner."""

    x: float
    y: float

    if not TYPE_CHECKING:  # refuses as Strict does, in one call; checkers see the dataclass's own

        def __init__(self, x=MISSING, y=MISSING, **unknown) -> None:
            if unknown or x is MISSING or y is MISSING:
                refuse_arguments(type(self), unknown, x=x, y=y)
            self.x = x if type(x) is float else number(x)
            self.y = y if type(y) is float else number(y)


@dataclass(slots=True)
class Rectangle:
    """A box between two opposite corners, in any order."""

    start: Point
    end: Point

    if not TYPE_CHECKING:

        def __init__(self, start=MISSING, end=MISSING, **unknown) -> None:
            if unknown or start is MISSING or end is MISSING:
                refuse_arguments(type(self), unknown, start=start, end=end)
            if type(start) is not Point or type(end) is not Point:
                raise AnnotationError("Rectangle: start and end must each be a Point")
            self.start = start
            self.end = end


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
