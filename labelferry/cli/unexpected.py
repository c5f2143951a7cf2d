"""An unexpected error -> one line for the terminal, and its traceback in a file."""

import os
import shutil
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import suppress
from errno import ENOSPC
from pathlib import Path

from labelferry.errors import LabelferryError
from labelferry.printable import masked, said_by
from labelferry.private import open_private, private_folder
from labelferry.settings import Settings

__all__ = ["told"]

LONGEST = 300
FULL = 1 << 20
"""Free bytes of a file system that is as good as full."""


def told(error: Exception) -> str:
    """Return what to say of an error; its traceback is kept where there is room for it."""
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename else _full() if error.errno == ENOSPC else ""
        return f"{place}{error.strerror}; nothing is lost: correct that, and run the same command again"
    kept = _keep(error)
    where = f"; its details are in {kept}" if kept else ""
    return f"unexpected error, {type(error).__name__}: {_first_line(error)}{where}. Please report it"


def _full() -> str:
    """Name the folders without room: a write that finds none, be it to a pipe, does not say where it was."""
    standing = [next(filter(Path.exists, (folder, *folder.parents))) for folder in _places()]
    full = [f"{folder}: " for folder in standing if shutil.disk_usage(folder).free < FULL]
    return "".join(full)


def _first_line(error: Exception) -> str:
    lines = said_by(error).splitlines()
    return masked(lines[0][:LONGEST]) if lines else "without a message"


def _keep(error: Exception) -> Path | None:
    """Write the traceback into the home, or the folder for temporary files."""
    name = f"{time.strftime('%Y%m%dT%H%M%S')}-{os.getpid()}.txt"
    text = masked("".join(traceback.format_exception(error))).encode("utf-8", "backslashreplace")
    for folder in _places():
        try:
            with open_private(private_folder(folder) / name) as out:
                out.write(text)
        except OSError:
            continue
        return folder / name
    return None


def _places() -> Iterator[Path]:
    with suppress(LabelferryError):
        yield Settings.from_environment().home / "errors"
    yield Path(tempfile.gettempdir())
