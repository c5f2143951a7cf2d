"""Text files: bytes -> text with one kind of line ending, values of JSON, and errors with their place."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import orjson

from labelferry.errors import EmptySourceError, SourceError
from labelferry.model.feature import Where
from labelferry.regular import open_regular

__all__ = ["blocks_of", "bytes_of", "empty", "fault", "json_in", "opened", "shorten", "text_in", "text_of"]

LONGEST_MESSAGE = 300
BOM = b"\xef\xbb\xbf"
BLOCK = 4_000_000
"""Bytes of a text table that are read at once."""


def fault(source: str, line: int | None, what: str, remedy: str) -> SourceError:
    """Return the error for something wrong at one place of a file: where, what, and what to do."""
    return SourceError(f"{Where(source, line)}: {shorten(what)}; {shorten(remedy)}", line=line, file=source)


def empty(source: str, what: str) -> EmptySourceError:
    """The error for a file that has no labels."""
    return EmptySourceError(source, what, "write it again, take its entry out of the spec, or say on_empty: warn")


def shorten(words: str) -> str:
    """Return the text, shortened where a cell or key of the file makes it too long to read."""
    return words if len(words) <= LONGEST_MESSAGE else f"{words[: LONGEST_MESSAGE - 3]}..."


def bytes_of(path: Path, source: str) -> bytes:
    """Return the content of a file, without a byte order mark.

    Args:
        path: the file.
        source: what the user calls it, for messages.

    Raises:
        EmptySourceError: when it has nothing in it.
        SourceError: when it cannot be read.
    """
    with opened(path, source) as file:
        data = file.read().removeprefix(BOM)
    if not data.strip():
        raise empty(source, "the file is empty")
    return data


@contextmanager
def opened(path: Path, source: str) -> Iterator[IO[bytes]]:
    """Open a file, and explain when it cannot be read.

    Raises:
        SourceError: when it cannot be read.
    """
    try:
        with open_regular(path) as file:
            yield file
    except OSError as error:
        raise fault(
            source, None, f"cannot be read ({error.strerror})", "check that it is a file you may read"
        ) from error


def blocks_of(path: Path, source: str, size: int = BLOCK) -> Iterator[bytes]:
    """Yield the content of a file in blocks of whole lines, without a byte order mark.

    A block ends at a line break outside quotes. Line breaks that are a carriage return alone end no block.

    Args:
        path: the file.
        source: what the user calls it, for messages.
        size: of a block, about, in bytes.

    Raises:
        EmptySourceError: when it has nothing in it.
        SourceError: when it cannot be read.
    """
    started = False
    with opened(path, source) as file:
        rest = file.read(len(BOM)).removeprefix(BOM)
        while data := file.read(size):
            data = rest + data
            end = _last_break(data)
            if not started and not data[:end].strip():
                end = 0
            if end:
                started = True
                yield data[:end]
            rest = data[end:]
    if rest.strip():
        yield rest
    elif not started:
        raise empty(source, "the file is empty")


def _last_break(data: bytes) -> int:
    """Where the last whole line ends: behind a line break with an even number of quotes before it."""
    end = data.rfind(b"\n") + 1
    while end and data.count(b'"', 0, end) % 2:
        end = data.rfind(b"\n", 0, data.rfind(b'"', 0, end)) + 1
    return end


def text_of(path: Path, source: str) -> str:
    r"""Return the text of a file, with every line ending normalised to ``\n``.

    Args:
        path: the file.
        source: what the user calls it, for messages.

    Raises:
        SourceError: when it cannot be read, is empty, is not UTF-8 or contains NUL bytes.
    """
    return text_in(bytes_of(path, source), source)


def text_in(data: bytes, source: str, before: int = 0) -> str:
    r"""Return a file's bytes as text, with every line ending normalised to ``\n``.

    Args:
        data: the bytes, or some whole lines of them.
        source: what the user calls the file.
        before: the number of lines before them.

    Raises:
        SourceError: when it is not UTF-8 or contains NUL bytes.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise fault(
            source, before + _line(data, error.start), "the file is not UTF-8 text", "save it as UTF-8"
        ) from error
    if (nul := data.find(0)) >= 0:
        raise fault(
            source, before + _line(data, nul), "a NUL byte, so this is not a text file", "check the path and the format"
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def json_in(data: bytes, source: str, line: int | None, remedy: str) -> Any:
    """Return the value of a JSON text.

    Args:
        data: one value.
        source: what the user calls its file.
        line: the line on which it begins.
        remedy: what to do if it is not JSON.

    Raises:
        SourceError: when it is not JSON, or an object has a key twice, of which parsers drop the first.
    """
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise fault(source, line, f"not JSON ({error})", remedy) from error
    # A dropped key takes its colon along; since strings may escape colons, a difference is only a hint to look closer.
    if _colons(value) != data.count(b":"):
        try:
            json.loads(data, object_pairs_hook=lambda pairs: _once(pairs, source, line), parse_int=float)
        except RecursionError:
            raise fault(source, line, "nested too deeply", "check the program that wrote it") from None
    return value


def _colons(value: Any) -> int | None:
    try:
        return orjson.dumps(value).count(b":")
    except orjson.JSONEncodeError:  # nested more deeply than orjson writes
        return None


def _once(pairs: list[tuple[str, Any]], source: str, line: int | None) -> None:
    for key, count in Counter(key for key, _ in pairs).items():
        if count > 1:
            raise fault(source, line, f"'{key}' is given twice in one object", "give it once")


def _line(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1
