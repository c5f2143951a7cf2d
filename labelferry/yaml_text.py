"""Values and remarks -> YAML for people to read and edit: keys in their order, with comments."""

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from labelferry.printable import printable

__all__ = ["block", "comment", "nested", "scalar"]

WIDTH = 110
PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./-]+)*")
WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
"""What YAML 1.1 takes for something else than text."""
BREAKS = str.maketrans(dict.fromkeys("\n\r\t\x85\u2028\u2029", " "))


def scalar(value: object) -> str:
    """Return a value as YAML has it on one line."""
    if isinstance(value, str) and PLAIN.fullmatch(value) and value.lower() not in WORDS:
        return value
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {scalar(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(scalar, value))}]"
    return _escaped(orjson.dumps(value).decode())


def _escaped(text: str) -> str:
    """Escape the characters of JSON that YAML does not allow as they are."""
    return "".join(sign if sign.isprintable() or ord(sign) > 0xFFFF else f"\\u{ord(sign):04x}" for sign in text)


def comment(text: str, indent: int = 0) -> list[str]:
    """Return the lines of a comment; nothing in it can end it."""
    said = printable(text.translate(BREAKS))
    lines = textwrap.wrap(said, WIDTH - indent - 2, break_long_words=False, break_on_hyphens=False)
    return [f"{' ' * indent}# {line}" for line in lines]


def block(options: Mapping[str, Any], notes: Iterable[str], keyed: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield the lines of an item of a list.

    Args:
        options: its keys and values.
        notes: comments above it.
        keyed: comments above a key.
    """
    for note in notes:
        yield from comment(note, 2)
    for number, (key, value) in enumerate(options.items()):
        for note in keyed.get(key, ()):
            yield from comment(note, 2 if number == 0 else 4)
        yield f"{'  - ' if number == 0 else '    '}{key}: {scalar(value)}"


def nested(value: Any, indent: int = 0) -> Iterator[str]:
    """Yield the lines of mappings and lists inside each other, one value a line."""
    space = " " * indent
    if isinstance(value, Mapping):
        for key, item in value.items():
            if item and isinstance(item, list | Mapping):
                yield f"{space}{scalar(key)}:"
                yield from nested(item, indent + 2)
            else:
                yield f"{space}{scalar(key)}: {scalar(item)}"
    elif isinstance(value, list):
        for item in value:
            first, *rest = nested(item, indent + 2)
            yield f"{space}- {first.lstrip()}"
            yield from rest
    else:
        yield f"{space}{scalar(value)}"
