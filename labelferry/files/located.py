"""Values with their place in a file, and the shape of a whole file."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Any

from labelferry.errors import SpecError

__all__ = ["Located", "MappingShape"]

MOST_KEYS, LONGEST_KEY, ALIKE = 100, 40, 0.8


@dataclass(frozen=True, slots=True)
class Located:
    """A value with its place: a scalar, a list of Located, or a dict of str to Located."""

    value: Any
    source: str
    line: int | None = None

    def __str__(self) -> str:
        return self.source if self.line is None else f"{self.source}:{self.line}"

    def wrong(self, what: str) -> SpecError:
        """Return an error that begins with this place."""
        return SpecError(f"{self}: {what}", line=self.line)


@dataclass(frozen=True, slots=True)
class MappingShape:
    """The shape of the outermost mapping of a file. A file of another shape may be anything, and is not quoted.

    Args:
        what: what the file should be, such as ``an ontology``.
        keys: keys of that mapping.
        least: the minimum number of these keys, misspelt ones included.
    """

    what: str
    keys: tuple[str, ...]
    least: int = 1

    def fits(self, keys: Iterable[str]) -> bool:
        """Return whether a mapping with these keys has the shape, possibly with mistakes."""
        short = {key for key in islice(keys, MOST_KEYS) if len(key) <= LONGEST_KEY}
        return sum(bool(get_close_matches(key, self.keys, n=1, cutoff=ALIKE)) for key in short) >= self.least

    def missed(self, place: Located) -> SpecError:
        """Return the error for a file of another shape."""
        return place.wrong(f"not {self.what}; it must be a mapping with {', '.join(self.keys)}")
