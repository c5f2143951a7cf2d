"""Rows and lines -> the row is in the manifest, ids are unique, no name has too many lines."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import PurePath

from labelferry.checks.subject import Facts, RowCheck, Stage, each_video, whole_row
from labelferry.model.answers import Classification
from labelferry.model.feature import Where
from labelferry.model.findings import Finding
from labelferry.model.keys import identity
from labelferry.model.masks import Masks
from labelferry.model.rules import LineRule
from labelferry.model.tracks import Track
from labelferry.model.video import LabelledVideo

__all__ = ["MOST_LINES", "STAGES"]

MOST_LINES = 5_000
CLOSE = 0.8
DIGITS = re.compile(r"\d+")
"""Keys that differ in a number are two videos, however alike."""
SHORT = 3
"""Keys of so few characters are all alike."""


def _known(facts: Facts) -> RowCheck:
    return each_video(lambda video: _row(video, facts.rows))


def _unique(_: Facts) -> RowCheck:
    seen: dict[str, Where] = {}
    return each_video(lambda video: _uuids(video, seen))


def _row(video: LabelledVideo, rows: Mapping[str, str] | None) -> Iterator[Finding]:
    key = video.row.global_key
    if rows is not None and key and identity(key) not in rows:
        if folder := _folder(video.where.source, rows):
            yield LineRule.ROW_OF_FOLDER.at(video.where, key=key, folder=folder[0], placeholder=folder[1])
        elif near := _near(key, rows):
            yield LineRule.ROW_MISSPELLED.at(video.where, key=key, similar_key=near)
        else:
            yield LineRule.ROW_UNKNOWN.at(video.where, key=key)


def _folder(file: str, rows: Mapping[str, str]) -> tuple[str, str] | None:
    """A folder of the file that has the name of a video, and the placeholder for it."""
    path = PurePath(file)
    named = (("{parent}", path.parent.name), ("{parent2}", path.parent.parent.name))
    return next(((name, holder) for holder, name in named if identity(name) in rows), None)


def _near(key: str, rows: Mapping[str, str]) -> str | None:
    """A key of the manifest that is this one but for its ending or folder, else one that is spelled alike."""
    name = PurePath(identity(key)).stem
    same = [whole for one, whole in rows.items() if PurePath(one).stem == name]
    close = get_close_matches(identity(key), rows, n=1, cutoff=CLOSE) if len(key) > SHORT else []
    likely = (rows[one] for one in close if DIGITS.findall(one) == DIGITS.findall(identity(key)))
    return same[0] if len(same) == 1 else next(likely, None)


def _uuids(video: LabelledVideo, seen: dict[str, Where]) -> Iterator[Finding]:
    lines: list[Classification | Masks | Track] = [*video.classifications, *video.masks, *video.tracks]
    for line in lines:
        if line.uuid and line.uuid in seen:
            yield LineRule.UUID_TWICE.at(line.where, uuid=line.uuid, other_place=seen[line.uuid])
        elif line.uuid:
            seen[line.uuid] = line.where


def _crowded(videos: Sequence[LabelledVideo]) -> Iterator[Finding]:
    counts = Counter(line.feature.key for video in videos for line in video.classifications)
    counts.update(line.feature.key for video in videos for line in video.tracks)
    for name, count in counts.items():
        if count > MOST_LINES:
            yield LineRule.LINES_TOO_MANY.at(videos[0].where, count=count, feature=name, video=videos[0].row)


STAGES: tuple[Stage, ...] = (_known, _unique, lambda _: whole_row(_crowded))
