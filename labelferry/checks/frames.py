"""Rules about frame numbers.

Tools count frames from 1 (Labelbox's exports of a 100-frame video have 1..100); temporal ranges from a base that is a
setting. Labelbox interpolates inside a segment and never between two.
"""

from collections.abc import Iterator

import numpy as np

from labelferry.checks.scene import Answered, Raised, Scene, answered, error, shown, warning
from labelferry.model.feature import Where
from labelferry.model.frames import FIRST_FRAME, Frames, Span, coalesce, contains
from labelferry.model.tracks import Track
from labelferry.model.video import LabelledVideo

__all__ = ["check"]


def check(scene: Scene) -> Iterator[Raised]:
    """Check frame numbers."""
    for video in scene.videos:
        count = scene.media_of(video.row).frame_count
        for called, where, frames in _tools(video):
            yield from _bounds(called, where, frames, count)
        for track in video.tracks:
            yield from _sparse(track)
        for one in answered(video):
            yield from _ranges(one, scene.temporal_base, count)
            yield from _inside(one)


def _tools(video: LabelledVideo) -> Iterator[tuple[str, Where, Frames]]:
    for track in video.tracks:
        yield f"'{track.feature}'" + (f" (track {track.instance})" if track.instance else ""), track.where, track.frames
    for masks in video.masks:
        yield "the mask", masks.where, np.array([frame.frame for frame in masks.frames], dtype=np.int64)


def _bounds(called: str, where: Where, frames: Frames, count: int | None) -> Iterator[Raised]:
    if (first := int(frames.min())) < FIRST_FRAME:
        yield error(
            "frame-before-first",
            where,
            f"{called} has frame {first}; the first frame of a video is {FIRST_FRAME}",
            "if the source counts from 0, say so, or add 1 to its frames",
        )
    if count is not None and (last := int(frames.max())) > count:
        beyond = int(np.count_nonzero(frames > count))
        yield error(
            "frame-after-last",
            where,
            f"{called} has {beyond} frames after the last one, up to {last}; the video has {count}",
            "remove them, or correct the video's frame_count",
        )


def _sparse(track: Track) -> Iterator[Raised]:
    if len(track) >= 3 and track.segments == len(track):
        yield warning(
            "segments-single",
            track.where,
            f"'{track.feature}' has {len(track)} segments of one frame each, so nothing is interpolated between them",
            "if they are keyframes of one movement, give them all the same segment_index",
        )


def _ranges(one: Answered, base: int, count: int | None) -> Iterator[Raised]:
    for answer in one.asked.answers:
        for span in answer.spans:
            if span.start < base or (count is not None and span.end > count - 1 + base):
                last = "" if count is None else f" to {count - 1 + base}"
                yield error(
                    "range-outside-video",
                    one.asked.where,
                    f"answer '{answer}' of {one} holds for frames {shown([span])}; "
                    f"ranges go from {base}{last} (temporal_base is {base})",
                    "correct the range, or set frames.temporal_base to what the source counts from",
                )


def _inside(one: Answered) -> Iterator[Raised]:
    if one.parent is None or not one.asked.framed:
        return
    parents = coalesce(one.parent.spans)
    for answer in one.asked.answers:
        outside = [span for span in coalesce(answer.spans) if not contains(parents, span)]
        if outside:
            yield _outside(one, str(answer), outside, parents)


def _outside(one: Answered, answer: str, outside: list[Span], parents: tuple[Span, ...]) -> Raised:
    within = f"frames {shown(parents)}" if parents else "no frames of its own"
    return error(
        "range-outside-parent",
        one.asked.where,
        f"answer '{answer}' of {one} holds for frames {shown(outside)}, but the answer above it has {within}",
        "keep nested ranges inside those of the answer above, or widen that one",
    )
