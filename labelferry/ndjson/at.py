"""A place inside a line, and the values allowed there: every wrong type or key is an error that names both."""

import math
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from difflib import get_close_matches
from typing import Any, NamedTuple

from labelferry.errors import SourceError
from labelferry.model import Where
from labelferry.model.frames import LARGEST, as_frame

__all__ = ["DEEPEST", "At", "LineObject"]

LineObject = Mapping[str, Any]

DEEPEST = 100
"""Maximum nesting of questions; more is a mistake, and would end in a stack overflow."""

LONGEST_NUMBER = 20
LONGEST_VALUE, LONGEST_MESSAGE = 40, 300


class At(NamedTuple):
    """The place of a value: the line, the path in it, and its depth in questions."""

    where: Where
    path: tuple[str | int, ...] = ()
    depth: int = 0

    def __str__(self) -> str:
        steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path]
        return f"{self.where}: {''.join(steps).removeprefix('.')}" if steps else str(self.where)

    def __truediv__(self, key: str | int) -> "At":
        return At(self.where, (*self.path, key), self.depth)  # formatted only for an error: there are many places

    def deeper(self) -> "At":
        """Return the same place, one question down."""
        if self.depth == DEEPEST:
            raise self.fault(f"questions nested more than {DEEPEST} levels deep", "check the program that wrote it")
        return self._replace(depth=self.depth + 1)

    def fault(self, what: str, remedy: str) -> SourceError:
        """Return the error for something wrong here."""
        return SourceError(f"{self}: {_cut(what, LONGEST_MESSAGE)}; {remedy}", line=self.where.line)

    def mapping(self, value: object, known: AbstractSet[str]) -> LineObject:
        """Return a JSON object that has no unknown keys."""
        if not isinstance(value, dict):
            raise self.fault(f"{_shown(value)} is not an object", f"write one with {_listed(known)}")
        if unknown := value.keys() - known:
            raise self.fault(f"unknown key {_listed(unknown)}", _advice(unknown, known))
        return value

    def items(self, value: object) -> Iterator[tuple["At", Any]]:
        """Return the elements of a JSON list that is not empty, each with its place."""
        if not isinstance(value, list):
            raise self.fault(f"{_shown(value)} is not a list", "write it in [ ]")
        if not value:
            raise self.fault("an empty list", "give at least one, or leave the line out")
        return ((self / at, item) for at, item in enumerate(value))

    def text(self, value: object) -> str:
        """Return a text that is not blank."""
        if not isinstance(value, str):
            raise self.fault(f"{_shown(value)} is not text", "write it in quotes")
        if not value.strip():
            raise self.fault("a blank text", "fill it in or leave the line out")
        return value

    def number(self, value: object) -> float:
        """Return a number; booleans are rejected."""
        if type(value) is not float and type(value) is not int:
            raise self.fault(f"{_shown(value)} is not a number", "write one, without quotes")
        if not math.isfinite(number := float(value)):
            raise self.fault(f"{_shown(value)} is not a finite number", "correct it")
        return number

    def frame(self, value: object) -> int:
        """Return a frame number; whole numbers as text are accepted.

        Raises:
            AnnotationError: when it is not a frame number.
        """
        if type(value) is int and 0 <= value <= LARGEST:
            return value
        if type(value) is int and value > LARGEST:
            raise self.fault(f"frame {_shown(value)} is beyond any video", "correct it")
        if isinstance(value, str) and len(value) > LONGEST_NUMBER:
            raise self.fault(f"{_shown(value)} is not a frame", "correct it")
        return as_frame(value, str(self))

    def one_of(self, holder: LineObject, keys: Sequence[str]) -> str:
        """Return which one of ``keys`` the object has."""
        present = [key for key in keys if key in holder]
        if len(present) != 1:
            what = f"{' and '.join(present)} together" if present else f"none of {', '.join(keys)}"
            raise self.fault(what, f"give exactly one of {', '.join(keys)}")
        return present[0]


def _advice(unknown: AbstractSet[str], known: AbstractSet[str]) -> str:
    """What to do about keys that have no place here."""
    if told := next((ADVICE[key] for key in sorted(unknown) if key in ADVICE), None):
        return told
    near = {key: get_close_matches(key, known, n=1) for key in sorted(unknown)}
    meant = ", ".join(f"did you mean {match[0]} for {key}?" for key, match in near.items() if match)
    return f"{meant} Known here are {_listed(known)}" if meant else f"known here are {_listed(known)}"


ADVICE = {
    "projects": "this is a line of an export, not of an import: say format: labelbox",
    "data_row": "this is a line of an export, not of an import: say format: labelbox",
    "keyframes": 'keyframes belong into a segment: "segments": [{"keyframes": [...]}]',
    "polygon": "Labelbox imports no polygons on video: draw them as masks, or give box, point or line",
    "polyline": "a line is called line: [{x, y}, ...]",
    "mask": "masks are a line of their own, with masks: {frames, instances}",
}


def _shown(value: object) -> str:
    return _cut(repr(value), LONGEST_VALUE)


def _cut(words: str, longest: int) -> str:
    return words if len(words) <= longest else f"{words[: longest - 3]}..."


def _listed(keys: AbstractSet[str]) -> str:
    return ", ".join(sorted(keys))
