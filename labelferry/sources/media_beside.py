"""What is known of videos when there is no manifest: what the caller says, else the video file next to the labels."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from labelferry.errors import SourceError
from labelferry.media import probe
from labelferry.model.findings import Finding
from labelferry.model.media import Media

__all__ = ["VIDEO_ENDINGS", "MediaBeside"]

VIDEO_ENDINGS = {".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".ts", ".wmv"}


class MediaBeside(Mapping[str, Media]):
    """Facts by the identity of a global key, for any key.

    Args:
        labels: the file or folder of labels.
        told: what the caller says of the videos.
    """

    def __init__(self, labels: Path, told: Media) -> None:
        self.labels, self.told = labels, told
        self.seen: dict[str, Media] = {}

    def __getitem__(self, key: str) -> Media:
        if key not in self.seen:
            self.seen[key] = self._told() or self._beside(key)
        return self.seen[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.seen)

    def __len__(self) -> int:
        return len(self.seen)

    def _told(self) -> Media | None:
        return self.told if any((self.told.width, self.told.fps, self.told.frame_count)) else None

    def _beside(self, key: str) -> Media:
        folder = self.labels if self.labels.is_dir() else self.labels.parent
        unheard: list[Finding] = []
        for path in sorted(folder.iterdir()):
            if path.suffix.lower() in VIDEO_ENDINGS and key in (path.name.casefold(), path.stem.casefold()):
                try:
                    return probe(path, unheard.append)
                except SourceError:
                    return Media()
        return Media()
