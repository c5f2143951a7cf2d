"""A frame and its labels -> a picture of thumbnail size."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from labelferry.listing import shorten
from labelferry.masks.png import open_png
from labelferry.model import Geometry
from labelferry.model.masks import Colour, Masks
from labelferry.pictures.shapes import DrawnLabels, DrawnShape, answers_at, shapes_at

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

__all__ = ["COLOURS", "PAPER", "Canvas", "caption", "draw"]


REFUSED: Colour = (225, 29, 72)
"""Colour of lines that the service refused; no class has it."""
COLOURS: tuple[Colour, ...] = (
    (250, 204, 21),
    (56, 189, 248),
    (74, 222, 128),
    (192, 132, 252),
    (251, 146, 60),
    (45, 212, 191),
    (163, 230, 53),
    (129, 140, 248),
    (253, 224, 171),
    (134, 160, 190),
)
"""Colours of classes, in turn: none is close to that of refused lines, all are visible on dark and light frames."""
INK, PAPER = (255, 255, 255), (17, 24, 39)
MOST_SHAPES, MOST_CAPTIONS, MOST_ANSWERS, LONGEST = 400, 24, 3, 34
FAR = 30_000.0
"""Pixels; coordinates further outside are clamped to this, within Pillow's integers."""
MOST_MOVES = 5
"""Lines of text by which a name is moved to where it covers no other."""
COVER = 0.45
"""Opacity of a mask."""


TextPlace = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels."""


class Canvas:
    """A picture to draw on in the video's own pixels.

    Args:
        ground: the frame, already in thumbnail size.
        scale: thumbnail pixels per pixel of the video.
        colours: by class.
    """

    def __init__(self, ground: "Image.Image", scale: float, colours: Mapping[str, Colour]) -> None:
        self.picture, self.scale, self.colours = ground, scale, colours
        self.taken: list[TextPlace] = []
        """The places of names that are written already."""

    def colour(self, name: str, refused: bool) -> Colour:
        """Return the colour of a class, or that of refused lines."""
        return REFUSED if refused else self.colours.get(name, INK)


def draw(canvas: Canvas, content: DrawnLabels, frame: int) -> None:
    """Draw the masks, then the tracks, then the answers of a frame."""
    from PIL import ImageDraw

    for video, refused in zip(content.videos, content.refused, strict=True):
        for masks in video.masks:
            _draw_masks(canvas, masks, frame, refused)
    pen, captions = ImageDraw.Draw(canvas.picture), 0
    for shape, _ in zip(shapes_at(content, frame), range(MOST_SHAPES), strict=False):
        _draw_shape(pen, canvas, shape)
        if captions < MOST_CAPTIONS:
            _name_shape(pen, canvas, shape)
            captions += 1
    for number, answer in enumerate(shorten(list(answers_at(content, frame)), MOST_ANSWERS, "more answers")):
        caption(pen, (4, canvas.picture.height - 16 - 14 * number), answer, PAPER)


def caption(
    pen: "ImageDraw.ImageDraw",
    at: tuple[float, float],
    text: str,
    colour: Colour,
    taken: "list[TextPlace] | None" = None,
) -> None:
    """Write a short text on a background of the colour, in legible ink.

    Args:
        pen: draws on the picture.
        at: left and top of the text.
        text: is cut when it is long.
        colour: of the background.
        taken: places of other texts, which this one must not cover: it is moved, or left out where there is no room.
    """
    font = _font()
    shown = "".join(sign if sign.isprintable() else "?" for sign in text)
    shown = shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"
    x = max(2.0, min(at[0], pen.im.size[0] - font.getlength(shown) - 3))  # text that would run out is moved in
    left, top, right, bottom = pen.textbbox((x, at[1]), shown, font=font)
    area = _free((left - 2, top - 1, right + 2, bottom + 1), taken or (), pen.im.size[1])
    if area is None:
        return
    if taken is not None:
        taken.append(area)
    pen.rectangle(area, fill=colour)
    light = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2] > 150
    pen.text((x, at[1] + area[1] - (top - 1)), shown, fill=PAPER if light else INK, font=font)


@cache
def _font() -> "ImageFont.ImageFont | ImageFont.FreeTypeFont":
    """Return the font of all texts; loading it takes longer than writing with it."""
    from PIL import ImageFont

    return ImageFont.load_default(size=11)


def _free(area: TextPlace, taken: Sequence[TextPlace], height: int) -> TextPlace | None:
    """Return the nearest place below or above that no other text covers; None when there is none near."""
    left, top, right, bottom = area
    step = bottom - top + 1
    for move in (part * step for steps in range(MOST_MOVES) for part in ((steps, -steps) if steps else (0,))):
        moved = (left, top + move, right, bottom + move)
        inside = not move or (moved[1] >= 0 and moved[3] <= height)
        if inside and not any(_overlap(moved, other) for other in taken):
            return moved
    return None


def _overlap(one: TextPlace, other: TextPlace) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _draw_shape(pen: "ImageDraw.ImageDraw", canvas: Canvas, shape: DrawnShape) -> None:
    colour = canvas.colour(shape.name, shape.refused)
    points = np.clip(_corners(shape) * canvas.scale, -FAR, FAR)
    flat = [(float(x), float(y)) for x, y in points]
    if shape.geometry is Geometry.BOX:
        (left, top), (right, bottom) = flat
        ends = (min(left, right), min(top, bottom), max(left, right), max(top, bottom))
        pen.rectangle(ends, outline=colour, width=2)
    elif shape.geometry is Geometry.LINE and len(flat) > 1:
        pen.line(flat, fill=colour, width=2, joint="curve")
    else:
        x, y = flat[0]
        pen.ellipse((x - 4, y - 4, x + 4, y + 4), fill=colour, outline=INK)


def _corners(shape: DrawnShape) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    if shape.geometry is Geometry.BOX:
        left, top, width, height = shape.coords
        return np.array([[left, top], [left + width, top + height]])
    return np.atleast_2d(shape.coords)


def _name_shape(pen: "ImageDraw.ImageDraw", canvas: Canvas, shape: DrawnShape) -> None:
    x, y = np.clip(_corners(shape).min(axis=0) * canvas.scale, -FAR, FAR)
    at = (float(x) + 2, min(max(float(y) - 14, 1), canvas.picture.height - 14))
    name = f"refused: {shape.name}" if shape.refused else shape.name
    caption(pen, at, name, canvas.colour(shape.name, shape.refused), canvas.taken)


def _draw_masks(canvas: Canvas, masks: Masks, frame: int, refused: bool) -> None:
    from PIL import Image, ImageDraw

    for png in (each.png for each in masks.frames if each.frame == frame and each.png is not None):
        composite = open_png(png).resize(canvas.picture.size, Image.Resampling.NEAREST)
        pixels = np.asarray(composite)
        for colour, name, area in _areas(pixels, masks, canvas, refused):
            cover = Image.fromarray((area * round(255 * COVER)).astype(np.uint8))
            canvas.picture.paste(Image.new("RGB", composite.size, colour), mask=cover)
            rows, columns = np.nonzero(area)
            at = (float(columns.mean()), float(rows.mean()))
            caption(ImageDraw.Draw(canvas.picture), at, name, colour, canvas.taken)


def _areas(
    pixels: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]", masks: Masks, canvas: Canvas, refused: bool
) -> "Iterator[tuple[Colour, str, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]]":
    for instance in masks.shown:
        area = (pixels == np.array(instance.colour, dtype=np.uint8)).all(axis=-1)
        if area.any():
            name = str(instance.feature)
            yield canvas.colour(name, refused), f"refused: {name}" if refused else name, area
