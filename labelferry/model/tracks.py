"""Tracks: one object through a video, stored as columns, so that one encoder is fast enough."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from labelferry.errors import AnnotationError
from labelferry.listing import counted
from labelferry.model.answers import Classification
from labelferry.model.feature import Feature, Where, refuse_blank
from labelferry.model.frames import LARGEST, Frames
from labelferry.model.places import Places

__all__ = ["Coords", "Geometry", "Track"]

Coords = NDArray[np.float64]


class Geometry(StrEnum):
    """The shapes of a Labelbox video keyframe; the values are the NDJSON keys."""

    BOX = "bbox"
    POINT = "point"
    LINE = "line"


COLUMNS = {Geometry.BOX: 4, Geometry.POINT: 2, Geometry.LINE: 2}


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One object, one class, one shape: its keyframes in ascending order of segment and frame.

    Args:
        feature: the tool.
        geometry: the kind of shape in ``coords``.
        frames: keyframe numbers counted from 1, int64, shape [n].
        coords: float64 pixels. Boxes: left, top, width, height, shape [n, 4]. Points: x, y, shape [n, 2]. Lines: the
            points of all keyframes concatenated, shape [m, 2].
        segment: segment of each keyframe, int64, shape [n], not descending. Labelbox interpolates inside a segment
            and never between two.
        offsets: lines only: points ``offsets[i]:offsets[i + 1]`` belong to keyframe i, int64, shape [n + 1].
        answers: sub-classifications by keyframe position.
        classifications: sub-classifications of the whole track.
        instance: the source's name for the track; tells two tracks of one class apart.
        uuid: the caller's own line id, if given.
        where: its place in the user's files.
        places: the place of each keyframe, if known.

    Raises:
        AnnotationError: when the columns do not fit together, a keyframe is given twice, a segment is out of order
            or a coordinate is not finite.
    """

    feature: Feature
    geometry: Geometry
    frames: Frames
    coords: Coords
    segment: NDArray[np.int64]
    where: Where
    offsets: NDArray[np.int64] | None = None
    answers: Mapping[int, tuple[Classification, ...]] = field(default_factory=dict)
    classifications: tuple[Classification, ...] = ()
    instance: str | None = None
    uuid: str | None = None
    places: Places | None = None

    def __post_init__(self) -> None:
        if not len(self.frames):
            raise AnnotationError(f"{self}: no keyframes; a track needs at least one")
        self._check_shapes()
        self._check_order()
        self._check_finite()
        self._check_positions()
        refuse_blank(self.uuid, "uuid", self)

    def __str__(self) -> str:
        called = f" (track {self.instance})" if self.instance else ""
        return f"{self.where}: {self.geometry.name.lower()} '{self.feature}'{called}"

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def segments(self) -> int:
        """The number of segments."""
        return int(np.count_nonzero(np.diff(self.segment))) + 1

    def where_of(self, keyframe: int) -> Where:
        """Return the place of one keyframe (counted from 0)."""
        return self.where if self.places is None else self.places.where(keyframe, self.where.detail)

    def points(self, keyframe: int) -> Coords:
        """Return the coordinates of one keyframe: a row for boxes and points, [k, 2] for lines."""
        if self.offsets is None:
            row: Coords = self.coords[keyframe]
            return row
        return self.coords[self.offsets[keyframe] : self.offsets[keyframe + 1]]

    def _check_shapes(self) -> None:
        n, width = len(self.frames), COLUMNS[self.geometry]
        rows = n if self.offsets is None else int(self.offsets[-1])
        fits = self.coords.shape == (rows, width) and self.segment.shape == (n,)
        cut = self.offsets is None or (self.offsets.shape == (n + 1,) and self.offsets[0] == 0)
        if not (fits and cut) or (self.geometry is Geometry.LINE) != (self.offsets is not None):
            raise AnnotationError(f"{self}: {counted(n, 'keyframe')}, but coordinates of shape {self.coords.shape}")

    def _check_order(self) -> None:
        steps, hops = self.frames[1:] - self.frames[:-1], self.segment[1:] - self.segment[:-1]
        if bool(((steps > 0) & (hops >= 0)).all()) and self.frames[0] >= 0 and self.frames[-1] <= LARGEST:
            return
        if int(self.frames.min()) < 0:
            raise AnnotationError(f"{self}: frame {int(self.frames.min())} is negative; frames count up from 1")
        if int(self.frames.max()) > LARGEST:
            raise AnnotationError(
                f"{self}: frame {int(self.frames.max())} is larger than any video has; give frame numbers, not times"
            )
        if (same := np.flatnonzero((steps == 0) & (hops == 0))).size:
            raise AnnotationError(
                f"{self}: two keyframes for frame {int(self.frames[same[0]])} in one segment; "
                "if these are two objects, give each its own instance; otherwise remove one"
            )
        if (back := np.flatnonzero((steps < 0) | (hops < 0))).size:
            raise AnnotationError(
                f"{self}: segments must follow each other in time; look at frame {int(self.frames[back[0] + 1])}"
            )

    def _check_finite(self) -> None:
        finite = np.isfinite(self.coords)
        if not finite.all():
            at = int(np.flatnonzero(~finite.all(axis=1))[0])
            keyframe = at if self.offsets is None else int(np.searchsorted(self.offsets, at, side="right")) - 1
            raise AnnotationError(
                f"{self}: a coordinate at frame {int(self.frames[keyframe])} is not a finite number, "
                "which JSON cannot represent; remove or correct it"
            )

    def _check_positions(self) -> None:
        if self.offsets is not None and (empty := np.flatnonzero(np.diff(self.offsets) < 1)).size:
            frame = int(self.frames[empty[0]])
            raise AnnotationError(f"{self}: a line without points at frame {frame}; give its points or leave it out")
        if outside := [at for at in self.answers if not 0 <= at < len(self)]:
            raise AnnotationError(f"{self}: answers at keyframe {outside[0]}, but there are {len(self)}, from 0")
