"""Points, boxes and lines, in pixels from the top left corner."""

from collections.abc import Sequence
from dataclasses import dataclass

from labelferry.errors import AnnotationError
from labelferry.types.rules import number
from labelferry.types.strict import Strict

__all__ = ["Line", "Point", "Rectangle"]


@dataclass(slots=True)
class Point(Strict):
    """A point in pixels from the top left corner."""

    x: float
    y: float

    def __post_init__(self) -> None:
        if type(self.x) is not float or type(self.y) is not float:
            self.x, self.y = number(self.x), number(self.y)


@dataclass(slots=True)
class Rectangle(Strict):
    """A box between two opposite corners, in any order."""

    start: Point
    end: Point

    def __post_init__(self) -> None:
        if type(self.start) is not Point or type(self.end) is not Point:
            raise AnnotationError("Rectangle: start and end must each be a Point")


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
