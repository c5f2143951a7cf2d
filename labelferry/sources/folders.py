"""A path that names many files, such as ``labels/*.txt`` or ``labels/`` -> the files that are read together.

Files are taken in the order of their names. A file that is still being written would be read incompletely: move it in
when it is complete.
"""

from collections.abc import Iterator, Mapping
from functools import reduce
from pathlib import PurePath
from typing import Any, TypeVar

from pydantic import ValidationError

from labelferry.errors import SourceError
from labelferry.files.reach import Reach
from labelferry.model.findings import FindingHandler
from labelferry.model.media import Media
from labelferry.sources.entry import LabelsEntry
from labelferry.sources.keys import PLACEHOLDERS
from labelferry.sources.source import Source

__all__ = ["sources_of"]

EntryT = TypeVar("EntryT", bound=LabelsEntry)


def sources_of(
    entry: EntryT, reach: Reach, note: FindingHandler, media: Mapping[str, Media], *, lenient: bool = False
) -> Iterator[Source[EntryT]]:
    """Yield what is read at once: each file, or the files of each video when the format is read together.

    Args:
        entry: an entry of the spec.
        reach: finds its files.
        note: takes the readers' findings.
        media: what is known of the videos, by the identity of their global keys.
        lenient: whether coordinates of a video of unknown size may stay fractions, with a warning.

    Raises:
        SourceError: when no file matches, or a file's name gives no valid global key.
    """
    groups: dict[tuple[str, str | None], list[str]] = {}
    for file in reach.named(entry.path):
        path = entry.path if entry.together else file
        groups.setdefault((path, _key(entry, file)), []).append(file)
    for (path, key), files in groups.items():
        yield Source(_filled(entry, path, key, files[0]), tuple(files), reach, note, media, lenient)


def _key(entry: LabelsEntry, file: str) -> str | None:
    key = getattr(entry, "global_key", None)
    if key is None:
        return None
    path = PurePath(file)
    return reduce(lambda text, name: text.replace(name, PLACEHOLDERS[name](path)), PLACEHOLDERS, str(key))


def _filled(entry: EntryT, path: str, key: str | None, file: str) -> EntryT:
    options: dict[str, Any] = entry.model_dump(by_alias=True) | {"path": path}
    try:
        return type(entry).model_validate(options if key is None else options | {"global_key": key})
    except ValidationError as error:
        what = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        raise SourceError(f"{file}: {what}; rename the file, or give it its own entry") from error
