"""A line of segments -> Track: keyframes of boxes, points or lines, put into the order of their frames."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from labelferry.model import Classification, Geometry, Track
from labelferry.sources.ndjson.answers import classifications
from labelferry.sources.ndjson.at import At, Json

__all__ = ["TRACK_KEYS", "track"]

TRACK_KEYS = frozenset({"name", "schemaId", "segments", "classifications"})
KEYFRAME_KEYS = frozenset({"frame", "bbox", "point", "line", "classifications"})
SHAPES = tuple(geometry.value for geometry in Geometry)
BOX = ("left", "top", "width", "height")
POINT = ("x", "y")
NUMBERS = {int, float}

Row = tuple[float, ...]


class _Keyframe(NamedTuple):
    frame: int
    shape: str
    rows: list[Row]
    answers: tuple[Classification, ...]


def track(line: Json, at: At, uuid: str | None) -> Track:
    """The track of a line, segments and keyframes by ascending frame.

    Raises:
        AnnotationError: when a frame is given twice in a segment or segments overlap.
    """
    segments = [_segment(item, place) for place, item in (at / "segments").items(line["segments"])]
    segments.sort(key=lambda keyframes: keyframes[0].frame)
    keyframes = [keyframe for segment in segments for keyframe in segment]
    geometry = _geometry(keyframes, at)
    lengths = [len(keyframe.rows) for keyframe in keyframes]
    return Track(
        feature=at.feature(line),
        geometry=geometry,
        frames=np.array([keyframe.frame for keyframe in keyframes], dtype=np.int64),
        coords=np.array([row for keyframe in keyframes for row in keyframe.rows], dtype=np.float64),
        segment=np.repeat(np.arange(len(segments)), [len(segment) for segment in segments]),
        where=at.where,
        offsets=np.concatenate(([0], np.cumsum(lengths))) if geometry is Geometry.LINE else None,
        answers={number: keyframe.answers for number, keyframe in enumerate(keyframes) if keyframe.answers},
        classifications=classifications(line, at),
        uuid=uuid,
    )


def _geometry(keyframes: list[_Keyframe], at: At) -> Geometry:
    shapes = {keyframe.shape for keyframe in keyframes}
    if len(shapes) > 1:
        raise at.fault(f"{' and '.join(sorted(shapes))} in one track", "write a line for each object")
    return Geometry(shapes.pop())


def _segment(value: object, at: At) -> list[_Keyframe]:
    segment = at.mapping(value, {"keyframes"})
    if not segment:
        raise at.fault("no keyframes", 'write {"keyframes": [...]}')
    return sorted(_keyframes(segment["keyframes"], at / "keyframes"), key=lambda keyframe: keyframe.frame)


def _keyframes(value: object, at: At) -> Iterator[_Keyframe]:
    for place, item in at.items(value):
        keyframe = place.mapping(item, KEYFRAME_KEYS)
        if "frame" not in keyframe:
            raise place.fault("no frame", "say which frame of the video it is for")
        shape = place.one_of(keyframe, SHAPES)
        frame = (place / "frame").frame(keyframe["frame"])
        rows = list(_rows(shape, keyframe[shape], place / shape))
        yield _Keyframe(frame, shape, rows, classifications(keyframe, place))


def _rows(shape: str, value: Any, at: At) -> Iterator[Row]:
    if shape == Geometry.LINE:
        yield from (_numbers(item, POINT, place) for place, item in at.items(value))
    else:
        yield _numbers(value, BOX if shape == Geometry.BOX else POINT, at)


def _numbers(value: object, keys: tuple[str, ...], at: At) -> Row:
    if isinstance(value, dict) and value.keys() == set(keys) and NUMBERS.issuperset(map(type, value.values())):
        return tuple([value[key] for key in keys])  # the many right ones; a wrong one is looked at below
    holder = at.mapping(value, frozenset(keys))
    if missing := [key for key in keys if key not in holder]:
        raise at.fault(f"no {', '.join(missing)}", f"give {', '.join(keys)}")
    return tuple([(at / key).number(holder[key]) for key in keys])
