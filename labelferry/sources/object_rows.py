"""The rows of one object, visible or hidden, in any order -> its track: segments, the last frames seen, answers."""

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from labelferry.model import AnswerKind, Feature, Geometry, Track, Where
from labelferry.model.frames import LARGEST
from labelferry.model.places import Places
from labelferry.sources.attributes import Attributes, answers_of
from labelferry.sources.numbering import Gaps
from labelferry.sources.text import fault

__all__ = ["Object", "ObjectQuestion", "track_of"]

ObjectQuestion = tuple[str, str]
"""The name of a class, and of one of its attributes."""
MOSTLY_DENSE = 0.5


@dataclass(slots=True)
class Object:
    """One object of one class and one kind of shape, while its rows are read.

    Args:
        feature: the tool.
        geometry: of its shapes.
        instance: what the file calls it.
        where: it is named first.
        kept: whether its class is not left out.
    """

    feature: str
    geometry: Geometry
    instance: str
    where: Where
    kept: bool = True
    frames: "array[int]" = field(default_factory=lambda: array("q"))
    visible: "array[int]" = field(default_factory=lambda: array("b"))
    lines: "array[int]" = field(default_factory=lambda: array("q"))
    coords: "array[float]" = field(default_factory=lambda: array("d"))
    ends: "array[int]" = field(default_factory=lambda: array("q"))
    said: dict[int, Attributes] = field(default_factory=dict)
    _last: Attributes | None = None

    def add(self, frame: int, coords: Iterable[float], line: int = 0, attributes: Attributes | None = None) -> None:
        """Take a visible row; ``frame`` counts from 1."""
        if attributes and attributes != self._last:
            self.said[len(self.frames)] = self._last = attributes
        self._row(frame, 1, line)
        self.coords.extend(coords)
        self.ends[-1] = len(self.coords)

    def hide(self, frame: int, line: int = 0) -> None:
        """Take a row that says that the object is not to be seen from this frame on."""
        self._row(frame, 0, line)

    def _row(self, frame: int, visible: int, line: int) -> None:
        if not 0 <= frame <= LARGEST + 1:
            raise fault(self.where.source, line or self.where.line, f"frame {frame} is none", "correct the file")
        self.frames.append(frame)
        self.visible.append(visible)
        self.lines.append(line)
        self.ends.append(len(self.coords))


def track_of(item: Object, step: int, gaps: Gaps | None, kinds: Mapping[ObjectQuestion, AnswerKind]) -> Track | None:
    """Return the track of an object; None when it is never visible."""
    frames = np.frombuffer(item.frames, dtype=np.int64)
    visible = np.frombuffer(item.visible, dtype=np.int8).astype(bool)
    order = np.lexsort((~visible, frames))
    order, frames, visible = _held(order, frames[order], visible[order], step, always=gaps is not None)
    hidden_before = np.cumsum(~visible)[visible]
    rows = order[visible]
    if not rows.size:
        return None
    frames = frames[visible]
    lines = np.frombuffer(item.lines, dtype=np.int64)[rows]
    _refuse_twice(item, frames, lines)
    breaks = np.diff(hidden_before) > 0
    if gaps != "bridge":
        breaks |= _gaps(frames, step, certain=gaps == "close")
    coords, offsets = _coords(item, rows)
    segment = np.concatenate(([0], np.cumsum(breaks))).astype(np.int64)
    position = {int(row): at for at, row in reversed(list(enumerate(rows.tolist())))} if item.said else {}
    said = {position[row]: values for row, values in item.said.items()}  # only visible rows say anything
    starts = (np.flatnonzero(breaks) + 1).tolist()
    answers, classifications = answers_of(said, starts, partial(_kind, kinds, item.feature), item.where)
    return Track(
        feature=Feature(item.feature),
        geometry=item.geometry,
        frames=frames,
        coords=coords,
        segment=segment,
        where=Where(item.where.source, item.where.line, f"track {item.instance}"),
        offsets=offsets if item.geometry is Geometry.LINE else None,
        answers=answers,
        classifications=classifications,
        instance=item.instance,
        places=Places.in_file(item.where.source, lines) if lines.any() else None,
    )


def _held(
    order: NDArray[np.int64], frames: NDArray[np.int64], visible: NDArray[np.bool_], step: int, *, always: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """The rows, and a keyframe more where an object is to be seen until it is hidden, long after its last row.

    Args:
        order: number of each row in the file, the rows sorted by frame.
        frames: of the sorted rows.
        visible: whether each shows the object, or hides it.
        step: frames from one row to the next.
        always: whether also in a track that has a row for each frame, where a missing one means absence.
    """
    long_after = visible[:-1] & ~visible[1:] & (np.diff(frames) > step)
    if not long_after.any() or not (always or not _is_dense(frames[visible], step)):
        return order, frames, visible
    at = np.flatnonzero(long_after)
    return (
        np.insert(order, at + 1, order[at]),
        np.insert(frames, at + 1, frames[at + 1] - step),
        np.insert(visible, at + 1, np.ones(len(at), dtype=bool)),
    )


def _is_dense(frames: NDArray[np.int64], step: int) -> bool:
    """Whether a track has a row for most of its frames."""
    steps = np.diff(frames)
    return steps.size > 0 and bool(np.count_nonzero(steps == step) > MOSTLY_DENSE * steps.size)


def _gaps(frames: NDArray[np.int64], step: int, *, certain: bool) -> NDArray[np.bool_]:
    """Where frames are missing in a track that has a row for each frame; sparse keyframes are far apart by design."""
    steps = np.diff(frames)
    return steps > step if certain or _is_dense(frames, step) else np.zeros(len(steps), dtype=bool)


def _refuse_twice(item: Object, frames: NDArray[np.int64], lines: NDArray[np.int64]) -> None:
    if (same := np.flatnonzero(np.diff(frames) == 0)).size:
        first, second = sorted(lines[same[0] : same[0] + 2].tolist())
        beside = f" (the first is at line {first})" if first else ""
        what = f"track {item.instance} has a second {item.geometry.name.lower()} for its frame{beside}"
        remedy = "remove one, or give the second object its own track"
        raise fault(item.where.source, second or item.where.line, what, remedy)


def _coords(item: Object, rows: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Coordinates of the visible rows in their order, and where each begins."""
    values = np.frombuffer(item.coords, dtype=np.float64)
    ends = np.frombuffer(item.ends, dtype=np.int64)
    starts = np.concatenate(([0], ends[:-1]))
    lengths = ends[rows] - starts[rows]
    if np.array_equal(rows, np.arange(len(ends))):
        ordered = values
    else:
        ordered = np.concatenate([values[starts[row] : ends[row]] for row in rows.tolist()])
    width = 4 if item.geometry is Geometry.BOX else 2
    offsets = np.concatenate(([0], np.cumsum(lengths // width))).astype(np.int64)
    return ordered.reshape(-1, width), offsets


def _kind(kinds: Mapping[ObjectQuestion, AnswerKind], feature: str, name: str) -> AnswerKind:
    return kinds.get((feature, name), AnswerKind.RADIO)
