"""Names of the versions of an ontology: made of the first one's name and their content, so that they can be found."""

import re

from labelferry.ontology import Ontology

__all__ = ["is_version_of", "version_name"]


def version_name(first: str, tree: Ontology) -> str:
    """Return the name of the version of an ontology with this tree."""
    return f"{first} (version {tree.fingerprint()[:8]})"


def is_version_of(name: str, first: str | None) -> bool:
    """Return whether a name is that of a version of the ontology ``first``."""
    return first is not None and re.fullmatch(re.escape(first) + r" \(version [0-9a-f]{8}\)", name) is not None
