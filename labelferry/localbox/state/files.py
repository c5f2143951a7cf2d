"""Files and their records: incoming uploads, outgoing NDJSON."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

import orjson

from labelferry.localbox.ids import now
from labelferry.localbox.state.database import Session
from labelferry.localbox.state.filestore import reference

MIME = re.compile(r"[a-z]+/[A-Za-z0-9.+-]+")
NDJSON = "application/x-ndjson"


@dataclass(frozen=True)
class File:
    """A file's name, type and size."""

    id: str
    name: str
    content_type: str
    size: int
    created_at: str


def keep(session: Session, stream: BinaryIO, name: str, content_type: str | None) -> str:
    """Copy a stream into a new file and return its reference.

    The SDK swaps name and type when it uploads chunks of data rows, so an invalid type is read as the name.
    """
    given = content_type or ""
    if not MIME.fullmatch(given.split(";")[0]):
        name, given = (given, name) if MIME.fullmatch(name) and given else (name, "application/octet-stream")
    stream.seek(0)
    with session.files.new() as (file_id, out):
        shutil.copyfileobj(stream, out, 1 << 20)
        size = out.tell()
    return _noted(session, file_id, name, given, size)


def keep_bytes(session: Session, data: bytes, name: str, content_type: str) -> str:
    """Store bytes as a file and return its reference."""
    with session.files.new() as (file_id, out):
        out.write(data)
    return _noted(session, file_id, name, content_type, len(data))


def _noted(session: Session, file_id: str, name: str, content_type: str, size: int) -> str:
    session.insert("files", id=file_id, name=name, content_type=content_type, size=size, created_at=now())
    return reference(file_id, name)


def get(session: Session, file_id: str) -> File | None:
    """Return a file's record."""
    return session.one(File, "SELECT * FROM files WHERE id = ?", (file_id,))


class LinesOut:
    """An NDJSON file being written, one object per line."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.reference = ""
        self.lines = 0

    def write(self, value: dict[str, Any]) -> None:
        """Add a line."""
        self._stream.write(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE))
        self.lines += 1


@contextmanager
def lines_out(session: Session, name: str) -> Iterator[LinesOut]:
    """Open a new NDJSON file; it has its reference once the block has succeeded."""
    with session.files.new() as (file_id, stream):
        out = LinesOut(stream)
        yield out
        size = stream.tell()
    out.reference = _noted(session, file_id, name, NDJSON, size)
