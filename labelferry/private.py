"""Private folders and files: the records of an onboarding contain its data and its videos' URLs."""

import os
from pathlib import Path
from typing import BinaryIO

__all__ = ["create_private", "open_private", "private_folder"]

FILE, FOLDER = 0o600, 0o700


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
    return open(path, "wb", opener=_opener)


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
    opened = os.open(path, flags, FILE)
    if os.fstat(opened).st_uid == os.geteuid():
        os.fchmod(opened, FILE)
    return opened
