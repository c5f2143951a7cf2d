"""What the manifest says of a video, and what its file says -> the facts that the checks go by.

Where both say something the file is right: it is what is uploaded. Whatever the manifest says, a file that is uploaded
is a video. What Labelbox takes: https://docs.labelbox.com/reference/import-video-data.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path, PurePath
from urllib.parse import urlsplit

from labelferry.files.reach import Reach
from labelferry.media import probe, refuse_other_files, unusual
from labelferry.model import RowRef, Where
from labelferry.model.findings import Finding, on
from labelferry.model.input_rules import VideoRule
from labelferry.model.media import Media
from labelferry.sources.manifest import PICTURE_ENDINGS, VideoRow

__all__ = ["media_of"]

MOST_FRAMES = 20_000
RATE_TOLERANCE = 0.02
"""Frames per second that a manifest may differ by: 29.97 is accepted for 30000/1001, 30 is not."""


def media_of(row: VideoRow, reach: Reach, findings: list[Finding]) -> Media:
    """Return the facts of a video; what is wrong with them is added to the findings.

    Raises:
        SourceError: when its file is not a video.
    """
    notes: list[Finding] = []
    given = seen = _given(row.width, row.height, row.fps, row.frame_count)
    if row.file is not None:
        refuse_other_files(row.file, must_know=reach.confined)
        seen = probe(row.file, notes.append)
        notes = _of_file(row, row.file, notes)
        notes += _contradictions(row, given, seen)
    known = given if seen is given else _merged(given, seen)
    if (known.frame_count or 0) > MOST_FRAMES:
        notes.append(VideoRule.VIDEO_TOO_LONG.at(row.where, count=known.frame_count))
    if row.file is None and row.row_data is not None and _is_picture(row.row_data):
        notes.append(VideoRule.ROW_DATA_PICTURE.at(row.where, row_data=row.row_data))
    if notes:
        findings += on(RowRef(row.global_key), notes)
    return known


def _of_file(row: VideoRow, file: Path, notes: list[Finding]) -> list[Finding]:
    """What probing found that matters, and what Labelbox would not take."""
    if all((row.width, row.height, row.fps, row.frame_count)):  # all is known where PyAV is not installed
        notes = [note for note in notes if note.code != VideoRule.VIDEO_NOT_READ.code]
    if found := unusual(file):
        notes.append(VideoRule.VIDEO_NOT_TAKEN.at(row.where, problem=found[0], wanted=found[1]))
    return notes


@lru_cache(1024)
def _given(width: int | None, height: int | None, fps: float | None, frame_count: int | None) -> Media:
    """Return what a manifest says; the same value for videos that are alike."""
    return Media(width=width, height=height, fps=fps, frame_count=frame_count)


def _merged(given: Media, seen: Media) -> Media:
    return Media(
        width=seen.width or given.width,
        height=seen.height or given.height,
        fps=seen.fps or given.fps,
        frame_count=seen.frame_count or given.frame_count,
    )


LIKELY = re.compile("|".join(map(re.escape, PICTURE_ENDINGS)))
"""Of few URLs: taking each apart costs more than all else about it."""


def _is_picture(url: str) -> bool:
    lowered = url.lower()
    return bool(LIKELY.search(lowered)) and PurePath(urlsplit(lowered).path).suffix in PICTURE_ENDINGS


def _contradictions(row: VideoRow, given: Media, seen: Media) -> Iterator[Finding]:
    said = [
        (f"{given.width}x{given.height}", f"{seen.width}x{seen.height}", _differ_in_size(given, seen)),
        (f"{given.fps:g} frames per second" if given.fps else "", f"{seen.fps or 0:g}", _differ_in_rate(given, seen)),
        (f"{given.frame_count} frames", f"{seen.frame_count}", _differ(given.frame_count, seen.frame_count)),
    ]
    if wrong := [(one, other) for one, other, differs in said if differs]:
        yield VideoRule.MANIFEST_CONTRADICTED.at(
            Where(row.where.source, row.where.line, row.where.detail),
            said=" and ".join(one for one, _ in wrong),
            found=" and ".join(other for _, other in wrong),
        )


def _differ(given: float | None, seen: float | None) -> bool:
    return given is not None and seen is not None and given != seen


def _differ_in_size(given: Media, seen: Media) -> bool:
    return _differ(given.width, seen.width) or _differ(given.height, seen.height)


def _differ_in_rate(given: Media, seen: Media) -> bool:
    return given.fps is not None and seen.fps is not None and abs(given.fps - seen.fps) > RATE_TOLERANCE
