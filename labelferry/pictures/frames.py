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
"""Maximum number of frames decoded on the way to a wanted one; videos with sparser key frames are not worth it."""


class Patience:
    """The time for decoding, for all videos together: a report must not delay a finished run.

    Args:
        seconds: from now on.
        clock: returns the current time.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._end = clock, clock() + seconds

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return self._clock() > self._end


def read_frames(path: Path, wanted: Iterable[int], patience: Patience) -> "dict[int, Image.Image]":
    """Return those of the wanted frames that can be read, in RGB; none if PyAV is missing or the file is unreadable.

    Args:
        path: the file.
        wanted: frame numbers, counted from 1, of a video whose frame rate is constant.
        patience: frames not read before it runs out are left out.
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
    # The wanted frame is the first one later than half a tick before the wanted time, if there is one.
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
