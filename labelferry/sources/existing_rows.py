"""Data rows that are in Labelbox already -> the videos of a spec, found by what the labels call them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from labelferry.errors import SourceError
from labelferry.listing import shorten
from labelferry.model.feature import Where
from labelferry.model.keys import identity, wrong_key
from labelferry.model.media import Media
from labelferry.sources.manifest import VideoRow

__all__ = ["HeldRow", "RowMatch", "RowName", "RowNames"]

SHOWN = 3
HERE = Where("videos")


class RowMatch(StrEnum):
    """What labels call a data row."""

    GLOBAL_KEY = "global_key"
    EXTERNAL_ID = "external_id"
    STEM = "stem"


class RowName(StrEnum):
    """What the global key of a data row that has none is made of."""

    EXTERNAL_ID = "external_id"
    ID = "id"


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A data row as Labelbox has it.

    Args:
        id: Labelbox's id.
        global_key: None when it has none.
        external_id: the user's own name for it.
        row_data: its URL.
        media: what the service read of the video.
    """

    id: str
    global_key: str | None = None
    external_id: str | None = None
    row_data: str | None = None
    media: Media = field(default_factory=Media)

    def called(self, match: RowMatch, assign: RowName | None) -> str | None:
        """Return what labels call it."""
        if match is RowMatch.GLOBAL_KEY:
            return self.named(assign)
        if match is RowMatch.EXTERNAL_ID:
            return self.external_id
        path = self.external_id or unquote(urlsplit(self.row_data or "").path)
        return stem(path) if path else None

    def named(self, assign: RowName | None) -> str | None:
        """Return its global key, or the one that it gets; None when there is none for it."""
        if self.global_key is not None or assign is None:
            return self.global_key
        return self.id if assign is RowName.ID else self.external_id


def stem(name: str) -> str:
    """Return the name of a file without its folders and its ending."""
    return PurePosixPath(name.replace("\\", "/")).stem


@dataclass(frozen=True, slots=True)
class RowNames:
    """The data rows of a spec by what its labels call them.

    Args:
        match: what they call them.
        rows: the videos by the identity of that name.
        unclear: names that do not lead to one data row with a global key, and why.
    """

    match: RowMatch
    rows: Mapping[str, VideoRow]
    unclear: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_manifest(cls, rows: Iterable[VideoRow]) -> "RowNames":
        """Return the names of a manifest's rows: their global keys."""
        return cls(RowMatch.GLOBAL_KEY, {identity(row.global_key): row for row in rows})

    @classmethod
    def of_held(cls, held: Iterable[HeldRow], match: RowMatch, assign: RowName | None) -> "RowNames":
        """Return the names of data rows in Labelbox."""
        called: dict[str, list[HeldRow]] = {}
        for row in held:
            if name := row.called(match, assign):
                called.setdefault(identity(name), []).append(row)
        keys = _shared(row.named(assign) for rows in called.values() for row in rows)
        found = {name: _video_or_why(rows, match, assign, keys) for name, rows in called.items()}
        known = {name: row for name, row in found.items() if isinstance(row, VideoRow)}
        return cls(match, known, {name: why for name, why in found.items() if isinstance(why, str)})

    def key(self, label: str, where: Where) -> str | None:
        """Return the global key of the data row that labels call so, None when there is none.

        Raises:
            SourceError: when it is not clear which data row is meant, or the data row has no global key.
        """
        name = self._name(label)
        if why := self.unclear.get(name):
            raise SourceError(f"{where}: '{label}' {why}", line=where.line)
        row = self.rows.get(name)
        return None if row is None else row.global_key

    def facts(self, media: Mapping[str, Media]) -> Mapping[str, Media]:
        """Return what is known of the videos, by what labels call them.

        Args:
            media: the same by global key.
        """
        by_name = {name: media[row.global_key] for name, row in self.rows.items()}
        return _ByStem(by_name) if self.match is RowMatch.STEM else by_name

    def _name(self, label: str) -> str:
        return identity(stem(label) if self.match is RowMatch.STEM else label)


class _ByStem(Mapping[str, Media]):
    """Values by the stem of a name, whatever its folder and ending."""

    def __init__(self, values: Mapping[str, Media]) -> None:
        self._values = values

    def __getitem__(self, name: str) -> Media:
        return self._values[identity(stem(name))]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def _shared(keys: Iterable[str | None]) -> set[str]:
    """Return the global keys that several rows have or would get, by identity."""
    seen, twice = set[str](), set[str]()
    for name in (identity(key) for key in keys if key is not None):
        (twice if name in seen else seen).add(name)
    return twice


def _video_or_why(rows: list[HeldRow], match: RowMatch, assign: RowName | None, shared: set[str]) -> VideoRow | str:
    """Return the video of the one row that has a name, or why it is not clear which that is."""
    if len(rows) > 1:
        listed = ", ".join(shorten([row.global_key or row.id for row in rows], SHOWN))
        return f"is the {WORDS[match]} of several data rows in Labelbox: {listed}; {OTHER_MATCH[match]}"
    (row,) = rows
    key = row.named(assign)
    if key is None:
        return f"is the data row {row.id}, which has no global key; {_advice(row)}"
    if row.global_key is None and (wrong := wrong_key(key)):
        return f"is the data row {row.id}, and its external id cannot be its global key ({wrong}); say assign: id"
    if row.global_key is None and identity(key) in shared:
        return f"is the data row {row.id}, and another one has the global key '{key}' or would get it; say assign: id"
    return _video(row, key)


def _advice(row: HeldRow) -> str:
    if row.external_id:
        return "to give it one, say assign: external_id or assign: id under videos"
    return "to give it one, say assign: id under videos"


WORDS = {
    RowMatch.GLOBAL_KEY: "global key",
    RowMatch.EXTERNAL_ID: "external id",
    RowMatch.STEM: "name of the file",
}
OTHER_MATCH = {
    RowMatch.GLOBAL_KEY: "correct it in Labelbox",
    RowMatch.EXTERNAL_ID: "say match: global_key under videos, or change the external ids in Labelbox",
    RowMatch.STEM: "say match: external_id or match: global_key under videos",
}


def _video(row: HeldRow, key: str) -> VideoRow:
    media = row.media
    return VideoRow(
        global_key=key,
        row_data=None,
        where=HERE,
        width=media.width,
        height=media.height,
        fps=media.fps,
        frame_count=media.frame_count,
        without_key=row.id if row.global_key is None else None,
    )
