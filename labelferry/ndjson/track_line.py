"""A track as an import line: segments of keyframes, each with a box, point or line; written, and read back."""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain, pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from labelferry.model import Classification, Geometry, Track
from labelferry.ndjson.at import At, LineObject
from labelferry.ndjson.feature_keys import FEATURE_KEYS, read_feature, write_feature
from labelferry.ndjson.question_line import NESTED, read_nested, write_nested

__all__ = ["TRACK_KEYS", "read_track", "write_track"]

TRACK_KEYS = FEATURE_KEYS | {"segments", NESTED}
SEGMENT_KEYS = frozenset({"keyframes"})
SHAPES = tuple(geometry.value for geometry in Geometry)
KEYFRAME_KEYS = frozenset({"frame", *SHAPES, NESTED})
BOX = ("left", "top", "width", "height")
POINT = ("x", "y")
NUMBERS = {int, float}

Row = tuple[float, ...]


def write_track(track: Track) -> dict[str, Any]:
    """Return the segments of a track, with their keyframes."""
    line = write_feature(track.feature) | write_nested(track.classifications)
    frames, shapes = track.frames.tolist(), WRITERS[track.geometry](track)
    key = str(track.geometry)
    keyframes: list[dict[str, Any]] = [
        {"frame": frame, key: shape} for frame, shape in zip(frames, shapes, strict=True)
    ]
    for at, asked in track.answers.items():
        keyframes[at] |= write_nested(asked)
    line["segments"] = [{"keyframes": keyframes[start:end]} for start, end in _bounds(track.segment)]
    return line


def read_track(line: LineObject, at: At, uuid: str | None) -> Track:
    """Return the track of a line, segments and keyframes by ascending frame.

    Args:
        line: an object whose keys have been checked.
        at: its place.
        uuid: the line's own id.

    Raises:
        AnnotationError: when a frame is given twice in a segment or segments overlap.
    """
    segments = [_read_segment(item, place) for place, item in (at / "segments").items(line["segments"])]
    segments.sort(key=lambda keyframes: keyframes[0].frame)
    keyframes = list(chain.from_iterable(segments))
    geometry = _geometry(keyframes, at)
    lengths = [len(keyframe.rows) for keyframe in keyframes]
    return Track(
        feature=read_feature(line, at),
        geometry=geometry,
        frames=np.array([keyframe.frame for keyframe in keyframes], dtype=np.int64),
        coords=np.array([row for keyframe in keyframes for row in keyframe.rows], dtype=np.float64),
        segment=np.repeat(np.arange(len(segments)), [len(segment) for segment in segments]),
        where=at.where,
        offsets=np.concatenate(([0], np.cumsum(lengths))) if geometry is Geometry.LINE else None,
        answers={number: keyframe.answers for number, keyframe in enumerate(keyframes) if keyframe.answers},
        classifications=read_nested(line, at),
        uuid=uuid,
    )


def _bounds(segment: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Return where each segment starts and ends in a column that does not descend."""
    if segment[0] == segment[-1]:
        return iter([(0, len(segment))])
    cuts = (np.flatnonzero(segment[1:] != segment[:-1]) + 1).tolist()
    return pairwise([0, *cuts, len(segment)])


def _write_boxes(track: Track) -> list[dict[str, float]]:
    return [
        {"top": top, "left": left, "height": height, "width": width}
        for left, top, width, height in track.coords.tolist()
    ]


def _write_points(track: Track) -> list[dict[str, float]]:
    return [{"x": x, "y": y} for x, y in track.coords.tolist()]


def _write_lines(track: Track) -> list[list[dict[str, float]]]:
    points = _write_points(track)
    ends = [] if track.offsets is None else track.offsets.tolist()
    return [points[start:end] for start, end in pairwise(ends)]


WRITERS: Mapping[Geometry, Callable[[Track], list[Any]]] = {
    Geometry.BOX: _write_boxes,
    Geometry.POINT: _write_points,
    Geometry.LINE: _write_lines,
}


class _Keyframe(NamedTuple):
    frame: int
    shape: str
    rows: list[Row]
    answers: tuple[Classification, ...]


def _geometry(keyframes: list[_Keyframe], at: At) -> Geometry:
    shapes = {keyframe.shape for keyframe in keyframes}
    if len(shapes) > 1:
        raise at.fault(f"{' and '.join(sorted(shapes))} in one track", "write a line for each object")
    return Geometry(shapes.pop())


def _read_segment(value: object, at: At) -> list[_Keyframe]:
    segment = at.mapping(value, SEGMENT_KEYS)
    if not segment:
        raise at.fault("no keyframes", 'write {"keyframes": [...]}')
    return sorted(_read_keyframes(segment["keyframes"], at / "keyframes"), key=lambda keyframe: keyframe.frame)


def _read_keyframes(value: object, at: At) -> Iterator[_Keyframe]:
    for place, item in at.items(value):
        keyframe = place.mapping(item, KEYFRAME_KEYS)
        if "frame" not in keyframe:
            raise place.fault("no frame", "give the frame of the video that it is for")
        shape = place.one_of(keyframe, SHAPES)
        frame = (place / "frame").frame(keyframe["frame"])
        rows = _read_rows(shape, keyframe[shape], place / shape)
        yield _Keyframe(frame, shape, rows, read_nested(keyframe, place))


def _read_rows(shape: str, value: Any, at: At) -> list[Row]:
    if shape == Geometry.LINE:
        return [_read_numbers(item, POINT, place) for place, item in at.items(value)]
    return [_read_numbers(value, BOX if shape == Geometry.BOX else POINT, at)]


def _read_numbers(value: object, keys: tuple[str, ...], at: At) -> Row:
    if isinstance(value, dict) and value.keys() == set(keys) and NUMBERS.issuperset(map(type, value.values())):
        return tuple([value[key] for key in keys])  # the fast path; a wrong one is examined below
    holder = at.mapping(value, frozenset(keys))
    if missing := [key for key in keys if key not in holder]:
        raise at.fault(f"no {', '.join(missing)}", f"give {', '.join(keys)}")
    return tuple([(at / key).number(holder[key]) for key in keys])
