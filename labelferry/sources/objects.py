"""The objects of one video, row by row as a file tells them -> tracks, masks and their answers.

Rows may come in any order, visible or hidden. What Labelbox video cannot hold (polygons, rotated boxes and so on) is
counted, and drawn as a mask, given as a box or left out as the spec says.
"""

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from labelferry.model import AnswerKind, Classification, Feature, Geometry, LabelledVideo, RowRef, Track, Where
from labelferry.model.findings import FindingHandler
from labelferry.model.frames import LARGEST
from labelferry.model.input_rules import ReaderRule
from labelferry.model.places import Places
from labelferry.sources.areas import Area, Areas
from labelferry.sources.attributes import Attributes, answers_of
from labelferry.sources.entry import LabelsEntry
from labelferry.sources.numbering import Gaps
from labelferry.sources.text import fault

__all__ = ["Object", "ObjectPolicy", "Objects", "ShapedEntry"]

ObjectPolicy = Literal["error", "rasterize", "envelope", "drop"]
ObjectQuestion = tuple[str, str]
"""The name of a class, and of one of its attributes."""

DONE = {"rasterize": "drawn as masks", "envelope": "given as bounding boxes", "drop": "left out"}
MOSTLY_DENSE = 0.5


class ShapedEntry(LabelsEntry):
    """An entry whose files may have shapes that Labelbox video cannot hold."""

    unrepresentable: ObjectPolicy = Field(
        default="error",
        description="Shapes that an import cannot hold (polygons, ellipses, rotated boxes, cuboids): stop, draw them "
        "as masks, give the box around them, or leave them out",
    )
    classes: dict[str, str | None] = Field(
        default_factory=dict, description="New name by class, or null to leave the class out; others stay as they are"
    )


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


class Objects:
    """The objects of one video.

    Args:
        key: global key of the video.
        where: the labels are.
        note: takes findings.
        policy: what becomes of shapes that cannot be held.
        classes: new names by class, None for those that are left out.
        kinds: how an attribute is answered; options unless it says text.
    """

    def __init__(
        self,
        key: str,
        where: Where,
        note: FindingHandler,
        policy: ObjectPolicy,
        classes: Mapping[str, str | None] | None = None,
        kinds: Mapping[ObjectQuestion, AnswerKind] | None = None,
    ) -> None:
        self.key, self.where, self.note = key, where, note
        self.policy, self.classes, self.kinds = policy, classes or {}, dict(kinds or {})
        self.objects: dict[tuple[str, str, Geometry], Object] = {}
        self.areas = Areas(where, note)
        self.classifications: list[Classification] = []
        self.refused: dict[str, tuple[int, Where]] = {}

    @property
    def is_empty(self) -> bool:
        """Whether it has taken nothing that is to be labelled."""
        return not (self.objects or self.areas.objects or self.classifications)

    def named(self, label: str) -> str | None:
        """The name of a class; None when it is left out."""
        return self.classes.get(label, label)

    def of(self, ident: str, label: str, geometry: Geometry, where: Where) -> Object:
        """The object of an id and a class, with all its rows so far."""
        key = (ident, label, geometry)
        if key not in self.objects:
            name = self.named(label)
            if not (name or label).strip():
                raise fault(where.source, where.line, f"track {ident} has no class", "name it in the file")
            self.objects[key] = Object(name or label, geometry, ident, where, kept=name is not None)
        return self.objects[key]

    def area(self, ident: str, label: str, frame: int, area: Area, where: Where) -> None:
        """Take the area of an object in a frame, to be drawn as a mask."""
        if (name := self.named(label)) is not None:
            self.areas.add(ident, name, frame, area, where)

    def other(self, thing: str, ident: str, label: str, frame: int, area: Area, where: Where, line: int = 0) -> None:
        """Take a shape that cannot be held: counted, and kept as the spec says.

        Args:
            thing: what it is, such as ``polygon``.
            ident: of the object.
            label: its class.
            frame: counted from 1.
            area: what it covers.
            where: it is.
            line: of its file.
        """
        if self.named(label) is None:
            return
        count, first = self.refused.get(thing, (0, where))
        self.refused[thing] = (count + 1, first)
        if self.policy == "rasterize":
            self.area(ident, label, frame, area, where)
        elif self.policy == "envelope":
            self._around(self.of(ident, label, Geometry.BOX, where), frame, area, line)

    def _around(self, item: Object, frame: int, area: Area, line: int) -> None:
        """Take the box around an area, and around what the object covers elsewhere in the same frame."""
        left, top, width, height = area.envelope()
        if not (item.frames and item.frames[-1] == frame and item.visible[-1]):
            item.add(frame, (left, top, width, height), line)
            return
        other = item.coords[-4:]
        right, bottom = max(left + width, other[0] + other[2]), max(top + height, other[1] + other[3])
        left, top = min(left, other[0]), min(top, other[1])
        item.coords[-4:] = array("d", (left, top, right - left, bottom - top))

    def finished(self, size: tuple[int, int] | None, *, step: int = 1, gaps: Gaps | None = None) -> LabelledVideo:
        """Return the labelled video.

        Args:
            size: width and height in pixels, for masks.
            step: frames from one row to the next of a track that has a row for each.
            gaps: what missing frames mean; None closes them in tracks that have a row for most frames.

        Raises:
            SourceError: when an object has two shapes in a frame, or there are masks and no size.
        """
        self._tell()
        kept = [each for each in self.objects.values() if each.kept]
        tracks = [track for each in kept if (track := track_of(each, step, gaps, self.kinds))]
        masks = self.areas.masks(size)
        return LabelledVideo(
            RowRef(self.key), self.where, tuple(self.classifications), (masks,) if masks else (), tuple(tracks)
        )

    def _tell(self) -> None:
        for thing, (count, first) in self.refused.items():
            if self.policy == "error":
                found = ReaderRule.UNREPRESENTABLE.at(first, row=self.key, count=count, thing=thing)
            else:
                rule, done = ReaderRule.UNREPRESENTABLE_CHANGED, DONE[self.policy]
                found = rule.at(first, row=self.key, count=count, thing=thing, done=done)
            self.note(found)


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
    said = {position[row]: values for row, values in item.said.items() if row in position}
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
