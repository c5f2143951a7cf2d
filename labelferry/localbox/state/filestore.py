"""Bytes on disk: streams turned into files in the data folder, under names that no client chooses.

A file's reference is ``/files/<id>/<name>``: data rows and jobs store it. The HTTP side puts the host in front when it
answers, so the data survives a change of port.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from labelferry.localbox.ids import new_id

ID = re.compile(r"c[0-9a-z]{24}")
REFERENCE = re.compile(r"/files/(c[0-9a-z]{24})(?:/[A-Za-z0-9._-]*)?")
LOOPBACK = {"localhost", "127.0.0.1", "::1", "0.0.0.0"}  # noqa: S104 - compared with, not bound to


class FileStore:
    """A folder of files with ids for names."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder

    def path(self, file_id: str) -> Path:
        """Return the path of a file's bytes.

        Raises:
            KeyError: the text is not an id of ours.
        """
        if not ID.fullmatch(file_id):
            raise KeyError(file_id)
        return self.folder / file_id

    @contextmanager
    def new(self) -> Iterator[tuple[str, BinaryIO]]:
        """Open a new file for writing; it appears under its id when the block succeeds."""
        file_id = new_id()
        part = self.folder / f"{file_id}.part"
        try:
            with part.open("wb") as stream:
                yield file_id, stream
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(self.path(file_id))
        finally:
            part.unlink(missing_ok=True)

    def put(self, file_id: str, content: bytes) -> None:
        """Restore bytes under the id that they had.

        Raises:
            KeyError: the text is not an id of ours.
        """
        self.path(file_id).write_bytes(content)


def reference(file_id: str, name: str = "") -> str:
    """Return the reference of one of our own files."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", name)[-80:].lstrip(".")
    return f"/files/{file_id}/{plain}" if plain else f"/files/{file_id}"


def referenced(text: str | None) -> str | None:
    """Return the id of our own file that a URL or reference names, or None for anything else."""
    try:
        parts = urlsplit(text or "")
    except ValueError:
        return None
    if parts.scheme and (parts.scheme not in {"http", "https"} or parts.hostname not in LOOPBACK):
        return None
    match = REFERENCE.fullmatch(parts.path)
    return match.group(1) if match else None


def relative(url: str) -> str:
    """Return a URL of one of our own files as a reference; any other text as it is."""
    return urlsplit(url).path if referenced(url) else url


def absolute(text: str | None, base_url: str) -> str | None:
    """Return a reference as a URL under the requested host; any other text as it is."""
    if text is None or not REFERENCE.fullmatch(text):
        return text
    return base_url + text
