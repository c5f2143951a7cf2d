"""The content of local videos: size and hash, so that a replaced one is noticed whatever its name and date."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from labelferry.errors import SourceError
from labelferry.private import open_private
from labelferry.progress import announce

__all__ = ["Content", "content_of", "contents_of", "refuse_changed"]

Known = Mapping[str, list[Any]]
"""Path -> size, time of its last change (``ctime``, ns), and hash, as an earlier run has read them."""


@dataclass(frozen=True, slots=True)
class Content:
    """The content of a file.

    Args:
        size: bytes.
        sha256: hexadecimal.
    """

    size: int
    sha256: str


def content_of(path: Path) -> Content:
    """Read a file and return its content.

    Raises:
        SourceError: when it cannot be read.
    """
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return Content(file.tell(), digest)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror}); correct the path or its permissions") from error


def contents_of(paths: Iterable[Path], memory: Path) -> dict[Path, Content]:
    """Return the content of each file; one with the size and time of the last run is not read again.

    Args:
        paths: the files.
        memory: the file with the records; rewritten.

    Raises:
        SourceError: when a file cannot be read.
    """
    wanted, known = list(paths), _known(memory)
    found: dict[Path, Content] = {}
    kept: dict[str, list[Any]] = {}
    for number, path in enumerate(wanted):
        announce("reading local videos", number, len(wanted))
        stat = path.stat()
        size, changed, digest = known.get(str(path), [None, None, ""])
        same = (size, changed) == (stat.st_size, stat.st_ctime_ns)
        found[path] = Content(size, digest) if same else content_of(path)
        kept[str(path)] = [found[path].size, stat.st_ctime_ns, found[path].sha256]
    if kept != known:
        with open_private(memory) as out:
            out.write(orjson.dumps(kept))
    return found


def refuse_changed(path: Path, expected: Content) -> None:
    """Refuse a file that has changed since it was checked.

    Raises:
        SourceError: when it has changed, or cannot be read.
    """
    if content_of(path) != expected:
        raise SourceError(
            f"{path}: the video has changed since it was checked and was not sent; run again when it is complete"
        )


def _known(memory: Path) -> Known:
    """Return what an earlier run has read; an unreadable record counts as missing."""
    try:
        known = orjson.loads(memory.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return known if isinstance(known, dict) and all(_is_entry(each) for each in known.values()) else {}


def _is_entry(value: Any) -> bool:
    return isinstance(value, list) and list(map(type, value)) == [int, int, str]
