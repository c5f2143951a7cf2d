"""Videos and labels -> which labels belong to which video, and how that is known."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import ValidationError

from labelferry.errors import InputError
from labelferry.files.reach import Reach
from labelferry.model.findings import Finding
from labelferry.proposal.inventory import FoundVideo, Inventory, LabelUnit
from labelferry.proposal.names import VideoNames
from labelferry.sources.keys import PLACEHOLDERS
from labelferry.sources.registry import read_labels
from labelferry.sources.source import Source

__all__ = ["How", "Pair", "pairs_of", "takes_key"]

MOST_NAMES = 5_000
"""Names of videos that are taken from one file."""
KEY = "global_key"


class How(StrEnum):
    """How it is known which video labels belong to."""

    INSIDE = "the labels name their video"
    NAME = "by name"
    ONLY = "there is no other video near it"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Pair:
    """Labels and their videos.

    Args:
        unit: the labels.
        how: how it is known.
        video: the one video that they belong to; None if there are several, or none.
        named: what the labels call their videos; empty when they do not name them.
        videos: the video of each of those names, where there is one.
        by_file: for a folder, the video of each of its files.
    """

    unit: LabelUnit
    how: How
    video: FoundVideo | None = None
    named: tuple[str, ...] = ()
    videos: Mapping[str, FoundVideo] = field(default_factory=dict)
    by_file: Mapping[PurePosixPath, FoundVideo] = field(default_factory=dict)

    @property
    def found(self) -> tuple[FoundVideo, ...]:
        """Every video that it belongs to."""
        one = () if self.video is None else (self.video,)
        return tuple(dict.fromkeys((*one, *self.videos.values(), *self.by_file.values())))


def pairs_of(root: Path, found: Inventory) -> list[Pair]:
    """Find the videos of all labels: as the labels name them, else by the names of files, else the only one."""
    names = VideoNames(found.videos)
    pairs = [_pair(root, unit, names) for unit in found.units]
    near = Counter(pair.unit.path.parent for pair in pairs)
    return [_only(pair, found.videos, near) if pair.how is How.UNKNOWN else pair for pair in pairs]


def _pair(root: Path, unit: LabelUnit, names: VideoNames) -> Pair:
    named = tuple(_names_inside(root, unit))
    if inside := _called(unit, named, names):
        return Pair(unit, How.INSIDE, named=named, videos=inside)
    if not takes_key(unit) or len(named) > 1:
        return Pair(unit, How.UNKNOWN, named=named)
    by_file = {file: video for file in unit.files if (video := names.of_file(file, _most_likely(unit)))}
    if not by_file or (len(by_file) > 1 and not unit.inside):
        return Pair(unit, How.UNKNOWN, named=named)
    return Pair(unit, How.NAME, _same(by_file.values()), named, by_file=by_file)


def _called(unit: LabelUnit, named: Iterable[str], names: VideoNames) -> dict[str, FoundVideo]:
    """The videos that labels call by these names."""
    return {name: video for name in named if (video := names.named(name, unit.path))}


def _same(videos: Iterable[FoundVideo]) -> FoundVideo | None:
    """The video, if they are all the same one."""
    different = set(videos)
    return different.pop() if len(different) == 1 else None


def _most_likely(unit: LabelUnit) -> tuple[str, ...]:
    """The placeholders to try, first that of the format: of a file among a folder's, its own name says the frame."""
    if not unit.inside:
        return tuple(PLACEHOLDERS)
    default = unit.guess.options.get(KEY) or unit.reader.entry.model_fields[KEY].get_default()
    first = [default] if isinstance(default, str) and default in PLACEHOLDERS else []
    return tuple(dict.fromkeys((*first, "{video}", "{parent}", "{parent2}")))


def _only(pair: Pair, videos: list[FoundVideo], near: Mapping[PurePosixPath, int]) -> Pair:
    """Take the only video of the folder, or of all, for labels that nothing else tells."""
    if not takes_key(pair.unit) or len(pair.named) > 1:
        return pair
    folder = pair.unit.path.parent
    beside = [video for video in videos if video.path.parent == folder] or videos
    if len(beside) != 1 or near[folder] != 1:
        return pair
    return Pair(pair.unit, How.ONLY, beside[0], pair.named, by_file=dict.fromkeys(pair.unit.files, beside[0]))


def takes_key(unit: LabelUnit) -> bool:
    """Return whether the spec says which video these labels are of."""
    return KEY in unit.reader.entry.model_fields


def _names_inside(root: Path, unit: LabelUnit) -> Iterator[str]:
    """Yield what labels call their videos, if their format has names and this file does."""
    field_ = unit.reader.entry.model_fields.get(KEY)
    if unit.inside or KEY in unit.guess.options or (field_ is not None and field_.is_required()):
        return
    options: dict[str, Any] = {**unit.guess.options, "format": unit.reader.format, "path": str(unit.path)}
    unheard: list[Finding] = []
    try:
        entry = unit.reader.entry.model_validate(options)
        source = Source(entry, (str(unit.path),), Reach(root), unheard.append, {}, lenient=True)
        keys = (video.row.global_key for video in read_labels(source))
        yield from dict.fromkeys(key for key in islice(keys, MOST_NAMES) if key)
    except (InputError, ValidationError):
        return  # it cannot be read without more options; the check of the spec says which
