"""Pairs of videos and labels -> the global keys of the videos, and the entries of ``labels``.

Labels of one format that lie in alike places become one entry with a pattern, if one template gives each of them the
key of its video; others get an entry each, with the key itself.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from glob import escape
from itertools import chain
from pathlib import PurePosixPath
from typing import Any
from unicodedata import normalize

from labelferry.files.reach import Reach
from labelferry.model.keys import identity, legal, wrong_key
from labelferry.proposal.inventory import FoundVideo, LabelUnit
from labelferry.proposal.names import filled
from labelferry.proposal.pairing import KEY, How, Pair, takes_key
from labelferry.sources.keys import PLACEHOLDERS

__all__ = ["ProposedEntry", "entries_of", "keys_of", "pattern_of"]


@dataclass(frozen=True, slots=True)
class ProposedEntry:
    """An entry of ``labels``.

    Args:
        options: what the spec says.
        pairs: the labels that it reads.
    """

    options: Mapping[str, Any]
    pairs: tuple[Pair, ...]


def keys_of(videos: Sequence[FoundVideo], pairs: Iterable[Pair]) -> dict[FoundVideo, str]:
    """Choose the global key of each video: as its labels call it, else its name, with the folder if that is not enough.

    The ending is left out when the videos have several, so that one entry can name them all.
    """
    keys: dict[FoundVideo, str] = {}
    for name, video in chain.from_iterable(pair.videos.items() for pair in pairs):
        keys.setdefault(video, name)
    endings = {video.path.suffix for video in videos}
    for by in (_stem if len(endings) > 1 else _name, _name, _path):
        keys |= _unshared({video: legal(normalize("NFC", by(video))) for video in videos if video not in keys}, keys)
    return keys | _numbered([video for video in videos if video not in keys])


def _numbered(videos: Sequence[FoundVideo]) -> dict[FoundVideo, str]:
    return {video: legal(f"{number} {_path(video)}") for number, video in enumerate(videos, 1)}


def _unshared(wanted: Mapping[FoundVideo, str], taken: Mapping[FoundVideo, str]) -> dict[FoundVideo, str]:
    """The wanted keys that no other video has or wants."""
    times = Counter(identity(key) for key in chain(taken.values(), wanted.values()))
    return {video: key for video, key in wanted.items() if times[identity(key)] == 1}


def _stem(video: FoundVideo) -> str:
    return video.path.stem


def _name(video: FoundVideo) -> str:
    return video.path.name


def _path(video: FoundVideo) -> str:
    return str(video.path)


def entries_of(pairs: Sequence[Pair], keys: Mapping[FoundVideo, str], reach: Reach) -> list[ProposedEntry]:
    """Make the entries, those of one format and one place together where a pattern and a template fit."""
    groups: dict[tuple[str, ...], list[Pair]] = {}
    for pair in pairs:
        groups.setdefault(_alike(pair), []).append(pair)
    return [entry for group in groups.values() for entry in _entries(group, keys, reach)]


def _alike(pair: Pair) -> tuple[str, ...]:
    """What labels have in common that one entry may read."""
    unit = pair.unit
    options = sorted((name, repr(value)) for name, value in unit.guess.options.items() if name not in (KEY, "path"))
    named = "inside" if pair.how is How.INSIDE else "outside"
    shape = (str(len(unit.path.parts)), unit.path.suffix if not unit.inside else unit.inside)
    return unit.reader.format, named, *shape, *(f"{name}={value}" for name, value in options)


def _entries(group: list[Pair], keys: Mapping[FoundVideo, str], reach: Reach) -> Iterator[ProposedEntry]:
    if len(group) > 1 and (whole := _whole(group, keys, reach)):
        yield whole
        return
    folders: dict[PurePosixPath, list[Pair]] = {}
    for pair in group:
        folders.setdefault(pair.unit.path.parent, []).append(pair)
    for inner in folders.values():
        yield from _in_folder(inner, keys, reach, tried=len(folders) == 1)


def _in_folder(
    group: list[Pair], keys: Mapping[FoundVideo, str], reach: Reach, *, tried: bool
) -> Iterator[ProposedEntry]:
    """The entries of one folder's labels: one, if that was not tried yet and fits, else one each."""
    if not tried and len(group) > 1 and (whole := _whole(group, keys, reach)):
        yield whole
        return
    for pair in group:
        yield from _alone(pair, keys)


