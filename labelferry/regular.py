"""Regular files, the only ones that are read: a pipe without a writer never begins, and a device never ends."""

import errno
import stat
from pathlib import Path
from typing import BinaryIO

__all__ = ["is_regular", "open_regular"]

ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}


def is_regular(path: Path) -> bool:
    """Return whether a file exists and is a regular one.

    Raises:
        OSError: when that cannot be determined.
        ValueError: when no file can have that name.
    """
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError as error:
        if error.errno not in ABSENT:
            raise
        return False


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading bytes.

    Raises:
        OSError: when it cannot be opened, or is a folder, a pipe, a socket or a device.
    """
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # a folder cannot be opened anyway
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return path.open("rb")
