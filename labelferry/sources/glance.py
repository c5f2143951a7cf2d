"""A file or folder -> what shows its format: its name, its first lines, the top of its JSON, the names in it."""

import re
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from labelferry.errors import SourceError
from labelferry.files.reach import is_hidden
from labelferry.sources.archives import is_archive, members
from labelferry.sources.nested_rows import pages_of
from labelferry.sources.sheet import Sheet
from labelferry.sources.sheet_files import KEYED_BY_FRAME, SUFFIXES, read_sheet

__all__ = ["Glance"]

HEAD = 256 * 1024
"""Bytes in which a format shows."""
MOST_LINES = 2_000
MOST_FILES = 200_000
JSON_ENDINGS = {".json", ".jsonl", ".ndjson", ".manifest"}


class Glance:
    """A first look at a file or a folder; each part is read when it is asked for.

    Args:
        path: the file or folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return self.path.is_dir()

    @property
    def name(self) -> str:
        """The name of the file or folder, in lower case."""
        return self.path.name.lower()

    @property
    def suffix(self) -> str:
        """The ending of the file, in lower case."""
        return self.path.suffix.lower()

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The files below a folder or in a zip archive that are not hidden, in the order of their names."""
        if not self.is_folder:
            return tuple(sorted(members(self.path))) if self.is_archive else ()
        found = (each.relative_to(self.path) for each in self.path.rglob("*") if each.is_file())
        names = [each.as_posix() for each, _ in zip(found, range(MOST_FILES), strict=False) if not is_hidden(each)]
        return tuple(sorted(names))

    @cached_property
    def is_archive(self) -> bool:
        """Whether it is a zip archive."""
        return not self.is_folder and is_archive(self.path)

    @cached_property
    def head(self) -> bytes:
        """The first bytes of the file; none of a folder."""
        if self.is_folder:
            return b""
        with self.path.open("rb") as stream:
            return stream.read(HEAD).removeprefix(b"\xef\xbb\xbf")

    @cached_property
    def text(self) -> str:
        """The first bytes as text; empty for what is not text."""
        if b"\0" in self.head:
            return ""
        return self.head.decode(errors="ignore").replace("\r\n", "\n").replace("\r", "\n")

    @cached_property
    def lines(self) -> list[str]:
        """The first whole lines that are not blank."""
        every = self.text.split("\n")
        whole = every if len(self.head) < HEAD else every[:-1]
        return [line for line in whole[:MOST_LINES] if line.strip()]

    def holds(self, pattern: re.Pattern[bytes]) -> bool:
        """Whether any part of the file, not of its head alone, matches."""
        return not self.is_folder and pattern.search(self.path.read_bytes()) is not None

    @cached_property
    def sheet(self) -> Sheet | None:
        """The table of a file; None for what is none."""
        if self.suffix not in SUFFIXES or self.is_folder:
            return None
        if self.suffix == ".json" and not self._has_rows:
            return None
        try:
            return read_sheet(self.path, self.path.name)
        except SourceError:
            return None

    @property
    def _has_rows(self) -> bool:
        """Whether the file's JSON may be a table."""
        value = self.json
        return isinstance(value, list) or pages_of(value) is not None or KEYED_BY_FRAME.match(self.head) is not None

    @cached_property
    def json(self) -> Any:
        """The value of a JSON file, or of the first line of JSON lines; None for anything else."""
        if self.text.lstrip()[:1] not in ("{", "[") or not (self.suffix in JSON_ENDINGS or not self.suffix):
            return None
        first = self.lines[0].encode() if self.lines else b""
        for data in (self.path.read_bytes().removeprefix(b"\xef\xbb\xbf"), first):
            try:
                return orjson.loads(data)
            except orjson.JSONDecodeError:
                continue
        return None

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys at the top of a JSON object, or of the first object of an array."""
        value = self.json[0] if isinstance(self.json, list) and self.json else self.json
        return frozenset(value) if isinstance(value, dict) else frozenset()
