"""Names that a person cannot tell apart: composed or combining letters, no-break and zero-width spaces, upper case."""

import unicodedata

__all__ = ["appearance", "differing_characters", "looks_alike"]

INVISIBLE = {"Cf", "Cc"}
"""Unicode categories of characters that show nothing: zero-width spaces and joiners, marks of direction."""


def appearance(name: str) -> str:
    """Return what names that look the same have in common, whatever their case."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    shown = "".join(sign for sign in folded if unicodedata.category(sign) not in INVISIBLE)
    return " ".join(unicodedata.normalize("NFKC", shown).split())


def looks_alike(name: str, other: str) -> bool:
    """Whether two different names look the same, case apart."""
    return name != other and name.casefold() != other.casefold() and appearance(name) == appearance(other)


def differing_characters(name: str, other: str) -> str:
    """Return the characters that only one of two names has, by their numbers."""
    only = sorted(set(name) ^ set(other))
    listed = ", ".join(f"U+{ord(sign):04X} ({unicodedata.name(sign, 'unnamed').lower()})" for sign in only[:4])
    return listed or "the order of its characters"
