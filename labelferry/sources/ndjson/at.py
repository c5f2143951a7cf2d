"""A place inside a line, and what may stand there: every wrong type or key is an error that names both."""

import math
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from labelferry.errors import SourceError
from labelferry.model import Feature, Span, Where
from labelferry.model.frames import as_frame, spans_of
from labelferry.sources.text import shorten

__all__ = ["At", "Json"]

Json = Mapping[str, Any]

DEEPEST = 100
"""Questions inside questions; more is a mistake, and would end in a stack overflow."""

LAST_FRAME = 2**53
LONGEST_NUMBER = 20


class At(NamedTuple):
    """Where a value stands: the line, the path in it, how many questions it is deep."""

    where: Where
    path: str = ""
    depth: int = 0

    def __str__(self) -> str:
        return f"{self.where}: {self.path}" if self.path else str(self.where)

    def __truediv__(self, key: str | int) -> "At":
        step = f"[{key}]" if isinstance(key, int) else f".{key}" if self.path else key
        return At(self.where, self.path + step, self.depth)

    def deeper(self) -> "At":
        """The same place, one question down."""
        if self.depth == DEEPEST:
            raise self.fault(f"more than {DEEPEST} questions inside each other", "check the program that wrote it")
        return self._replace(depth=self.depth + 1)

    def fault(self, what: str, remedy: str) -> SourceError:
        """The error for something wrong here."""
        return SourceError(f"{self}: {shorten(what)}; {remedy}", line=self.where.line)

    def mapping(self, value: object, known: AbstractSet[str]) -> Json:
        """A JSON object without unknown keys."""
        if not isinstance(value, dict):
            raise self.fault(f"{_shown(value)} is not an object", f"write one with {_listed(known)}")
        if unknown := value.keys() - known:
            raise self.fault(f"unknown key {_listed(unknown)}", f"known here are {_listed(known)}")
        return value

    def items(self, value: object) -> Iterator[tuple["At", Any]]:
        """The elements of a JSON list that is not empty, each with its place."""
        if not isinstance(value, list):
            raise self.fault(f"{_shown(value)} is not a list", "write it in [ ]")
        if not value:
            raise self.fault("an empty list", "give at least one, or leave the line out")
        return ((self / at, item) for at, item in enumerate(value))

    def text(self, value: object) -> str:
        """A text that is not blank."""
        if not isinstance(value, str):
            raise self.fault(f"{_shown(value)} is not text", "write it in quotes")
        if not value.strip():
            raise self.fault("a blank text", "fill it in or leave the line out")
        return value

    def number(self, value: object) -> float:
        """A number; booleans are none."""
        if type(value) is not float and type(value) is not int:
            raise self.fault(f"{_shown(value)} is not a number", "write one, without quotes")
        if not math.isfinite(number := float(value)):
            raise self.fault(f"{_shown(value)} is not a finite number", "correct it")
        return number

    def frame(self, value: object) -> int:
        """A frame number; whole numbers as text are taken.

        Raises:
            AnnotationError: when it is none.
        """
        if isinstance(value, str) and len(value) > LONGEST_NUMBER:
            raise self.fault(f"{_shown(value)} is not a frame", "correct it")
        number = value if type(value) is int and value >= 0 else as_frame(value, str(self))
        if number > LAST_FRAME:
            raise self.fault(f"frame {number} is beyond any video", "correct it")
        return number

    def spans(self, value: object) -> tuple[Span, ...]:
        """``[{"start", "end"}, ...]`` as ranges.

        Raises:
            AnnotationError: when an end is no frame or lies before its start.
        """
        pairs = []
        for at, item in self.items(value):
            pair = at.mapping(item, {"start", "end"})
            if len(pair) < 2:
                raise at.fault("a range without start or end", 'write {"start": 1, "end": 5}')
            pairs.append(((at / "start").frame(pair["start"]), (at / "end").frame(pair["end"])))
        return spans_of(pairs, str(self))

    def feature(self, holder: Json, schema_key: str = "schemaId") -> Feature:
        """The name, schema id, or both, of an object."""
        named = {key: (self / key).text(holder[key]) for key in ("name", schema_key) if key in holder}
        if not named:
            raise self.fault(f"neither name nor {schema_key}", "say what it is in the ontology")
        return Feature(named.get("name"), named.get(schema_key))

    def one_of(self, holder: Json, keys: Sequence[str]) -> str:
        """Which one of ``keys`` the object has."""
        present = [key for key in keys if key in holder]
        if len(present) != 1:
            what = f"{' and '.join(present)} together" if present else f"none of {', '.join(keys)}"
            raise self.fault(what, f"give exactly one of {', '.join(keys)}")
        return present[0]


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _listed(keys: AbstractSet[str]) -> str:
    return ", ".join(sorted(keys))
