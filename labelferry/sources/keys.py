"""Global keys in the user's files and specs: trimmed, and refused with their place."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from pathlib import PurePath
from typing import Annotated

from pydantic import AfterValidator

from labelferry.errors import SourceError
from labelferry.model.feature import Where
from labelferry.model.keys import identity, wrong_key

__all__ = ["PLACEHOLDERS", "GlobalKey", "canonical", "refuse_collisions"]


def canonical(text: str, where: Where) -> str:
    """Return ``text`` as the global key that is sent: trimmed, otherwise unchanged.

    Raises:
        SourceError: when it is blank, too long or contains a character that Labelbox refuses.
    """
    key = text.strip()
    if wrong := wrong_key(key):
        raise SourceError(f"{where}: {wrong}", line=where.line)
    return key


def refuse_collisions(keys: Iterable[tuple[str, Where]]) -> None:
    """Refuse a key that is given twice, even in different case.

    Raises:
        SourceError: with both places.
    """
    seen: dict[str, tuple[str, Where]] = {}
    for key, where in keys:
        same = identity(key)
        if same not in seen:
            seen[same] = key, where
            continue
        first, place = seen[same]
        if first == key:
            raise SourceError(f"{where}: global key '{key}' is also used at {place}; each video needs its own")
        raise SourceError(
            f"{where}: global keys '{key}' and '{first}' ({place}) differ only in case, which are the same key to "
            "Labelbox; each video needs its own"
        )


FRAME_NUMBER = re.compile(r"[ ._-]?(frame[ ._-]?)?\d+$", re.IGNORECASE)

PLACEHOLDERS: Mapping[str, Callable[[PurePath], str]] = {
    "{stem}": lambda path: path.stem,
    "{name}": lambda path: path.name,
    "{parent}": lambda path: path.parent.name,
    "{parent2}": lambda path: path.parent.parent.name,
    "{video}": lambda path: FRAME_NUMBER.sub("", path.stem) or path.parent.name,
}
"""Of a spec's global key: the name of a labels file without its ending and with it, its folder, the folder above, and
the name without ending and frame number (clip of clip_12.txt), or the folder if nothing is left of it."""


def _valid(text: str) -> str:
    key = text.strip()
    filled = reduce(lambda text, placeholder: text.replace(placeholder, "x"), PLACEHOLDERS, key)
    if wrong := wrong_key(filled):
        raise ValueError(wrong)
    return key


GlobalKey = Annotated[str, AfterValidator(_valid)]
"""A global key as an option of a spec; placeholders stand for the name of the file."""
