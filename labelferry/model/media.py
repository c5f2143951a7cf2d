"""Facts about a video file, from the manifest or from the file itself."""

from dataclasses import dataclass

__all__ = ["Media"]


@dataclass(frozen=True, slots=True)
class Media:
    """Size in pixels, frames per second and number of frames; None where unknown."""

    width: int | None = None
    height: int | None = None
    fps: float | None = None
    frame_count: int | None = None
