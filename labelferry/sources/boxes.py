"""Rows of boxes in any order -> tracks: sorted once, cut at every track and gap, no Python per row."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labelferry.errors import SourceError
from labelferry.model import Feature, Geometry, Track, Where
from labelferry.model.findings import FindingHandler
from labelferry.model.frames import Frames
from labelferry.model.input_rules import ReaderRule
from labelferry.model.places import Places
from labelferry.model.tracks import Coords
from labelferry.sources.text import fault

__all__ = [
    "Boxes",
    "CodeColumn",
    "anonymous",
    "apart",
    "identified",
    "note_unidentified",
    "tracks_by_video",
    "tracks_of",
    "unidentified",
]

CodeColumn = NDArray[np.int64]
WIDTHS = {Geometry.BOX: 4, Geometry.POINT: 2}


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """Boxes, one per row, as columns of shape [n] in the order of the files.

    Args:
        places: file and line of each row.
        frames: frame numbers counted from 1.
        coords: left, top, width, height in pixels, shape [n, 4].
        tracks: position of the row's track in ``names``.
        names: what the source calls each track.
        classes: position of the row's class in ``features``.
        features: the tools.
        segments: segment of each row when the source says so; None: see ``bridge``.
        bridge: True makes one segment of a track, over all gaps; False closes the segment at every missing frame.
        geometry: boxes, or points, of which only left and top count.
    """

    places: Places
    frames: Frames
    coords: Coords
    tracks: CodeColumn
    names: Sequence[str]
    classes: CodeColumn
    features: Sequence[Feature]
    segments: CodeColumn | None = None
    bridge: bool = False
    geometry: Geometry = Geometry.BOX

    def __len__(self) -> int:
        return len(self.frames)

    def take(self, rows: NDArray[np.int64]) -> "Boxes":
        """Return the same columns at these rows."""
        return Boxes(
            self.places[rows],
            self.frames[rows],
            self.coords[rows],
            self.tracks[rows],
            self.names,
            self.classes[rows],
            self.features,
            None if self.segments is None else self.segments[rows],
            self.bridge,
            self.geometry,
        )


def anonymous(frames: Frames, videos: CodeColumn | None = None) -> tuple[CodeColumn, list[str]]:
    """Return a track for each box of a source without identities.

    Args:
        frames: frame of each box, shape [n].
        videos: video of each box, shape [n], if there are several.

    Returns:
        Track codes, shape [n], and names made of the frame and the place in it, so that they stay the same when boxes
        of other frames are added or removed.
    """
    rows = np.arange(len(frames))
    if not len(rows):
        return rows, []
    groups = np.zeros(len(rows), dtype=np.int64) if videos is None else videos
    order = np.lexsort((frames, groups))
    new = (np.diff(frames[order]) != 0) | (np.diff(groups[order]) != 0)
    starts = np.concatenate(([0], np.flatnonzero(new) + 1))
    places = np.empty(len(rows), dtype=np.int64)
    places[order] = rows - np.repeat(starts, np.diff(np.append(starts, len(rows)))) + 1
    return rows, [f"box {frame}.{at}" for frame, at in zip(frames.tolist(), places.tolist(), strict=True)]


def identified(
    ids: CodeColumn, frames: Frames, where: Where, note: FindingHandler, videos: CodeColumn | None = None
) -> tuple[CodeColumn, list[str]]:
    """Tracks of ids that are numbers; a negative one is no identity, so that its box becomes a track of its own.

    Args:
        ids: id of each box, shape [n].
        frames: frame of each box, shape [n].
        where: the boxes come from.
        note: takes a warning about boxes without identity.
        videos: video of each box, shape [n], when there are several.

    Returns:
        Track codes, shape [n], and names.
    """
    distinct, codes = np.unique(ids, return_inverse=True)
    names = [str(value) for value in distinct.tolist()]
    return unidentified(codes, names, np.flatnonzero(ids < 0), frames, where, note, videos)


def unidentified(
    codes: CodeColumn,
    names: list[str],
    alone: CodeColumn,
    frames: Frames,
    where: Where,
    note: FindingHandler,
    videos: CodeColumn | None = None,
) -> tuple[CodeColumn, list[str]]:
    """The same tracks, but each of the boxes ``alone`` one of its own, with a warning."""
    if not alone.size:
        return codes, names
    note_unidentified(alone.size, dict.fromkeys(names[code] for code in codes[alone].tolist()), where, note)
    return apart(codes, names, alone, frames, videos)


def note_unidentified(count: int, ids: Iterable[str], where: Where, note: FindingHandler) -> None:
    """Say which ids are none."""
    note(ReaderRule.IDENTITY_MISSING.at(where, count=count, ids=", ".join(name or "empty" for name in ids)))


def apart(
    codes: CodeColumn, names: list[str], alone: CodeColumn, frames: Frames, videos: CodeColumn | None = None
) -> tuple[CodeColumn, list[str]]:
    """The same tracks, but each of the boxes ``alone`` one of its own."""
    if not alone.size:
        return codes, names
    own, own_names = anonymous(frames[alone], None if videos is None else videos[alone])
    codes = codes.copy()
    codes[alone] = len(names) + own
    return codes, names + own_names


def tracks_of(boxes: Boxes) -> tuple[Track, ...]:
    """Cut the boxes into tracks, in the order in which the file first names them.

    Raises:
        SourceError: when a track has two boxes in one frame, two classes, or segments that overlap.
    """
    return tracks_by_video(boxes, np.zeros(len(boxes), dtype=np.int64)).get(0, ())


def tracks_by_video(boxes: Boxes, videos: CodeColumn) -> dict[int, tuple[Track, ...]]:
    """Cut the boxes of several videos into tracks, all at once.

    Args:
        boxes: the boxes; the same track name in two videos means two tracks.
        videos: code of each box's video, shape [n].

    Returns:
        The tracks of each video, in the order in which the file first names them.

    Raises:
        SourceError: as for ``tracks_of``.
    """
    if not len(boxes):
        return {}
    given = np.zeros(len(boxes), dtype=np.int64) if boxes.segments is None else boxes.segments
    order = np.lexsort((boxes.frames, given, boxes.tracks, videos))
    ordered, placed = boxes.take(order), videos[order]
    same = (ordered.tracks[1:] == ordered.tracks[:-1]) & (placed[1:] == placed[:-1])
    _refuse(ordered, given[order], same)
    starts = np.concatenate(([0], np.flatnonzero(~same) + 1))
    found: dict[int, list[Track]] = {}
    for at, track in _cut(ordered, boxes.places, np.minimum.reduceat(order, starts), starts, _segments(ordered, same)):
        found.setdefault(int(placed[at]), []).append(track)
    return {video: tuple(tracks) for video, tracks in found.items()}


def _refuse(boxes: Boxes, given: CodeColumn, same: NDArray[np.bool_]) -> None:
    step, hop = boxes.frames[1:] - boxes.frames[:-1], given[1:] - given[:-1]
    if (at := np.flatnonzero(same & (boxes.classes[1:] != boxes.classes[:-1]))).size:
        raise _of_two_classes(boxes, int(at[0]))
    if (at := np.flatnonzero(same & (step == 0) & (hop == 0))).size:
        raise _twice(boxes, int(at[0]))
    if (at := np.flatnonzero(same & (step < 0))).size:
        row = int(at[0]) + 1
        what = f"segment {given[row]} of track {boxes.names[boxes.tracks[row]]} starts before the one before it ends"
        raise _fault(boxes.places, row, what, "number the segments in the order of their frames")


def _twice(boxes: Boxes, row: int) -> SourceError:
    first, second = boxes.places.in_order(row, row + 1)
    track = boxes.names[boxes.tracks[row]]
    shape = boxes.geometry.name.lower()
    what = f"track {track} has a second {shape} for its frame (the first is at {boxes.places.seen_from(first, second)})"
    return _fault(boxes.places, second, what, "remove one, or give the second object its own track")


def _of_two_classes(boxes: Boxes, row: int) -> SourceError:
    first, second = boxes.places.in_order(row, row + 1)
    old, new = boxes.features[boxes.classes[first]], boxes.features[boxes.classes[second]]
    track = boxes.names[boxes.tracks[row]]
    what = f"track {track} is '{new}' here and '{old}' at {boxes.places.seen_from(first, second)}"
    return _fault(
        boxes.places, second, what, "give each object its own track, or say on_class_change: majority or split"
    )


def _fault(places: Places, row: int, what: str, remedy: str) -> SourceError:
    where = places.where(row)
    return fault(where.source, where.line, what, remedy)


def _segments(boxes: Boxes, same: NDArray[np.bool_]) -> CodeColumn:
    if boxes.segments is not None:
        new = boxes.segments[1:] != boxes.segments[:-1]
    elif boxes.bridge:
        new = np.zeros(len(same), dtype=bool)
    else:
        new = boxes.frames[1:] - boxes.frames[:-1] != 1
    return np.concatenate(([0], np.cumsum(new & same)))


def _cut(
    boxes: Boxes, given: Places, firsts: CodeColumn, starts: CodeColumn, segments: CodeColumn
) -> Iterator[tuple[int, Track]]:
    """Yield each track with the position of its first row, in the order in which the files name the tracks.

    Args:
        boxes: the boxes, sorted.
        given: places of the boxes in the order in which they were given.
        firsts: for each track, the row of ``given`` that names it first.
        starts: for each track, its first row among the sorted ones.
        segments: segment of each sorted row.
    """
    ends = np.append(starts[1:], len(boxes))
    for at in np.argsort(firsts).tolist():
        start, end = int(starts[at]), int(ends[at])
        name = boxes.names[boxes.tracks[start]]
        track = Track(
            feature=boxes.features[boxes.classes[start]],
            geometry=boxes.geometry,
            frames=boxes.frames[start:end],
            coords=boxes.coords[start:end, : WIDTHS[boxes.geometry]],
            segment=segments[start:end] - segments[start],
            where=given.where(int(firsts[at]), f"track {name}"),
            instance=name,
            places=boxes.places[start:end],
        )
        yield start, track
