"""A video file -> its size, frame rate and number of frames, read with PyAV (extra ``video``).

Labelbox wants a constant frame rate: frames per second times duration must be the number of frames.
https://docs.labelbox.com/reference/import-video-data
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from labelferry.errors import SourceError
from labelferry.model.feature import Where
from labelferry.model.findings import FindingHandler
from labelferry.model.input_rules import VideoRule
from labelferry.model.media import Media

__all__ = ["OPTIONS", "probe", "refuse_other_files", "unusual"]

OPTIONS = {
    "format_whitelist": "mov,mp4,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,ogg,asf,h264,hevc,m4v,ivf",
    "protocol_whitelist": "file",
}
"""Options for FFmpeg, which otherwise renders text files as video and follows playlists to other files and hosts."""

CODECS = {"h264", "hevc"}

UNEVEN = 0.01
"""Fraction of a frame's duration by which a constant rate may deviate, beyond one tick of the clock."""


def probe(path: Path, note: FindingHandler) -> Media:
    """Read the facts of a video.

    Args:
        path: the file.
        note: receives warnings: PyAV is not installed (all facts None), or the frame rate varies.

    Raises:
        SourceError: when it does not exist or contains no video that can be read.
    """
    if not path.is_file():
        raise SourceError(f"{path}: no such file; give the path of a video")
    if not _pyav():
        note(VideoRule.VIDEO_NOT_READ.at(Where(str(path))))
        return Media()
    with _opened(path) as container:
        return _read(container, path, note)


def refuse_other_files(path: Path, *, must_know: bool) -> None:
    """Refuse a file that is not a video: its first frame is decoded.

    Args:
        path: the file.
        must_know: whether the file is refused when PyAV is not installed; otherwise it passes.

    Raises:
        SourceError: when it is not a video that can be read.
    """
    if not _pyav():
        if must_know:
            raise SourceError(f"{path}: cannot be checked to be a video; install labelferry[video] for PyAV")
        return
    with _opened(path) as container:
        _refuse_no_stream(container, path)
        if next(container.decode(video=0), None) is None:
            raise SourceError(f"{path}: the video has no frames; give one that plays")


def unusual(path: Path) -> tuple[str, str] | None:
    """Return what Labelbox may not take about a video file, and what it documents instead; None when all is usual.

    Raises:
        SourceError: when it is not a video that can be read.
    """
    if not _pyav():
        return None
    with _opened(path) as container:
        _refuse_no_stream(container, path)
        stream = container.streams.video[0]
        codec, aspect = stream.codec_context.name, stream.sample_aspect_ratio
        wrong = [
            (f"the container is {container.format.name}", "MP4", "mp4" not in container.format.name.split(",")),
            (f"the codec is {codec}", "H.264 or H.265", codec not in CODECS),
            (f"pixels are not square ({aspect})", "square pixels", aspect not in (None, 0, 1)),
        ]
    found = [(problem, wanted) for problem, wanted, is_so in wrong if is_so]
    return (" and ".join(each for each, _ in found), ", ".join(each for _, each in found)) if found else None


def _pyav() -> bool:
    try:
        import av  # noqa: F401  whether it can be
    except ImportError:
        return False
    return True


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    import av

    try:
        with av.open(str(path), options=OPTIONS) as container:
            yield container
    except av.FFmpegError as error:
        why = "another kind of file" if isinstance(error, av.ArgumentError) else error.strerror
        raise SourceError(f"{path}: not a readable video ({why}); convert it to MP4 with H.264") from error


def _refuse_no_stream(container: Any, path: Path) -> None:
    if not container.streams.video:
        raise SourceError(f"{path}: the file has no video stream; give a video")


def _read(container: Any, path: Path, note: FindingHandler) -> Media:
    _refuse_no_stream(container, path)
    stream = container.streams.video[0]
    times = _times(container, stream)
    if not times:
        raise SourceError(f"{path}: the video has no frames; give one that plays")
    rate = stream.average_rate or stream.guessed_rate
    if _varies(times):
        note(VideoRule.FRAME_RATE_VARIES.at(Where(str(path))))
    width, height = _displayed(path, stream.width, stream.height)
    return Media(width, height, float(rate) if rate else None, len(times))


def _displayed(path: Path, width: int, height: int) -> tuple[int, int]:
    """The size in which a video is shown: a phone's is stored lying and turned by its player."""
    with _opened(path) as container:
        first = next(container.decode(video=0), None)
    turned = first is not None and first.rotation % 180 == 90
    return (height, width) if turned else (width, height)


def _times(container: Any, stream: Any) -> list[int]:
    """Return when each frame is shown, in ticks. The header's count is often 0 or a guess, so packets are counted."""
    packets = [packet for packet in container.demux(stream) if packet.size and not packet.is_discard]
    times = [packet.pts for packet in packets if packet.pts is not None]
    if len(times) < len(packets):
        return _decoded(container.name)
    return sorted(times)


def _decoded(name: str) -> list[int]:
    """Return the same for a raw stream, which has no times and cannot seek: it is reopened, and frames are numbered."""
    import av

    with av.open(name, options=OPTIONS) as container:
        return list(range(sum(1 for _ in container.decode(video=0))))


def _varies(times: list[int]) -> bool:
    steps = [after - before for before, after in pairwise(times)]
    if not steps:
        return False
    usual = sorted(steps)[len(steps) // 2]
    return any(abs(step - usual) > max(1, usual * UNEVEN) for step in steps)
