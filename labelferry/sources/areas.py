"""Areas of objects in frames -> composite masks: polygons, ellipses, run lengths and bitmaps are drawn frame by frame.

Only what describes an area is kept until its frame is drawn, so that the pixels of one frame are in memory at a time.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelferry.masks import encode_png, palette
from labelferry.masks.png import MOST_PIXELS
from labelferry.model import Composite, Feature, MaskObject, Masks, Where
from labelferry.model.findings import FindingHandler
from labelferry.model.frames import LARGEST
from labelferry.model.input_rules import ReaderRule
from labelferry.sources.rle import counts_of
from labelferry.sources.text import fault

__all__ = ["Area", "Areas", "Ellipse", "Patch", "Polygons", "Rle"]

Bits = NDArray[np.bool_]


class Area(ABC):
    """What an object covers in one frame."""

    @abstractmethod
    def paint(self, width: int, height: int) -> Bits:
        """Return its pixels, bool of shape [height, width]."""

    @abstractmethod
    def envelope(self) -> tuple[float, float, float, float]:
        """Return the box around it: left, top, width, height."""


@dataclass(frozen=True, slots=True)
class Polygons(Area):
    """Rings of points x, y, x, y, ...; the area inside any of them."""

    rings: tuple[Sequence[float], ...]

    def paint(self, width: int, height: int) -> Bits:
        """Return its pixels."""
        from PIL import Image, ImageDraw

        picture = Image.new("1", (width, height))
        draw = ImageDraw.Draw(picture)
        for ring in self.rings:
            if len(ring) >= 6:
                draw.polygon([float(value) for value in ring], fill=1, outline=1)
        return np.asarray(picture, dtype=bool)

    def envelope(self) -> tuple[float, float, float, float]:
        """Return the box around it."""
        points = np.concatenate([np.asarray(ring, dtype=np.float64).reshape(-1, 2) for ring in self.rings])
        low, high = points.min(axis=0), points.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])


@dataclass(frozen=True, slots=True)
class Ellipse(Area):
    """An upright ellipse."""

    cx: float
    cy: float
    rx: float
    ry: float

    def paint(self, width: int, height: int) -> Bits:
        """Return its pixels."""
        y, x = np.ogrid[:height, :width]
        inside: Any = ((x - self.cx) / max(self.rx, 0.5)) ** 2 + ((y - self.cy) / max(self.ry, 0.5)) ** 2 <= 1
        return np.asarray(inside, dtype=bool)

    def envelope(self) -> tuple[float, float, float, float]:
        """Return the box around it."""
        return self.cx - self.rx, self.cy - self.ry, 2 * self.rx, 2 * self.ry


@dataclass(frozen=True, slots=True)
class Rle(Area):
    """Run lengths down the columns of a picture, background first, as COCO counts them.

    Args:
        counts: int64 lengths of runs.
        width: of the picture that they fill.
        height: of that picture.
    """

    counts: NDArray[np.int64]
    width: int
    height: int

    @classmethod
    def of(cls, counts: object, width: float, height: float) -> "Rle":
        """Return run lengths as a file has them.

        Raises:
            ValueError: when they are none, or do not fit a picture of this size.
        """
        if not (width >= 1 and height >= 1 and width * height <= MOST_PIXELS):
            raise ValueError(f"{width:g}x{height:g} is not the size of a picture")
        found = cls(counts_of(counts), int(width), int(height))
        if found.counts.sum() > found.width * found.height:
            raise ValueError("the run lengths are longer than the picture")
        return found

    def paint(self, width: int, height: int) -> Bits:
        """Return its pixels."""
        bits = self.pixels()
        out = np.zeros((height, width), dtype=bool)
        out[: min(height, self.height), : min(width, self.width)] = bits[:height, :width]
        return out

    def pixels(self) -> Bits:
        """Return the picture that the runs fill."""
        values = np.arange(len(self.counts)) % 2 == 1
        flat = np.repeat(values, self.counts)[: self.width * self.height]
        flat = np.pad(flat, (0, self.width * self.height - len(flat)))
        return flat.reshape(self.width, self.height).T

    def envelope(self) -> tuple[float, float, float, float]:
        """Return the box around it."""
        return box_of(self.pixels())

    @property
    def empty(self) -> bool:
        """Whether it has no pixel."""
        return not self.counts[1::2].any()


@dataclass(frozen=True, slots=True)
class Patch(Area):
    """Run lengths along the rows of a part of the picture, background first, as CVAT counts them."""

    counts: NDArray[np.int64]
    left: int
    top: int
    width: int
    height: int

    def paint(self, width: int, height: int) -> Bits:
        """Return its pixels."""
        flat = np.repeat(np.arange(len(self.counts)) % 2 == 1, self.counts)[: self.width * self.height]
        part = np.pad(flat, (0, self.width * self.height - len(flat))).reshape(self.height, self.width)
        out = np.zeros((height, width), dtype=bool)
        shown = part[: max(height - self.top, 0), : max(width - self.left, 0)]
        out[self.top : self.top + shown.shape[0], self.left : self.left + shown.shape[1]] = shown
        return out

    def envelope(self) -> tuple[float, float, float, float]:
        """Return the box around it."""
        return float(self.left), float(self.top), float(self.width), float(self.height)


def box_of(bits: Bits) -> tuple[float, float, float, float]:
    """Return the box around the pixels of a mask; without area when there is none."""
    rows, columns = np.flatnonzero(bits.any(axis=1)), np.flatnonzero(bits.any(axis=0))
    if not rows.size:
        return 0.0, 0.0, 0.0, 0.0
    width, height = columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1
    return float(columns[0]), float(rows[0]), float(width), float(height)


class Areas:
    """The areas of one video's objects.

    Args:
        where: they come from.
        note: takes findings.
    """

    def __init__(self, where: Where, note: FindingHandler) -> None:
        self.where, self.note = where, note
        self.objects: dict[tuple[str, str], int] = {}
        self.frames: dict[int, list[tuple[int, Area]]] = {}

    def add(self, ident: str, feature: str, frame: int, area: Area, where: Where) -> None:
        """Take what an object covers in a frame, counted from 1."""
        if not 0 <= frame <= LARGEST:
            raise fault(where.source, where.line, f"frame {frame} is none", "correct the file")
        if not feature.strip():
            raise fault(where.source, where.line, f"object {ident} has no class", "name it in the file")
        if not self.objects:
            self.where = where
        number = self.objects.setdefault((ident, feature), len(self.objects))
        self.frames.setdefault(frame, []).append((number, area))

    def masks(self, size: tuple[int, int] | None) -> Masks | None:
        """Draw the composites; None when there is no area.

        Raises:
            SourceError: when the size is not known, or is not that of a frame.
        """
        if not self.objects:
            return None
        if size is None or not 0 < size[0] * size[1] <= MOST_PIXELS:
            remedy = "give width and height of the video"
            raise fault(self.where.source, self.where.line, "masks need the size of the video", remedy)
        colours = palette(len(self.objects))
        lookup = np.array([(0, 0, 0), *colours], dtype=np.uint8)
        shared, seen, frames = [], set[int](), []
        for frame in sorted(self.frames):
            numbers, overlaps = self._painted(frame, *size)
            seen |= set(np.unique(numbers).tolist())
            frames.append(Composite(frame, png=encode_png(lookup[numbers])))
            if overlaps:
                shared.append(frame)
        if shared:
            self.note(ReaderRule.MASKS_OVERLAP.at(self.where, frame=shared[0], count=len(shared)))
        named = enumerate(self.objects, 1)
        instances = [MaskObject(colours[at - 1], Feature(feature)) for at, (_, feature) in named if at in seen]
        return Masks(tuple(frames), tuple(instances), self.where) if instances else None

    def _painted(self, frame: int, width: int, height: int) -> tuple[NDArray[np.int64], bool]:
        """Number of the object at each pixel, 0 for none; and whether two claimed one."""
        numbers, overlaps = np.zeros((height, width), dtype=np.int64), False
        for number, area in self.frames[frame]:
            bits = area.paint(width, height)
            others = numbers[bits]
            overlaps = overlaps or bool(((others != 0) & (others != number + 1)).any())
            numbers[bits] = number + 1
        return numbers, overlaps
