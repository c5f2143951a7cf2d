"""A video file turned into the media attributes that the service reports: size, rate, frames. Needs PyAV."""

from pathlib import Path
from typing import Any

MIME_TYPES = {
    "mp4": "video/mp4",
    "mov": "video/mp4",
    "webm": "video/webm",
    "matroska": "video/webm",
    "avi": "video/avi",
}


def read_attributes(path: Path) -> dict[str, Any] | None:
    """Return the media attributes of a video file; None when it is not a video or cannot be read here."""
    try:
        import av
    except ImportError:
        return None
    try:
        with av.open(str(path)) as container:
            return _described(container) if container.streams.video else None
    except (av.FFmpegError, OSError):
        return None


def _described(container: Any) -> dict[str, Any]:
    stream = container.streams.video[0]
    rate = float(stream.average_rate or 0)
    frames = stream.frames or sum(1 for packet in container.demux(stream) if packet.size)
    format_name = next((name for name in container.format.name.split(",") if name in MIME_TYPES), "")
    return {
        "width": stream.codec_context.width,
        "height": stream.codec_context.height,
        "frameRate": rate,
        "frameCount": frames,
        "duration": frames / rate if rate else None,
        "codec": stream.codec_context.name,
        "mimeType": MIME_TYPES.get(format_name, "video/mp4"),
    }
