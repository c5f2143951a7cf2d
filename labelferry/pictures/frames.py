"""A video file -> single frames of it, by Labelbox's numbers, read with PyAV (extra ``video``)."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labelferry.model.frames import FIRST_FRAME

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["read_frames"]

MOST_DECODED = 900
"""Frames that are decoded on the way to a wanted one; a video whose key pictures lie further apart is not worth it."""


def read_frames(path: Path, wanted: Iterable[int]) -> "dict[int, Image.Image]":
    """Return the wanted frames that can be had, in RGB; none when PyAV is missing or the file cannot be read.

    Args:
        path: the file.
        wanted: frame numbers, counted from 1, of a video whose frame rate is constant.
    """
    try:
        import av
    except ImportError:
        return {}
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            found = {frame: _frame(container, stream, frame) for frame in sorted(wanted)}
    except (av.FFmpegError, OSError, IndexError):
        return {}
    return {frame: picture for frame, picture in found.items() if picture is not None}


def _frame(container: Any, stream: Any, number: int) -> "Image.Image | None":
    rate = stream.average_rate or stream.guessed_rate
    if not rate or not stream.time_base:
        return None
    tick = 1 / (rate * stream.time_base)
    at = (stream.start_time or 0) + (number - FIRST_FRAME) * tick
    container.seek(int(at), stream=stream, backward=True)
    for decoded, frame in enumerate(container.decode(stream)):
        if frame.pts is None or decoded > MOST_DECODED:
            return None
        if frame.pts > at - tick / 2:
            picture: Image.Image = frame.to_image()
            return picture if frame.pts < at + tick / 2 else None
    return None
