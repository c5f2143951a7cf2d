"""Rows and lines -> the row is in the manifest, ids are unique, no name has too many lines."""

from collections import Counter
from collections.abc import Iterator

from labelferry.checks.subject import Subject
from labelferry.model.answers import Classification
from labelferry.model.feature import Where
from labelferry.model.findings import Finding, on
from labelferry.model.keys import identity
from labelferry.model.masks import Masks
from labelferry.model.rules import LineRule
from labelferry.model.tracks import Track
from labelferry.model.video import LabelledVideo

__all__ = ["MOST_LINES", "check"]

MOST_LINES = 5_000


def check(subject: Subject) -> Iterator[Finding]:
    """Check rows and lines."""
    seen: dict[str, Where] = {}
    for video in subject.videos:
        yield from on(video.row, _row(video, subject.rows))
    for video in subject.videos:
        yield from on(video.row, _uuids(video, seen))
    for videos in subject.by_row():
        yield from on(videos[0].row, _crowded(videos))


def _row(video: LabelledVideo, rows: frozenset[str] | None) -> Iterator[Finding]:
    key = video.row.global_key
    if rows is not None and key and identity(key) not in rows:
        yield LineRule.ROW_UNKNOWN.at(video.where, key=key)


def _uuids(video: LabelledVideo, seen: dict[str, Where]) -> Iterator[Finding]:
    lines: list[Classification | Masks | Track] = [*video.classifications, *video.masks, *video.tracks]
    for line in lines:
        if line.uuid and line.uuid in seen:
            yield LineRule.UUID_TWICE.at(line.where, uuid=line.uuid, other_place=seen[line.uuid])
        elif line.uuid:
            seen[line.uuid] = line.where


def _crowded(videos: list[LabelledVideo]) -> Iterator[Finding]:
    counts = Counter(line.feature.key for video in videos for line in video.classifications)
    counts.update(line.feature.key for video in videos for line in video.tracks)
    for name, count in counts.items():
        if count > MOST_LINES:
            yield LineRule.LINES_TOO_MANY.at(videos[0].where, count=count, feature=name, video=videos[0].row)
