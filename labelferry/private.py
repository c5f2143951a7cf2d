"""Private folders and files: the records of an onboarding contain its data and its videos' URLs."""

import errno
import os
from pathlib import Path
from typing import BinaryIO

from labelferry.errors import SpecError

__all__ = ["BUFFER", "create_private", "open_named", "open_private", "private_folder"]

FILE, FOLDER = 0o600, 0o700
BUFFER = 2**17
"""Bytes that are written at once: a call for each line would take as long as the line."""


def private_folder(path: Path) -> Path:
    """Create a folder and its missing parents, and return it.

    Raises:
        OSError: when it cannot be created.
    """
    if not path.is_dir():
        private_folder(path.parent)
        path.mkdir(mode=FOLDER, exist_ok=True)
    return path


def open_private(path: Path) -> BinaryIO:
    """Open a file for writing bytes from its beginning; an existing one becomes private too.

    Raises:
        OSError: when it cannot be opened.
    """
    return open(path, "wb", buffering=BUFFER, opener=_opener)


def open_named(path: Path) -> BinaryIO:
    """Open the file that a user named for a result, for writing bytes from its beginning; it becomes private.

    Raises:
        SpecError: when it cannot be opened.
    """
    if not path.absolute().parent.is_dir():
        raise SpecError(f"{path}: its folder does not exist; create it, or name another")
    try:
        return open_private(path)
    except OSError as error:
        raise SpecError(f"{path}: cannot be written ({error.strerror}); name another file") from error


def create_private(path: Path) -> None:
    """Create an empty file if it does not exist, for libraries that open it themselves.

    Raises:
        OSError: when it cannot be created.
    """
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE))
    except FileExistsError:
        return


def _opener(path: str, flags: int) -> int:
    opened = _without_waiting(path, flags)
    if os.fstat(opened).st_uid == os.geteuid():
        os.fchmod(opened, FILE)
    return opened


def _without_waiting(path: str, flags: int) -> int:
    """Open a file, but wait for no reader where it is a pipe: there may never be one."""
    try:
        opened = os.open(path, flags | os.O_NONBLOCK, FILE)
    except OSError as error:
        if error.errno == errno.ENXIO:
            raise OSError(errno.ENXIO, "a pipe that nothing reads, or a socket", path) from error
        raise
    os.set_blocking(opened, True)
    return opened
