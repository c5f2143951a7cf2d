"""Objects at single frames -> tracks, as columns.

Objects of one name in one Label are one track unless ``instance`` or ``extra={"uuid": ...}`` tells them apart. Frames
with ``keyframe=False`` only say that Labelbox interpolates there; content that only they have would be lost, so it is
an error.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, groupby
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from labelferry.assemble.answers import feature_of, sub_classifications, uuid_of
from labelferry.assemble.keyframes import check_left_out
from labelferry.assemble.segments import segment_numbers
from labelferry.errors import AnnotationError
from labelferry.model import Geometry, Track, Where
from labelferry.model.tracks import Coords
from labelferry.types import Line, Point, Rectangle, VideoObjectAnnotation

__all__ = ["tracks"]

TrackGroup = Sequence[VideoObjectAnnotation]
# A video has keyframes by the hundred thousand: what all of them must be asked is asked in C.
IDENTITY = attrgetter("feature_schema_id", "name", "instance", "extra")
VALUE, FRAME, SEGMENT = attrgetter("value"), attrgetter("frame"), attrgetter("segment_index")
CLASSIFICATIONS = attrgetter("classifications")
CORNERS = attrgetter("value.start.x", "value.start.y", "value.end.x", "value.end.y")
GEOMETRY = {Rectangle: Geometry.BOX, Point: Geometry.POINT, Line: Geometry.LINE}


def tracks(annotations: TrackGroup, where: Where) -> Iterator[Track]:
    """Return one track for each name and instance, in order of appearance.

    Raises:
        AnnotationError: when a track cannot be written without loss.
    """
    groups: dict[tuple[str, str | int | None, str | None], list[VideoObjectAnnotation]] = {}
    for (schema_id, name, instance, extra), alike in groupby(annotations, IDENTITY):
        found = list(alike)
        key = schema_id or name or "", instance, uuid_of(found[0]) if extra else None
        groups.setdefault(key, []).extend(found)
    for group in groups.values():
        yield _track(group, where)


def _track(group: TrackGroup, where: Where) -> Track:
    first = group[0]
    feature, kind = feature_of(first), type(first.value)
    what = f"{where}: '{feature}'"
    _refuse_mixed(group, kind, what)
    frames = np.fromiter(map(FRAME, group), dtype=np.int64, count=len(group))
    segments = segment_numbers(frames, list(map(SEGMENT, group)), what)
    order = np.lexsort((frames, segments))
    kept = check_left_out(group, order, segments, what)
    rows = [group[at] for at in kept]
    coords, offsets = _columns(rows, kind)
    return Track(
        feature=feature,
        geometry=GEOMETRY[kind],
        frames=frames[kept],
        coords=coords,
        segment=segments[kept],
        offsets=offsets,
        where=where,
        answers={at: sub_classifications(given, where) for at, given in enumerate(map(CLASSIFICATIONS, rows)) if given},
        instance=None if first.instance is None else str(first.instance),
        uuid=uuid_of(first),
    )


def _refuse_mixed(group: TrackGroup, kind: type, what: str) -> None:
    if set(map(type, map(VALUE, group))) == {kind}:
        return
    for annotation in group:
        if type(annotation.value) is not kind:
            raise AnnotationError(
                f"{what}: a {kind.__name__} and, at frame {annotation.frame}, a {type(annotation.value).__name__} "
                "under one name; each tool has one shape"
            )


def _columns(rows: TrackGroup, kind: type) -> tuple[Coords, NDArray[np.int64] | None]:
    if kind is Rectangle:
        return _boxes(rows), None
    if kind is Point:
        return _matrix(((row.value.x, row.value.y) for row in rows), 2), None  # type: ignore[union-attr]
    lengths = [len(row.value.points) for row in rows]  # type: ignore[union-attr]
    points = ((point.x, point.y) for row in rows for point in row.value.points)  # type: ignore[union-attr]
    return _matrix(points, 2), np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)


def _boxes(rows: TrackGroup) -> Coords:
    """Return left, top, width, height of corners in any order."""
    corners = _matrix(map(CORNERS, rows), 4)
    low, high = np.minimum(corners[:, :2], corners[:, 2:]), np.maximum(corners[:, :2], corners[:, 2:])
    with np.errstate(invalid="ignore"):  # infinite corners become NaN here, and the track refuses them by name
        return np.hstack((low, high - low))


def _matrix(rows: Iterator[tuple[float, ...]], width: int) -> Coords:
    return np.fromiter(chain.from_iterable(rows), dtype=np.float64).reshape(-1, width)
