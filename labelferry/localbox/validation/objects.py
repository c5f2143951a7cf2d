"""Rules for tracked objects: segments of keyframes, each with one geometry of the tool's kind."""

import math
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain, pairwise
from typing import Any

from labelferry.localbox.validation.classifications import Place, nested_faults
from labelferry.localbox.validation.features import Feature

GEOMETRIES = {"rectangle": "bbox", "point": "point", "line": "line"}
SHAPES = ("bbox", "point", "line", "polygon", "mask")
NUMBERS = frozenset({int, float})  # by type, so that true is not a number; this runs four times per keyframe


def faults(node: dict[str, Any], tool: Feature, frame_count: int) -> Iterator[str]:
    """Yield what is wrong with the segments of one track."""
    geometry = GEOMETRIES.get(tool.kind)
    segments = node["segments"]
    if geometry is None:
        yield f"'{tool.name}' is a {tool.kind}: it takes no segments"
    elif not isinstance(segments, list) or not segments:
        yield f"'{tool.name}' has no segments"
    else:
        problems = [each for segment in segments for each in _segment_faults(segment, tool, geometry, frame_count)]
        yield from problems or _order_faults(segments, tool)
        yield from nested_faults(node.get("classifications"), tool.children, Place(nested=True))


def _segment_faults(segment: object, tool: Feature, geometry: str, frame_count: int) -> Iterator[str]:
    keyframes = segment.get("keyframes") if isinstance(segment, dict) else None
    if not isinstance(keyframes, list) or not keyframes:
        yield f"'{tool.name}' has a segment without keyframes"
        return
    for keyframe in keyframes:
        yield from _keyframe_faults(keyframe, tool, geometry, frame_count)


def _keyframe_faults(keyframe: object, tool: Feature, geometry: str, frame_count: int) -> Iterator[str]:
    if not isinstance(keyframe, dict):
        yield f"'{tool.name}' has a keyframe that is not an object"
        return
    frame = keyframe.get("frame")
    yield from frame_faults(frame, frame_count)
    shapes = [shape for shape in SHAPES if shape in keyframe]
    if shapes != [geometry]:
        yield f"'{tool.name}' is a {tool.kind}: frame {frame} needs {geometry}, not {', '.join(shapes) or 'nothing'}"
    elif not CHECKS[geometry](keyframe[geometry]):
        yield f"'{tool.name}' has a {geometry} at frame {frame} that does not consist of finite numbers"
    yield from nested_faults(keyframe.get("classifications"), tool.children, Place(nested=True))


def frame_faults(frame: object, frame_count: int) -> Iterator[str]:
    """Yield what is wrong with the number of a single frame."""
    if not isinstance(frame, int) or isinstance(frame, bool):
        yield f"A frame must be a whole number, not {frame!r}"
    elif frame < 1:
        yield f"Frame {frame} is before the first frame, 1"
    elif frame > frame_count:
        yield f"Frame {frame} is beyond the last frame, {frame_count}"


def _order_faults(segments: list[dict[str, Any]], tool: Feature) -> Iterator[str]:
    frames = [[keyframe["frame"] for keyframe in segment["keyframes"]] for segment in segments]
    times = Counter(chain.from_iterable(frames))
    if twice := [frame for frame in times if times[frame] > 1]:
        yield f"'{tool.name}' has more than one keyframe at frame {min(twice)}"
        return
    ranges = sorted((min(segment), max(segment)) for segment in frames)
    overlaps = (start for (_, end), (start, _) in pairwise(ranges) if start <= end)
    if (first := next(overlaps, None)) is not None:
        yield f"'{tool.name}' has segments that overlap at frame {first}"


def _finite(value: object) -> bool:
    return type(value) in NUMBERS and math.isfinite(value)  # type: ignore[arg-type]


def _is_box(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    get: Any = value.get
    top, left, height, width = get("top"), get("left"), get("height"), get("width")
    if not (_finite(top) and _finite(left) and _finite(height) and _finite(width)):
        return False
    return bool(height >= 0 and width >= 0)


def _is_point(value: object) -> bool:
    return isinstance(value, dict) and _finite(value.get("x")) and _finite(value.get("y"))


def _is_line(value: object) -> bool:
    return isinstance(value, list) and len(value) >= 2 and all(_is_point(each) for each in value)


CHECKS: dict[str, Callable[[object], bool]] = {"bbox": _is_box, "point": _is_point, "line": _is_line}
