"""Rules about shapes: boxes with an area, inside the picture. All of them warn: the service takes such shapes."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from labelferry.checks.scene import Raised, Scene, warning
from labelferry.model.media import Media
from labelferry.model.tracks import Geometry, Track
from labelferry.model.video import LabelledVideo

__all__ = ["check"]

Mask = NDArray[np.bool_]


def check(scene: Scene) -> Iterator[Raised]:
    """Check shapes."""
    for video in scene.videos:
        media = scene.media_of(video.row)
        for track in video.tracks:
            if track.geometry is Geometry.BOX:
                yield from _area(track)
            yield from _wholly_outside(track, media)
        yield from _partly_outside(video, media)


def _area(track: Track) -> Iterator[Raised]:
    flat = (track.coords[:, 2] <= 0) | (track.coords[:, 3] <= 0)
    if flat.any():
        yield warning(
            "box-without-area",
            track.where,
            f"'{track.feature}' has {_count(flat, 'box', 'boxes')} without area, first at frame {_first(track, flat)}",
            "nobody can see or select such a box; give it a width and a height, or remove the keyframe",
        )


def _wholly_outside(track: Track, media: Media) -> Iterator[Raised]:
    outside, _ = _outside(track, media)
    if outside.any():
        yield warning(
            "shape-outside",
            track.where,
            f"'{track.feature}' lies wholly outside the picture{_size(media)} at "
            f"{_count(outside, 'keyframe', 'keyframes')}, first at frame {_first(track, outside)}",
            "remove these keyframes, or check whether the source counts pixels of another size",
        )


def _partly_outside(video: LabelledVideo, media: Media) -> Iterator[Raised]:
    partly = [(track, mask) for track in video.tracks if (mask := _outside(track, media)[1]).any()]
    if partly:
        track, mask = partly[0]
        total = sum(int(np.count_nonzero(mask)) for _, mask in partly)
        yield warning(
            "shape-partly-outside",
            track.where,
            f"{total} keyframes in {len(partly)} tracks reach beyond the picture{_size(media)}, "
            f"first '{track.feature}' at frame {_first(track, mask)}",
            "they are sent as they are; clip them in the source if that is not meant",
        )


def _outside(track: Track, media: Media) -> tuple[Mask, Mask]:
    """Which keyframes are wholly, and which only partly, outside the picture; an unknown size has no far edge."""
    low, high = _corners(track)
    far = np.array([media.width or np.inf, media.height or np.inf])
    wholly: Mask = np.any((high < 0) | (low > far), axis=1)
    partly: Mask = np.any((low < 0) | (high > far), axis=1) & ~wholly
    return wholly, partly


def _corners(track: Track) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if track.geometry is Geometry.BOX:
        low, size = track.coords[:, :2], track.coords[:, 2:]
        return np.minimum(low, low + size), np.maximum(low, low + size)
    if track.offsets is None:
        return track.coords, track.coords
    starts = track.offsets[:-1]
    return np.minimum.reduceat(track.coords, starts), np.maximum.reduceat(track.coords, starts)


def _first(track: Track, mask: Mask) -> int:
    return int(track.frames[int(np.argmax(mask))])


def _count(mask: Mask, one: str, many: str) -> str:
    count = int(np.count_nonzero(mask))
    return f"{count} {one if count == 1 else many}"


def _size(media: Media) -> str:
    return f" ({media.width}x{media.height})" if media.width and media.height else ""
