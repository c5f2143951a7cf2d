"""Global keys: the one place that says what a key may be and when two are the same.

Facts: https://docs.labelbox.com/reference/data-row-global-keys (1 to 200 characters of a fixed set, case-insensitive,
no space at either end, unique in the organisation). Two spaces in a row are allowed today; an older page forbade them.
"""

import re
from collections.abc import Iterable
from functools import reduce
from typing import Annotated

from pydantic import AfterValidator

from labelferry.errors import SourceError
from labelferry.model.feature import Where
from labelferry.model.keys import identity

__all__ = ["LONGEST", "GlobalKey", "canonical", "refuse_collisions"]

LONGEST = 200
_ILLEGAL = re.compile(r"[^A-Za-z0-9!_.*'()&$@=;/:+ ,?-]")


def canonical(text: str, where: Where) -> str:
    """Return ``text`` as the global key that is sent: trimmed, in its own spelling.

    Raises:
        SourceError: when it is blank, too long or holds a character that Labelbox does not take.
    """
    key = text.strip()
    if wrong := _wrong(key):
        raise SourceError(f"{where}: {wrong}", line=where.line)
    return key


def refuse_collisions(keys: Iterable[tuple[str, Where]]) -> None:
    """Refuse a key that is given twice, or twice but for its case.

    Raises:
        SourceError: naming both places.
    """
    seen: dict[str, tuple[str, Where]] = {}
    for key, where in keys:
        if identity(key) not in seen:
            seen[identity(key)] = key, where
            continue
        first, place = seen[identity(key)]
        if first == key:
            raise SourceError(f"{where}: global key '{key}' is also that of {place}; each video needs its own")
        raise SourceError(
            f"{where}: global keys '{key}' and '{first}' ({place}) differ only in case, which are the same key to "
            "Labelbox; each video needs its own"
        )


def _wrong(key: str) -> str | None:
    if not key:
        return "the global key is blank; give one of 1 to 200 characters"
    if len(key) > LONGEST:
        return f"global key '{key[:20]}...' has {len(key)} characters; Labelbox takes at most {LONGEST}"
    if illegal := _ILLEGAL.search(key):
        return (
            f"global key '{key}' holds {illegal.group()!r}; use letters (a-z), digits, spaces and "
            "! _ . * ' ( ) & $ @ = ; / : + , ? -"
        )
    return None


PLACEHOLDERS = ("{stem}", "{name}")
"""Of a spec's global key: the labels file's name without its ending, and with it (``sources/folders.py``)."""


def _valid(text: str) -> str:
    key = text.strip()
    filled = reduce(lambda said, placeholder: said.replace(placeholder, "x"), PLACEHOLDERS, key)
    if wrong := _wrong(filled):
        raise ValueError(wrong)
    return key


GlobalKey = Annotated[str, AfterValidator(_valid)]
"""A global key as an option of a spec; placeholders stand for the name of the file."""
