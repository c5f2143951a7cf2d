"""The labels of one video on all of its frames -> an MP4, to be watched before anything is sent."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labelferry.desired.state import Desired
from labelferry.errors import SpecError
from labelferry.media import OPTIONS
from labelferry.model.frames import FIRST_FRAME
from labelferry.model.keys import identity
from labelferry.pictures.drawing import Canvas, draw
from labelferry.pictures.shapes import DrawnLabels, frames_to_show
from labelferry.pictures.strips import GROUND, choose_rows, colours_of, content_of, facts_of, size_of
from labelferry.private import open_named

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["write_clip"]

MOST_FRAMES = 750
"""Half a minute at 25 frames per second, from the first frame that has labels."""
WIDTH = 960
USUAL_RATE = 25
FINEST = 1001
"""Denominator of frame rates such as 30000/1001."""


def write_clip(desired: Desired, path: Path, video: str | None = None) -> None:
    """Write an MP4 (H.264) of the first video that has labels, or of the one with a global key.

    Raises:
        SpecError: when no such video has labels, PyAV is not installed, or the file cannot be opened.
    """
    try:
        import av
    except ImportError as error:
        raise SpecError("an MP4 needs PyAV; install labelferry[video]") from error
    content, facts = _chosen(desired, video)
    rate = Fraction(facts.get("fps") or USUAL_RATE).limit_denominator(FINEST)
    open_named(path).close()  # private, and refused at once where it cannot be written
    with av.open(str(path), "w", format="mp4") as container:
        stream: Any = container.add_stream("libx264", rate=rate)
        stream.pix_fmt = "yuv420p"
        for number, picture in enumerate(_drawn(content, facts)):
            if not number:
                stream.width, stream.height = picture.size
            frame: Any = av.VideoFrame
            container.mux(stream.encode(frame.from_image(picture)))
        container.mux(stream.encode())


def _chosen(desired: Desired, video: str | None) -> tuple[DrawnLabels, dict[str, Any]]:
    for row, lines in choose_rows(desired, (), 1, only=video).items():
        content = content_of(desired, lines, by_track=True)
        return content, facts_of(desired).get(identity(row.global_key or ""), {})
    raise SpecError(f"no video{'' if video is None else f' {video!r}'} with labels; labelferry check lists the videos")


def _drawn(content: DrawnLabels, facts: dict[str, Any]) -> "Iterator[Image.Image]":
    colours = colours_of(content)
    for number, ground in _grounds(content, facts):
        scale = min(1.0, WIDTH / ground.width)
        size = tuple(max(2, round(each * scale) // 2 * 2) for each in ground.size)
        small = ground.resize((size[0], size[1]))
        draw(Canvas(small, scale, colours), content, number)
        yield small


def _grounds(content: DrawnLabels, facts: dict[str, Any]) -> "Iterator[tuple[int, Image.Image]]":
    """Yield frames with their numbers: of the video, or plain ones as far as its labels go."""
    from PIL import Image

    first = max(FIRST_FRAME, *frames_to_show(content, MOST_FRAMES)[:1])
    if "file" in facts:
        yield from _decoded(Path(facts["file"]), first)
        return
    last = facts.get("frame_count") or frames_to_show(content, MOST_FRAMES)[-1]
    for number in range(first, min(last, first + MOST_FRAMES - 1) + 1):
        yield number, Image.new("RGB", size_of(content, facts), GROUND)


def _decoded(path: Path, first: int) -> "Iterator[tuple[int, Image.Image]]":
    import av

    with av.open(str(path), options=OPTIONS) as container:
        frames: Iterator[Any] = container.decode(video=0)
        for number, frame in enumerate(frames, FIRST_FRAME):
            if number >= first + MOST_FRAMES:
                return
            if number >= first:
                yield number, frame.to_image()
