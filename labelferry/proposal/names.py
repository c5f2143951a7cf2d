"""Names of files as people have them -> which video a file of labels, or a name inside one, belongs to."""

import re
import unicodedata
from collections.abc import Iterable
from functools import reduce
from pathlib import PurePosixPath

from labelferry.proposal.inventory import FoundVideo
from labelferry.sources.keys import PLACEHOLDERS
from labelferry.sources.media_beside import VIDEO_ENDINGS

__all__ = ["VideoNames", "filled", "plain_name"]

ADDED = re.compile(
    r"[ ._-]+(gt|det|dets|labels?|annotations?|annots?|boxes|tracks?|tracking|results?|pred(iction)?s?|export|masks?"
    r"|ground[ ._-]?truth)$"
)
"""What people add to the name of a video for the file of its labels."""
SHORTEST = 3
"""Letters of a video's name that may be looked for inside another name."""


def plain_name(text: str) -> str:
    """Return a name as it is compared: composed, without case, without the ending of a video."""
    name = unicodedata.normalize("NFC", text).casefold().strip()
    path = PurePosixPath(name)
    return path.stem.strip() if path.suffix in VIDEO_ENDINGS else name


def filled(template: str, path: PurePosixPath) -> str:
    """Return a global key with its placeholders filled in for a file of labels."""
    return reduce(lambda text, each: text.replace(each, PLACEHOLDERS[each](path)), PLACEHOLDERS, template)


class VideoNames:
    """Looks up videos by names.

    Args:
        videos: those that there are.
    """

    def __init__(self, videos: Iterable[FoundVideo]) -> None:
        self._by_name: dict[str, list[FoundVideo]] = {}
        for video in videos:
            self._by_name.setdefault(plain_name(video.path.name), []).append(video)

    def named(self, name: str, near: PurePosixPath) -> FoundVideo | None:
        """Return the one video with a name; of several, the one whose folders are most like those of ``near``."""
        found = self._by_name.get(plain_name(PurePosixPath(name).name), [])
        ranked = sorted(found, key=lambda video: _shared(video.path, near), reverse=True)
        if len(ranked) > 1 and _shared(ranked[0].path, near) == _shared(ranked[1].path, near):
            return None
        return ranked[0] if ranked else None

    def of_file(self, path: PurePosixPath, placeholders: Iterable[str] = tuple(PLACEHOLDERS)) -> FoundVideo | None:
        """Return the video that the name of a file of labels, or of the folders above it, says."""
        for placeholder in placeholders:
            name = filled(placeholder, path)
            for tried in (name, ADDED.sub("", name.casefold())):
                if tried and (found := self.named(tried, path)):
                    return found
        return self._inside(plain_name(path.stem), path)

    def _inside(self, name: str, near: PurePosixPath) -> FoundVideo | None:
        """Return the video with the longest name that is a part of another one, at whole words."""
        fits = [each for each in self._by_name if len(each) >= SHORTEST and _is_part(each, name)]
        fits.sort(key=len, reverse=True)
        if not fits or (len(fits) > 1 and not _is_part(fits[1], fits[0])):
            return None
        return self.named(fits[0], near)


def _is_part(part: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(part)}(?![^\W_])|(?<=_){re.escape(part)}(?![^\W_])", name) is not None


def _shared(one: PurePosixPath, other: PurePosixPath) -> int:
    """The number of folders' names that two paths share."""
    return len(set(one.parts[:-1]) & set(other.parts[:-1]))
