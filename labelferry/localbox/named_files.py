"""The files that options of a server name."""

import errno
from pathlib import Path

__all__ = ["read_regular"]


def read_regular(path: Path) -> bytes:
    """Return the content of a regular file: a pipe without a writer never begins, and a device never ends.

    Raises:
        OSError: it cannot be read, or is something else.
    """
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return path.read_bytes()
