"""JSON label files: the whole value, and its members taken with their types checked and their place told."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from labelferry.errors import SourceError
from labelferry.sources.source import Source
from labelferry.sources.text import bytes_of, fault, json_in

__all__ = ["Node", "document_of"]

SHOWN = 40


class Node:
    """A value inside a JSON file, and the path to it.

    Args:
        value: any JSON value.
        file: as the user calls it.
        path: to the value, for messages.
    """

    __slots__ = ("file", "path", "value")

    def __init__(self, value: Any, file: str, path: str = "") -> None:
        self.value, self.file, self.path = value, file, path

    def fault(self, what: str, remedy: str = "correct the file, or export it again") -> SourceError:
        """Return the error for something wrong here."""
        return fault(self.file, None, f"{self.path or 'the file'}: {what}", remedy)

    def get(self, key: str) -> "Node":
        """Return a member of an object; None's node where it has none, or is no object."""
        value = self.value.get(key) if isinstance(self.value, Mapping) else None
        return Node(value, self.file, f"{self.path}.{key}" if self.path else key)

    def first(self, *keys: str) -> "Node":
        """Return the first of several members that is there."""
        return next((found for key in keys if (found := self.get(key)).value is not None), self.get(keys[0]))

    def items(self) -> Iterator["Node"]:
        """Yield the elements of a list; of anything else none."""
        for at, item in enumerate(self.value if isinstance(self.value, list) else ()):
            yield Node(item, self.file, f"{self.path}[{at}]")

    def members(self) -> Iterator[tuple[str, "Node"]]:
        """Yield the members of an object; of anything else none."""
        for key, item in (self.value if isinstance(self.value, Mapping) else {}).items():
            yield str(key), Node(item, self.file, f"{self.path}.{key}" if self.path else str(key))

    def text(self, default: str | None = None) -> str:
        """Return a text or a number as text.

        Raises:
            SourceError: when it is neither and there is no default.
        """
        if isinstance(self.value, (str, int, float)) and not isinstance(self.value, bool) and str(self.value).strip():
            return str(self.value).strip()
        if default is None:
            raise self.fault(f"{self.shown} is not a text")
        return default

    def number(self) -> float:
        """Return a finite number.

        Raises:
            SourceError: when it is not one.
        """
        value = self.value
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise self.fault(f"{self.shown} is not a number")
        return float(value)

    def whole(self) -> int:
        """Return a whole number; as text it is taken too.

        Raises:
            SourceError: when it is not one.
        """
        value = self.value
        if isinstance(value, str) and value.strip().isdecimal() and len(value) < SHOWN:
            return int(value)
        number = self.number()
        if not number.is_integer() or abs(number) >= 2**53:
            raise self.fault(f"{self.shown} is not a whole number")
        return int(number)

    def numbers(self, count: int | None = None) -> list[float]:
        """Return a list of finite numbers.

        Raises:
            SourceError: when it is not one, or has not as many as wanted.
        """
        found = [each.number() for each in self.items()]
        if not isinstance(self.value, list) or (count is not None and len(found) != count):
            raise self.fault(f"{self.shown} is not a list of {count or ''} numbers")
        return found

    @property
    def key(self) -> Any:
        """The value as a key of a mapping: a list or an object as its text."""
        return repr(self.value) if isinstance(self.value, (list, dict)) else self.value

    @property
    def shown(self) -> str:
        """The value as a message shows it."""
        text = repr(self.value)
        return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."


def document_of(source: Source[Any], file: str | None = None) -> Node:
    """Return the value of a JSON file.

    Raises:
        SourceError: when it cannot be read, or is not JSON.
    """
    name = file or source.file
    data = bytes_of(source.reach.file(name), name)
    return Node(json_in(data, name, None, "export it again, or say the right format"), name)
