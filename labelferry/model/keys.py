"""Global keys: which are valid, and when two spellings are the same key.

Facts: https://docs.labelbox.com/reference/data-row-global-keys (1 to 200 characters of a fixed set, case-insensitive,
no space at either end, unique in the organisation). Two spaces in a row are allowed today; an older page forbade them.
"""

import re

__all__ = ["LONGEST", "identity", "legal", "wrong_key"]

LONGEST = 200
_ILLEGAL = re.compile(r"[^A-Za-z0-9!_.*'()&$@=;/:+ ,?-]")


def identity(key: str) -> str:
    """Return the identity of a key, the same for all its spellings: Labelbox ignores case."""
    folded = key.strip().casefold()
    return key if folded == key else folded  # one text in memory for both


def wrong_key(key: str) -> str | None:
    """Return what is wrong with a global key, and what to do about it; None for a valid one.

    Args:
        key: as it is sent, so without spaces at its ends.
    """
    if not key.strip():
        return "the global key is blank; give one of 1 to 200 characters"
    if key != key.strip():
        return f"global key {key!r} begins or ends with a space; remove it"
    if len(key) > LONGEST:
        return f"global key '{key[:20]}...' has {len(key)} characters; Labelbox takes at most {LONGEST}"
    if illegal := _ILLEGAL.search(key):
        return (
            f"global key '{key}' contains {illegal.group()!r}; use letters (a-z), digits, spaces and "
            "! _ . * ' ( ) & $ @ = ; / : + , ? -"
        )
    return None


def legal(text: str) -> str:
    """Return a name as a global key: characters that Labelbox refuses become underscores."""
    return _ILLEGAL.sub("_", text).strip()[:LONGEST] or "video"
