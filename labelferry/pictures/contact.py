"""Strips -> one picture of bounded size, as the bytes of a JPEG."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from labelferry.pictures.drawing import PAPER, caption
from labelferry.pictures.strips import Strip

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["contact_sheet"]

GAP, TITLE = 6, 20
QUALITIES = (82, 70, 55, 40, 25)
SHRINK, SMALLEST = 0.8, 64


def contact_sheet(
    strips: Sequence[Strip], most_bytes: int = 60_000, *, columns: int = 2, titles: bool = True
) -> bytes | None:
    """Arrange strips below one another; return None when there is nothing to see.

    Args:
        strips: of the videos.
        most_bytes: maximum size of the JPEG; it gets coarser, then smaller, until it fits.
        columns: frames per row.
        titles: whether each strip has the name of its video.
    """
    shown = [strip for strip in strips if strip.stamps]
    if not shown:
        return None
    sheet = _lay_out(shown, columns, TITLE if titles else 0)
    while True:
        for quality in QUALITIES:
            out = io.BytesIO()
            sheet.save(out, "JPEG", quality=quality, optimize=True)
            if out.tell() <= most_bytes or max(sheet.size) <= SMALLEST:
                return out.getvalue()
        sheet = sheet.resize((max(1, int(sheet.width * SHRINK)), max(1, int(sheet.height * SHRINK))))


def _lay_out(strips: Sequence[Strip], columns: int, title: int) -> "Image.Image":
    from PIL import Image, ImageDraw

    widths = [min(columns, len(strip.stamps)) * (strip.stamps[0].width + GAP) - GAP for strip in strips]
    heights = [title + -(-len(strip.stamps) // columns) * (strip.stamps[0].height + GAP) for strip in strips]
    sheet = Image.new("RGB", (max(widths), sum(heights) - GAP), PAPER)
    pen, top = ImageDraw.Draw(sheet), 0
    for strip, height in zip(strips, heights, strict=True):
        if title:
            caption(pen, (4, top + 3), strip.row, PAPER)
        for number, (frame, stamp) in enumerate(zip(strip.frames, strip.stamps, strict=True)):
            left = number % columns * (stamp.width + GAP)
            below = top + title + number // columns * (stamp.height + GAP)
            sheet.paste(stamp, (left, below))
            caption(pen, (left + 4, below + 3), f"frame {frame}", PAPER)
        top += height
    return sheet
