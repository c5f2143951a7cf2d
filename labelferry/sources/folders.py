"""A path that names many files, such as ``labels/*.txt``: a folder that grows, one entry or video for each file.

Files count in the order of their names. A file that is still being written would be read half: move it in when it is
whole.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from labelferry.errors import SourceError
from labelferry.sources.entry import LabelsEntry

__all__ = ["entries_of", "files_of", "is_many"]

Entry = TypeVar("Entry", bound=LabelsEntry)


def is_many(path: str) -> bool:
    """Whether a path is a pattern."""
    return any(sign in path for sign in "*?[")


def files_of(pattern: str, base: Path) -> list[str]:
    """Return the files that a pattern matches, relative to ``base`` where they lie below it.

    Raises:
        SourceError: when there is none.
    """
    wanted = Path(pattern)
    root = Path(wanted.anchor) if wanted.is_absolute() else base
    found = sorted(path for path in root.glob(str(wanted.relative_to(wanted.anchor))) if path.is_file())
    files = [str(path.relative_to(base) if path.is_relative_to(base) else path) for path in found]
    if not files:
        raise SourceError(f"{pattern}: no file under {base} matches; mend the pattern, or put a file there")
    return files


def entries_of(entry: Entry, base: Path) -> Iterator[Entry]:
    """Yield one entry for each file that an entry's path names, its placeholders filled in.

    Raises:
        SourceError: when no file matches, or a file's name makes no global key.
    """
    for path in files_of(entry.path, base) if is_many(entry.path) else [entry.path]:
        options: dict[str, Any] = entry.model_dump(by_alias=True) | {"path": path}
        if isinstance(options.get("global_key"), str):
            options["global_key"] = _filled(options["global_key"], Path(path))
        try:
            yield type(entry).model_validate(options)
        except ValidationError as error:
            what = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
            raise SourceError(f"{path}: {what}; rename the file, or give it an entry of its own") from error


def _filled(key: str, path: Path) -> str:
    return key.replace("{stem}", path.stem).replace("{name}", path.name)
