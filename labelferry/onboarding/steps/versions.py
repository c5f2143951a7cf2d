"""What the versions of an ontology are called: after the first one and what they hold, so that anybody finds them."""

import re

from labelferry.ontology import Ontology

__all__ = ["is_version_of", "version_name"]


def version_name(first: str, tree: Ontology) -> str:
    """The name of the version of an ontology that holds this tree."""
    return f"{first} (version {tree.fingerprint()[:8]})"


def is_version_of(name: str, first: str | None) -> bool:
    """Whether a name is that of a version of the ontology ``first``."""
    return first is not None and re.fullmatch(re.escape(first) + r" \(version [0-9a-f]{8}\)", name) is not None
