"""Classes with counts, as plain values -> a line of text each, so that a class that was mistyped is seen."""

from collections.abc import Iterable, Mapping
from typing import Any

from labelferry.listing import counted

__all__ = ["class_lines"]


def class_lines(classes: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return a line for each class: its name, kind and counts."""
    return [
        f"{each['name']} ({each['kind']}): {counted(each['lines'], 'line')}"
        + (f", {counted(each['keyframes'], 'keyframe')}" if each["keyframes"] else "")
        + f" in {counted(each['videos'], 'video')}"
        for each in classes
    ]
