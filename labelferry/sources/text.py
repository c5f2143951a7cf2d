"""Text files: bytes -> text with one kind of line ending, values of JSON, and errors with their place."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import orjson

from labelferry.errors import EmptySourceError, SourceError
from labelferry.model.feature import Where

__all__ = ["bytes_of", "empty", "fault", "json_in", "shorten", "text_in", "text_of"]

LONGEST_MESSAGE = 300


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
    try:
        data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        raise fault(
            source, None, f"cannot be read ({error.strerror})", "check that it is a file you may read"
        ) from error
    if not data.strip():
        raise empty(source, "the file is empty")
    return data


def text_of(path: Path, source: str) -> str:
    r"""Return the text of a file, with every line ending normalised to ``\n``.

    Args:
        path: the file.
        source: what the user calls it, for messages.

    Raises:
        SourceError: when it cannot be read, is empty, is not UTF-8 or contains NUL bytes.
    """
    return text_in(bytes_of(path, source), source)


def text_in(data: bytes, source: str) -> str:
    r"""Return a file's bytes as text, with every line ending normalised to ``\n``.

    Raises:
        SourceError: when it is not UTF-8 or contains NUL bytes.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise fault(source, _line(data, error.start), "the file is not UTF-8 text", "save it as UTF-8") from error
    if (nul := data.find(0)) >= 0:
        raise fault(source, _line(data, nul), "a NUL byte, so this is not a text file", "check the path and the format")
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
