"""Untrusted JSON: values of the wrong type count as absent."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from labelferry.model.frames import Span

__all__ = ["ExportObject", "frame_of", "mapping", "numbers", "objects", "span_of", "spans_in", "text"]

ExportObject = Mapping[str, Any]


def mapping(value: object) -> ExportObject:
    """Return the object, or an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> list[ExportObject]:
    """Return the objects of a list; a single one counts as a list of one."""
    if isinstance(value, list):
        return [each for each in value if isinstance(each, dict)]
    return [value] if isinstance(value, dict) else []


def text(value: object) -> str | None:
    """Return the text, None for anything else."""
    return value if isinstance(value, str) else None


def frame_of(value: object) -> int | None:
    """Return the frame number, which may be text like the keys of an object; None for anything else."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 10:
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def numbers(value: ExportObject, *keys: str) -> tuple[float, ...] | None:
    """Return the finite numbers under all of the keys, or None."""
    found = [value.get(key) for key in keys]
    if not all(type(number) in (int, float) and math.isfinite(number or 0) for number in found):
        return None
    return tuple(float(number) for number in found if number is not None)


def spans_in(value: object) -> tuple[Span, ...]:
    """Return the ranges of a list of ``[start, end]`` or ``{"start", "end"}``."""
    return tuple(_spans(value))


def _spans(value: object) -> Iterator[Span]:
    for each in value if isinstance(value, list) else ():
        span = span_of(each)
        if span is not None:
            yield span


def span_of(value: object) -> Span | None:
    """Return one range, or None."""
    pair = [value.get("start"), value.get("end")] if isinstance(value, dict) else value
    if not isinstance(pair, list) or len(pair) != 2:
        return None
    start, end = frame_of(pair[0]), frame_of(pair[1])
    return None if start is None or end is None or start > end else Span(start, end)
