"""Frame numbers -> inside the video, inside the answer above, and not one segment for each."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from labelferry.checks.subject import Facts, PlacedClassification, RowCheck, answered, each_video, shown, whole_row
from labelferry.model.feature import Where
from labelferry.model.findings import Finding
from labelferry.model.frames import FIRST_FRAME, Frames, Span, coalesce, contains
from labelferry.model.masks import Masks
from labelferry.model.rules import FrameRule
from labelferry.model.tracks import Track
from labelferry.model.video import LabelledVideo

__all__ = ["check", "check_all"]


LEAST_EXTRACTED = 3
"""Keyframes of a track from which on consecutive frames are a pattern."""


def check_all(facts: Facts) -> RowCheck:
    """Check the frames of all labels of a row together."""
    return whole_row(lambda videos: _like_seconds(videos, facts))


def _like_seconds(videos: Sequence[LabelledVideo], facts: Facts) -> Iterator[Finding]:
    """Labels on frames 1, 2, 3, ... of a long video, none beyond the number of its seconds: extracted, one a second."""
    tracks = [track for video in videos for track in video.tracks]
    media = facts.media_of(videos[0].row)
    if not media.fps or not media.frame_count or max(map(len, tracks), default=0) < LEAST_EXTRACTED:
        return
    frames = np.unique(np.concatenate([track.frames for track in tracks]))
    is_dense = int(frames[-1] - frames[0]) == len(frames) - 1
    if is_dense and media.fps >= 2 and frames[0] <= FIRST_FRAME + 1 and frames[-1] <= media.frame_count / media.fps + 1:
        yield FrameRule.FRAMES_LIKE_SECONDS.at(
            tracks[0].where,
            frame=int(frames[0]),
            video=videos[0].row,
            first=int(frames[0]),
            last=int(frames[-1]),
            video_frames=media.frame_count,
            step=round(media.fps),
        )


def check(facts: Facts) -> RowCheck:
    """Check frame numbers."""
    return each_video(lambda video: _video(video, facts.media_of(video.row).frame_count, facts.temporal_base))


def _video(video: LabelledVideo, count: int | None, base: int) -> Iterator[Finding]:
    for track in video.tracks:
        called = f"'{track.feature}'" + (f" (track {track.instance})" if track.instance else "")
        yield from _bounds(called, track, track.frames, count)
    for masks in video.masks:
        frames = np.array([frame.frame for frame in masks.frames])
        yield from _bounds("the mask", masks, frames, count)
    for track in video.tracks:
        yield from _sparse(track)
    for one in answered(video):
        yield from _outside_video(one, base, count)
        yield from _outside_parent(one)


def _bounds(label: str, of: Track | Masks, frames: Frames, count: int | None) -> Iterator[Finding]:
    track = of.instance if isinstance(of, Track) else None
    if (first := int(frames.min())) < FIRST_FRAME:
        yield FrameRule.FRAME_BEFORE_FIRST.at(_place(of, frames, first), frame=first, track=track, label=label)
    beyond = frames[frames > count] if count is not None else frames[:0]
    if beyond.size:
        yield FrameRule.FRAME_BEYOND_END.at(
            _place(of, frames, int(beyond.min())),
            frame=int(beyond.min()),
            track=track,
            label=label,
            count=beyond.size,
            last=int(beyond.max()),
            video_frames=count,
        )


def _place(of: Track | Masks, frames: Frames, frame: int) -> Where:
    return of.where_of(int(np.argmax(frames == frame))) if isinstance(of, Track) else of.where


def _sparse(track: Track) -> Iterator[Finding]:
    # Two may be intended; from three on, each keyframe more likely got its own segment by mistake.
    if len(track) >= 3 and track.segments == len(track):
        first = int(track.frames[0])
        yield FrameRule.SEGMENTS_SINGLE.at(
            track.where, frame=first, track=track.instance, feature=track.feature, count=track.segments
        )


def _outside_video(one: PlacedClassification, base: int, count: int | None) -> Iterator[Finding]:
    """Yield ranges outside the video; counting may start at 0 or 1, so only what fits neither is an error."""
    last = None if count is None else count - 1 + base
    for answer in one.asked.answers:
        for span in answer.spans:
            said: dict[str, Any] = {"answer": answer, "question": one, "frames": shown([span])}
            if count is not None and span.end > count:
                rule = FrameRule.RANGE_OUTSIDE_VIDEO
                said |= {"video_frames": count}
            elif span.start < base or (last is not None and span.end > last):
                rule = FrameRule.RANGE_OF_OTHER_BASE
                said |= {"allowed": base if last is None else f"{base} to {last}", "base": base, "other_base": 1 - base}
            else:
                continue
            yield rule.at(one.asked.where, frame=span.start, **said)


def _outside_parent(one: PlacedClassification) -> Iterator[Finding]:
    if one.parent is None or not one.asked.framed:
        return
    parents = coalesce(one.parent.spans)
    for answer in one.asked.answers:
        outside = [span for span in coalesce(answer.spans) if not contains(parents, span)]
        if outside:
            yield _outside(one, str(answer), outside, parents)


def _outside(one: PlacedClassification, answer: str, outside: list[Span], parents: tuple[Span, ...]) -> Finding:
    return FrameRule.RANGE_OUTSIDE_PARENT.at(
        one.asked.where,
        frame=outside[0].start,
        answer=answer,
        question=one,
        frames=shown(outside),
        allowed=f"frames {shown(parents)}" if parents else "no frames of its own",
    )
