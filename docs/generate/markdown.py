"""Docstrings and values -> markdown."""

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping

__all__ = ["attributes", "generated", "prose", "table"]


def generated(title: str, source: str) -> Iterator[str]:
    """Yield the head of a page, with a note not to edit it."""
    yield f"# {title}"
    yield ""
    yield f"<!-- Generated from {source} by `make docs`; do not edit. -->"
    yield ""


def prose(docstring: str | None) -> str:
    """Return a docstring's paragraphs, without its sections of arguments, as markdown."""
    text = re.split(r"\n(?:Args|Attributes|Raises|Returns|Yields):", inspect.cleandoc(docstring or ""))[0]
    return text.strip().replace("``", "`")


def attributes(docstring: str | None) -> Mapping[str, str]:
    """Return the description of each name in a docstring's section of arguments."""
    lines = re.split(r"\n(?:Args|Attributes):\n", inspect.cleandoc(docstring or ""))[-1].split("\n")
    found: dict[str, str] = {}
    for line in lines:
        if named := re.match(r"    (\w+): (.+)", line):
            found[named[1]] = named[2]
        elif line.startswith("     ") and found:
            found[list(found)[-1]] += f" {line.strip()}"
        elif line.strip():
            break
    return {name: said.replace("``", "`").rstrip(".") for name, said in found.items()}


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Yield a table; cells stay on one line."""
    titles = list(head)
    yield f"| {' | '.join(titles)} |"
    yield "|" + "---|" * len(titles)
    for row in rows:
        yield f"| {' | '.join(map(_cell, row))} |"
    yield ""


def _cell(text: str) -> str:
    """Return a cell on one line; escape angle brackets outside code spans."""
    parts = " ".join(text.split()).replace("|", "\\|").split("`")
    parts[::2] = [part.replace("<", "&lt;").replace(">", "&gt;") for part in parts[::2]]
    return "`".join(parts)
