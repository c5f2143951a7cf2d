"""Rules about lines and rows: the row is in the manifest, ids are unique, no name has too many lines.

The limit of lines per name is a constant of the official SDK (it counts lines that carry ``name``; mask lines do not).
"""

from collections import Counter
from collections.abc import Iterator

from labelferry.checks.scene import Raised, Scene, error
from labelferry.model.answers import Classification
from labelferry.model.feature import Where
from labelferry.model.keys import identity
from labelferry.model.masks import Masks
from labelferry.model.tracks import Track
from labelferry.model.video import LabelledVideo

__all__ = ["MOST_LINES", "check"]

MOST_LINES = 5_000


def check(scene: Scene) -> Iterator[Raised]:
    """Check rows and lines."""
    yield from _rows(scene)
    yield from _uuids(scene)
    for videos in scene.by_row().values():
        yield from _crowded(videos)


def _rows(scene: Scene) -> Iterator[Raised]:
    if scene.rows is None:
        return
    for video in scene.videos:
        key = video.row.global_key
        if key and identity(key) not in scene.rows:
            yield error(
                "row-unknown",
                video.where,
                f"labels for the global key '{key}', which is not among the videos",
                "add the video to the manifest or correct the key",
            )


def _uuids(scene: Scene) -> Iterator[Raised]:
    seen: dict[str, Where] = {}
    for video in scene.videos:
        lines: list[Classification | Masks | Track] = [*video.classifications, *video.masks, *video.tracks]
        for line in lines:
            if line.uuid and line.uuid in seen:
                yield error(
                    "uuid-twice",
                    line.where,
                    f"the uuid {line.uuid} is also used at {seen[line.uuid]}",
                    "give each annotation its own uuid, or none at all",
                )
            elif line.uuid:
                seen[line.uuid] = line.where


def _crowded(videos: list[LabelledVideo]) -> Iterator[Raised]:
    counts = Counter(line.feature.key for video in videos for line in video.classifications)
    counts.update(line.feature.key for video in videos for line in video.tracks)
    for name, count in counts.items():
        if count > MOST_LINES:
            yield error(
                "lines-too-many",
                videos[0].where,
                f"{count:,} annotations of '{name}' on {videos[0].row}; an import takes {MOST_LINES:,} per row",
                "join them into fewer tracks, or split them over several names",
            )
