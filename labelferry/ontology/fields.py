"""Strict reading of one mapping of an ontology file: known keys, correct types, and every error with its place."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar

from labelferry.files.located import Located

__all__ = ["Fields", "items", "only_once"]

T = TypeVar("T")
K = TypeVar("K", bound=StrEnum)


class Fields:
    """The keys of one mapping.

    Args:
        place: the mapping.
        what: what it describes, for messages: ``a tool``.
        known: each known key and the name that it is read by; several spellings may share one.

    Raises:
        SpecError: when it is not a mapping, or a key is unknown or given twice in two spellings.
    """

    def __init__(self, place: Located, what: str, known: Mapping[str, str]) -> None:
        if not isinstance(place.value, dict):
            raise place.wrong(f"{what} must be a mapping with {_listed(known)}, not {_shown(place.value)}")
        self.place = place
        self.what = what
        self.found: dict[str, Located] = {}
        for key, value in place.value.items():
            self._take(key, value, known)

    def _take(self, key: str, value: Located, known: Mapping[str, str]) -> None:
        if key not in known:
            close = get_close_matches(key, known, n=1)
            hint = f"did you mean '{close[0]}'?" if close else f"it takes {_listed(known)}"
            raise value.wrong(f"unknown key '{key}' in {self.what}; {hint}")
        if known[key] in self.found:
            raise value.wrong(f"{self.what} has '{known[key]}' twice, in two spellings; keep one")
        self.found[known[key]] = value

    def text(self, key: str) -> str | None:
        """Return a non-empty text, None when absent or null. A whole number counts as its digits."""
        found = self.found.get(key)
        return None if found is None or found.value is None else text_of(found, f"{key} of {self.what}")

    def name(self, key: str) -> str:
        """Return a required text."""
        text = self.text(key)
        if text is None:
            raise self.place.wrong(f"{self.what} has no {key}; labels find it by its {key}, so give it one")
        return text

    def flag(self, key: str) -> bool:
        """Return true or false, false when absent."""
        found = self.found.get(key)
        if found is None or found.value is None:
            return False
        if not isinstance(found.value, bool):
            raise found.wrong(f"{key} of {self.what} must be true or false, not {_shown(found.value)}")
        return found.value

    def kind(self, key: str, known: Callable[[str], K | None], remedy: Callable[[str], str]) -> K:
        """Return one of the kinds that video imports accept."""
        spelling = self.name(key)
        kind = known(spelling)
        if kind is None:
            raise self.found[key].wrong(f"{key} '{spelling}' is not for video imports; {remedy(spelling)}")
        return kind

    def each(self, key: str, read: Callable[[Located], T]) -> tuple[T, ...]:
        """Return a list with each item read; empty when absent."""
        found = self.found.get(key)
        return () if found is None else tuple(read(item) for item in items(found, f"{key} of {self.what}"))


def items(place: Located, what: str) -> list[Located]:
    """Return the items of a list; null is an empty one.

    Raises:
        SpecError: when it is not a list.
    """
    if place.value is None:
        return []
    if not isinstance(place.value, list):
        raise place.wrong(f"{what} must be a list, not {_shown(place.value)}")
    return place.value


def text_of(place: Located, what: str) -> str:
    """Return a non-empty text; a whole number counts as its digits.

    Raises:
        SpecError: when it is something else: YAML reads an unquoted yes as true, and 1.0 as a number.
    """
    if isinstance(place.value, int) and not isinstance(place.value, bool):
        return str(place.value)
    if not isinstance(place.value, str):
        raise place.wrong(f"{what} must be a text, not {_shown(place.value)}; put it in quotes")
    if not place.value.strip():
        raise place.wrong(f"{what} is empty; give it a name")
    return place.value


def only_once(named: list[tuple[str, Located]], level: str) -> None:
    """Refuse two equal names at one level, even if they differ in case or outer spaces.

    Raises:
        SpecError: with both places.
    """
    seen: dict[str, tuple[str, Located]] = {}
    for name, place in named:
        key = name.strip().casefold()
        if key in seen:
            first, there = seen[key]
            how = "is used twice" if name == first else f"differs from '{first}' only in case or spaces"
            raise place.wrong(f"'{name}' {how} {level} (first at {there}); imports match by name, so rename one")
        seen[key] = (name, place)


def _listed(known: Mapping[str, str]) -> str:
    return ", ".join(known)


def _shown(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return "a mapping" if isinstance(value, dict) else "a list"
    return "nothing" if value is None else str(value).lower() if isinstance(value, bool) else repr(value)
