"""A track as an import line: segments of keyframes, each with a box, point or line; written, and read back."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain, groupby, repeat
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import orjson

from labelferry.model import Classification, Geometry, Track
from labelferry.ndjson.at import At, LineObject
from labelferry.ndjson.feature_keys import FEATURE_KEYS, read_feature, write_feature
from labelferry.ndjson.keyframe_text import run_texts
from labelferry.ndjson.question_line import NESTED, read_nested, write_nested

__all__ = ["TRACK_KEYS", "read_track", "write_tracks"]

TRACK_KEYS = FEATURE_KEYS | {"segments", NESTED}
SEGMENT_KEYS = frozenset({"keyframes"})
SHAPES = tuple(geometry.value for geometry in Geometry)
KEYFRAME_KEYS = frozenset({"frame", *SHAPES, NESTED})
BOX = ("left", "top", "width", "height")
POINT = ("x", "y")
NUMBERS = {int, float}

Row = tuple[float, ...]


def write_tracks(tracks: Iterable[Track]) -> Iterator[dict[str, Any]]:
    """Yield the segments of each track, with their keyframes."""
    for _, grouped in groupby(tracks, key=attrgetter("geometry")):
        group = list(grouped)
        ends = [_run_ends(track) for track in group]
        starts = accumulate(map(len, group), initial=0)
        texts = run_texts(group, [start + end for start, own in zip(starts, ends, strict=False) for end in own])
        yield from map(_write_track, group, ends, repeat(texts))


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


def _run_ends(track: Track) -> list[int]:
    """Return the last keyframe of each run: of keyframes in one segment of which only the last may have answers."""
    one = track.segment[0] == track.segment[-1]
    hops = () if one else np.flatnonzero(track.segment[1:] != track.segment[:-1]).tolist()
    return sorted({*hops, *track.answers, len(track) - 1})


def _write_track(track: Track, ends: list[int], texts: Iterator[bytes]) -> dict[str, Any]:
    line = write_feature(track.feature) | write_nested(track.classifications)
    segments = groupby(ends, key=track.segment.__getitem__)
    line["segments"] = [
        {"keyframes": [_write_run(next(texts), track.answers.get(end, ())) for end in run]} for _, run in segments
    ]
    return line


def _write_run(text: bytes, asked: Sequence[Classification]) -> dict[str, Any]:
    """Return a run as if it were one keyframe: the text holds all others, and what follows it is the last one's."""
    return {"frame": orjson.Fragment(text)} | write_nested(asked)


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
