"""Classes with counts, as plain values -> a line of text each, so that a class that was mistyped is seen."""

from collections.abc import Iterable, Mapping
from typing import Any

from labelferry.desired.classes import ClassCount
from labelferry.listing import counted

__all__ = ["class_lines"]


def class_lines(classes: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return a line for each class: its name, kind and counts."""
    return [_line(ClassCount(**each)) for each in classes]


def _line(each: ClassCount) -> str:
    keyframes = f", {counted(each.keyframes, 'keyframe')}" if each.keyframes else ""
    return f"{each.name} ({each.kind}): {counted(each.lines, 'line')}{keyframes} in {counted(each.videos, 'video')}"
