"""Text files: bytes -> text with one kind of line end, and the words of an error about one of its lines."""

from pathlib import Path

from labelferry.errors import SourceError
from labelferry.model.feature import Where

__all__ = ["bytes_of", "fault", "shorten", "text_in", "text_of"]

LONGEST_MESSAGE = 300


def fault(source: str, line: int | None, what: str, remedy: str) -> SourceError:
    """The error for something wrong at one place of a file: where, what, and what to do."""
    return SourceError(f"{Where(source, line)}: {shorten(what)}; {shorten(remedy)}", line=line, file=source)


def shorten(words: str) -> str:
    """The words, cut where a cell or key of the file makes them too long to read."""
    return words if len(words) <= LONGEST_MESSAGE else f"{words[: LONGEST_MESSAGE - 3]}..."


def bytes_of(path: Path, source: str) -> bytes:
    """The content of a file, without a byte order mark.

    Args:
        path: the file.
        source: what the user calls it, for messages.

    Raises:
        SourceError: when it cannot be read or is empty.
    """
    try:
        data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        raise fault(
            source, None, f"cannot be read ({error.strerror})", "check that it is a file you may read"
        ) from error
    if not data.strip():
        raise fault(source, None, "the file is empty", "write it again, or take its entry out of the spec")
    return data


def text_of(path: Path, source: str) -> str:
    r"""The text of a file, every line ending in ``\n`` whatever it was.

    Args:
        path: the file.
        source: what the user calls it, for messages.

    Raises:
        SourceError: when it cannot be read, is empty, is not UTF-8 or contains NUL bytes.
    """
    return text_in(bytes_of(path, source), source)


def text_in(data: bytes, source: str) -> str:
    r"""The text that a file's bytes are, every line ending in ``\n`` whatever it was.

    Raises:
        SourceError: when it is not UTF-8 or contains NUL bytes.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise fault(source, _line(data, error.start), "the file is not UTF-8 text", "save it as UTF-8") from error
    if (nul := data.find(0)) >= 0:
        raise fault(source, _line(data, nul), "a NUL byte: this is not a text file", "check the path and the format")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _line(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1