def _whole(group: list[Pair], keys: Mapping[FoundVideo, str], reach: Reach) -> ProposedEntry | None:
    """One entry for all of them; None when no pattern or template fits."""
    first, pattern = group[0], pattern_of([pair.unit.path for pair in group])
    path = f"{pattern}/{first.unit.inside}" if first.unit.inside else pattern
    files = list(chain.from_iterable(pair.unit.files for pair in group))
    if set(reach.named(path)) != set(map(str, files)):
        return None
    options = _options(first.unit, path)
    if first.how is How.INSIDE:
        return ProposedEntry(options, tuple(group)) if all(_named_so(pair, keys) for pair in group) else None
    by_file = chain.from_iterable(pair.by_file.items() for pair in group)
    template = _template(files, {file: keys[video] for file, video in by_file})
    takes = template is not None and takes_key(first.unit)
    return ProposedEntry({**options, KEY: template}, tuple(group)) if takes else None


def _named_so(pair: Pair, keys: Mapping[FoundVideo, str]) -> bool:
    """Whether the labels call their videos what the spec calls them."""
    return all(identity(name) == identity(keys[video]) for name, video in pair.videos.items())


def _template(files: Iterable[PurePosixPath], wanted: Mapping[PurePosixPath, str]) -> str | None:
    """The key with a placeholder that is right for every file whose video is known; None when there is none."""
    if not wanted:
        return None
    listed = list(files)
    endings = dict.fromkeys(("", *(PurePosixPath(key).suffix for key in wanted.values())))
    tried = (f"{placeholder}{ending}" for placeholder in PLACEHOLDERS for ending in endings)
    return next((each for each in tried if _fits(each, listed, wanted)), None)


def _fits(template: str, files: Sequence[PurePosixPath], wanted: Mapping[PurePosixPath, str]) -> bool:
    given = {file: filled(template, file) for file in files}
    if any(identity(given[file]) != identity(key) for file, key in wanted.items()):
        return False
    return not any(wrong_key(key.strip()) for key in given.values())


def _alone(pair: Pair, keys: Mapping[FoundVideo, str]) -> Iterator[ProposedEntry]:
    unit = pair.unit
    path = f"{escape(str(unit.path))}/{unit.inside}" if unit.inside else str(unit.path)
    options = _options(unit, path)
    if pair.how is How.INSIDE or not takes_key(unit):
        yield ProposedEntry(options | _key_inside(pair, keys), (pair,))
        return
    wanted = {file: keys[video] for file, video in pair.by_file.items()}
    template = keys[pair.video] if pair.video else _template(unit.files, wanted)
    if template is not None:
        yield ProposedEntry({**options, KEY: template}, (pair,))
    elif unit.inside and wanted:
        yield from _by_prefix(pair, keys)
    else:
        yield ProposedEntry(options | _stand_in(unit), (pair,))


def _key_inside(pair: Pair, keys: Mapping[FoundVideo, str]) -> dict[str, Any]:
    """The key of a video that another file of labels calls otherwise than this one does."""
    if not takes_key(pair.unit) or _named_so(pair, keys) or len(pair.named) != 1:
        return {}
    return {KEY: keys[pair.found[0]]}


def _by_prefix(pair: Pair, keys: Mapping[FoundVideo, str]) -> Iterator[ProposedEntry]:
    """An entry for the files of each video in one folder, by what their names begin with."""
    unit = pair.unit
    begins = dict.fromkeys(filled("{video}", file) for file in unit.files)
    for begin in begins:
        video = next((video for file, video in pair.by_file.items() if filled("{video}", file) == begin), None)
        key = {KEY: keys[video]} if video else _stand_in(unit)
        path = f"{escape(str(unit.path))}/{escape(begin)}{unit.inside}"
        yield ProposedEntry({**_options(unit, path), **key}, (pair,))


def _stand_in(unit: LabelUnit) -> dict[str, str]:
    """The key of labels whose video is not known: what they are called."""
    if KEY in unit.guess.options:
        return {KEY: str(unit.guess.options[KEY])}
    return {KEY: "{stem}"} if unit.reader.entry.model_fields[KEY].is_required() else {}


def _options(unit: LabelUnit, path: str) -> dict[str, Any]:
    rest = {name: value for name, value in unit.guess.options.items() if name not in ("path", KEY)}
    return {"format": unit.reader.format, "path": path, **rest}


def pattern_of(paths: Sequence[PurePosixPath]) -> str:
    """Return the narrowest pattern of the shape ``a/*/b.txt`` that matches paths of equal length."""
    parts = zip(*(path.parts for path in paths), strict=True)
    *folders, names = ([*dict.fromkeys(part)] for part in parts)
    named = [escape(part[0]) if len(part) == 1 else "*" for part in folders]
    endings = {PurePosixPath(name).suffix for name in names}
    last = escape(names[0]) if len(names) == 1 else f"*{endings.pop() if len(endings) == 1 else ''}"
    return "/".join([*named, last])
