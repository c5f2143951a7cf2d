"""A path that names many files, such as ``labels/*.txt``: a folder that grows, one entry or video for each file.

Files count in the order of their names. A file that is still being written would be read half: move it in when it is
whole.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from labelferry.errors import SourceError
from labelferry.files.reach import Reach
from labelferry.sources.entry import LabelsEntry

__all__ = ["entries_of", "is_many"]

Entry = TypeVar("Entry", bound=LabelsEntry)


def is_many(path: str) -> bool:
    """Whether a path is a pattern."""
    return any(sign in path for sign in "*?[")


def entries_of(entry: Entry, reach: Reach) -> Iterator[Entry]:
    """Yield one entry for each file that an entry's path names, its placeholders filled in.

    Raises:
        SourceError: when no file matches, or a file's name makes no global key.
    """
    for path in reach.files(entry.path) if is_many(entry.path) else [entry.path]:
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
