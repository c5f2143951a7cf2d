"""The input of a reader: an entry of a spec's ``labels``, its files, and facts about the videos."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from labelferry.errors import SourceError
from labelferry.files.reach import Reach
from labelferry.model.feature import Where
from labelferry.model.findings import FindingHandler
from labelferry.model.input_rules import ReaderRule
from labelferry.model.keys import identity
from labelferry.model.media import Media
from labelferry.sources.entry import LabelsEntry
from labelferry.sources.text import text_of

__all__ = ["Source"]

MILLISECONDS = 1000.0

EntryT_co = TypeVar("EntryT_co", bound=LabelsEntry, covariant=True)


@dataclass(frozen=True, slots=True)
class Source(Generic[EntryT_co]):
    """One read: a single file, or all files of a video where the format reads them together.

    Args:
        entry: the options, with the placeholders of the global key filled in.
        files: the files as the user calls them, in the order of their names.
        reach: finds the files, and those next to them.
        note: takes findings: what the reader has to say without refusing a file.
        media: what is known of the videos, by the identity of their global keys.
        lenient: whether coordinates of a video of unknown size may stay fractions, with a warning.
    """

    entry: EntryT_co
    files: tuple[str, ...]
    reach: Reach
    note: FindingHandler
    media: Mapping[str, Media] = field(default_factory=dict)
    lenient: bool = False

    @property
    def file(self) -> str:
        """The file, for a format that is read one file at a time."""
        return self.files[0]

    def text(self, file: str) -> str:
        r"""Return the text of one of the files, every line ending in ``\n``.

        Raises:
            SourceError: when it cannot be read, is empty or is not text.
        """
        return text_of(self.reach.file(file), file)

    def media_of(self, key: str) -> Media:
        """Return the facts about a video, from the manifest and the video itself."""
        return self.media.get(identity(key), Media())

    def known_size(self, key: str) -> tuple[int, int] | None:
        """Return width and height of a video in pixels, None when they are not known."""
        media = self.media_of(key)
        return (media.width, media.height) if media.width and media.height else None

    def size(self, key: str) -> tuple[int, int]:
        """Return width and height of a video in pixels.

        Raises:
            SourceError: when they are not known.
        """
        if known := self.known_size(key):
            return known
        if self.lenient:
            self.note(ReaderRule.SIZE_UNKNOWN.at(Where(self.file), row=key))
            return 1, 1
        raise SourceError(
            f"{self.file}: needs the video's width and height, which are not known for '{key}'; add the columns width "
            "and height to videos"
        )

    def rate(self, key: str) -> float:
        """Return the frames per second of a video.

        Raises:
            SourceError: when they are not known.
        """
        if fps := self.media_of(key).fps:
            return fps
        if self.lenient:
            self.note(ReaderRule.RATE_UNKNOWN.at(Where(self.file), row=key))
            return MILLISECONDS
        raise SourceError(
            f"{self.file}: needs the video's frame rate, which is not known for '{key}'; add the column fps to videos"
        )
