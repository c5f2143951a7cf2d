"""A video file -> single frames of it, by Labelbox's numbers, read with PyAV (extra ``video``)."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labelferry.model.frames import FIRST_FRAME

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["Patience", "read_frames"]

MOST_DECODED = 300
"""Frames that are decoded on the way to a wanted one; a video whose key pictures lie further apart is not worth it."""


class Patience:
    """How long decoding may take, for all videos together: a report must not hold up a run that is done.

    Args:
        seconds: from now on.
        clock: tells the time.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._end = clock, clock() + seconds

    @property
    def over(self) -> bool:
        """Whether it has run out."""
        return self._clock() > self._end


def read_frames(path: Path, wanted: Iterable[int], patience: Patience) -> "dict[int, Image.Image]":
    """Return the wanted frames that can be had, in RGB; none when PyAV is missing or the file cannot be read.

    Args:
        path: the file.
        wanted: frame numbers, counted from 1, of a video whose frame rate is constant.
        patience: what is not read when it runs out is not read.
    """
    try:
        import av
    except ImportError:
        return {}
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            found = {frame: _frame(container, stream, frame, patience) for frame in sorted(wanted)}
    except (av.FFmpegError, OSError, IndexError):
        return {}
    return {frame: picture for frame, picture in found.items() if picture is not None}


def _frame(container: Any, stream: Any, number: int, patience: Patience) -> "Image.Image | None":
    rate = stream.average_rate or stream.guessed_rate
    if not rate or not stream.time_base:
        return None
    tick = 1 / (rate * stream.time_base)
    at = (stream.start_time or 0) + (number - FIRST_FRAME) * tick
    container.seek(int(at), stream=stream, backward=True)
    # The first frame that is later than half a tick before the wanted time is the wanted one, or there is none.
    frame = _first_after(container.decode(stream), at - tick / 2, patience)
    if frame is None:
        return None
    picture: Image.Image = frame.to_image()
    return picture if frame.pts < at + tick / 2 else None


def _first_after(frames: Iterable[Any], start: Any, patience: Patience) -> Any:
    for decoded, frame in enumerate(frames):
        if frame.pts is None or decoded > MOST_DECODED or patience.over:
            return None
        if frame.pts > start:
            return frame
    return None
