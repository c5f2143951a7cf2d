"""Boolean masks of single objects -> composite pictures, each object in one colour throughout the video."""

import colorsys
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from labelferry.errors import AnnotationError
from labelferry.masks.png import encode_png
from labelferry.model.feature import Feature, Where
from labelferry.model.masks import Colour, Composite, MaskObject, Masks

__all__ = ["compose_masks", "palette"]

BoolMask = NDArray[np.bool_]

GOLDEN = 0.618033988749895
MOST_COLOURS = 2**24 - 1


def compose_masks(
    instances: Mapping[str, Mapping[int, BoolMask]],
    *,
    features: Mapping[str, Feature | str] | str,
    where: Where,
    on_overlap: Literal["error", "last"] = "error",
    colours: Mapping[str, Colour] | None = None,
) -> Masks:
    """Draw one composite for each frame.

    Args:
        instances: for each object, its area by frame (counted from 1): bool, shape [height, width], all of one size.
        features: the tool of each object by its name, or one for all.
        where: where the masks come from.
        on_overlap: ``error`` refuses pixels that two objects claim, ``last`` gives them to the later object.
        colours: the colour of each object; by default from ``palette`` in the order of ``instances``.

    Raises:
        AnnotationError: when areas overlap, differ in size, are empty in all frames, or share a colour.
    """
    chosen = dict(colours) if colours is not None else dict(zip(instances, palette(len(instances)), strict=True))
    _check_colours(instances, chosen, where)
    _check_areas(instances, where)
    pictures = _Composites(instances, chosen, on_overlap == "error", where)
    frames = tuple(Composite(frame, png=encode_png(pictures.draw(frame))) for frame in pictures.frames)
    pictures.check_seen()
    return Masks(frames, tuple(MaskObject(chosen[name], _feature(features, name, where)) for name in instances), where)


def palette(count: int) -> list[Colour]:
    """Return ``count`` different colours, none of them black, the first ones far apart; always the same ones."""
    if count > MOST_COLOURS:
        raise AnnotationError(
            f"{count} objects, but there are only {MOST_COLOURS} colours; use several mask annotations"
        )
    chosen: dict[Colour, None] = {}
    step = 0
    while len(chosen) < count:
        chosen[_nth(step)] = None
        step += 1
    return list(chosen)


def _nth(step: int) -> Colour:
    """Return a hue by the golden angle, lightness in three rounds; from 4,096 on all colours one after another."""
    if step >= 4096:
        number = step - 4095
        return number >> 16, number >> 8 & 255, number & 255
    red, green, blue = colorsys.hsv_to_rgb(step * GOLDEN % 1, 1 - 0.25 * (step // 3 % 3), 1 - 0.2 * (step % 3))
    return int(255 * red), int(255 * green), int(255 * blue)


class _Composites:
    def __init__(
        self,
        instances: Mapping[str, Mapping[int, BoolMask]],
        colours: Mapping[str, Colour],
        strict: bool,
        where: Where,
    ) -> None:
        self.instances, self.colours, self.strict, self.where = instances, colours, strict, where
        self.frames = sorted({frame for areas in instances.values() for frame in areas})
        self.seen: set[str] = set()

    def draw(self, frame: int) -> NDArray[np.uint8]:
        present = [(name, areas[frame]) for name, areas in self.instances.items() if frame in areas]
        taken = np.zeros(present[0][1].shape, dtype=np.bool_)
        picture = np.zeros((*taken.shape, 3), dtype=np.uint8)
        # From the last object down, so that each pixel is written once and hidden objects are noticed.
        for name, area in reversed(present):
            free = area & ~taken
            if self.strict and (both := int(np.count_nonzero(area)) - int(np.count_nonzero(free))):
                self._refuse(present, name, frame, both)
            if free.any():
                self.seen.add(name)
            picture[free] = self.colours[name]
            taken |= area
        return picture

    def check_seen(self) -> None:
        for name in self.instances:
            if name not in self.seen:
                raise AnnotationError(
                    f"{self.where}: mask '{name}' is hidden by later ones in every frame and would be lost; "
                    "leave it out or put it after them"
                )

    def _refuse(self, present: Sequence[tuple[str, BoolMask]], name: str, frame: int, both: int) -> None:
        area = dict(present)[name]
        other = next(called for called, there in reversed(present) if (there & area).any())
        raise AnnotationError(
            f"{self.where}: masks '{name}' and '{other}' share {both} pixels at frame {frame}, and a composite has one "
            'colour for each pixel; cut one of them, or pass on_overlap="last"'
        )


def _feature(features: Mapping[str, Feature | str] | str, name: str, where: Where) -> Feature:
    if isinstance(features, str):
        return Feature(features)
    if name not in features:
        raise AnnotationError(f"{where}: mask '{name}' has no tool; name one in features")
    found = features[name]
    return found if isinstance(found, Feature) else Feature(found)


def _check_areas(instances: Mapping[str, Mapping[int, BoolMask]], where: Where) -> None:
    sizes: dict[tuple[int, ...], str] = {}
    for name, areas in instances.items():
        for frame, area in areas.items():
            if area.dtype != np.bool_ or area.ndim != 2:
                raise AnnotationError(f"{where}: mask '{name}' at frame {frame} must be bool of shape [height, width]")
            sizes.setdefault(area.shape, f"'{name}' at frame {frame}")
        if not any(area.any() for area in areas.values()):
            raise AnnotationError(f"{where}: mask '{name}' has no pixel in any frame; leave it out")
    if len(sizes) > 1:
        found = ", ".join(f"{shape[1]}x{shape[0]} ({called})" for shape, called in sizes.items())
        raise AnnotationError(f"{where}: masks of different sizes: {found}; all must have the size of the video")


def _check_colours(instances: Mapping[str, object], colours: Mapping[str, Colour], where: Where) -> None:
    owners: dict[Colour, str] = {}
    for name in instances:
        colour = colours.get(name)
        if colour is None or colour == (0, 0, 0) or not all(0 <= part <= 255 for part in colour):
            raise AnnotationError(
                f"{where}: mask '{name}' needs a colour of its own, not {colour} (black is background)"
            )
        if colour in owners:
            raise AnnotationError(
                f"{where}: masks '{owners[colour]}' and '{name}' have the same colour {colour}; change one"
            )
        owners[colour] = name
