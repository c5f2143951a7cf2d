"""Two versions of an ontology -> one that replaces both.

Features that both have keep their ids, so that existing labels stay what they are: the same as when the official SDK's
``OntologyBuilder.from_ontology`` is changed and created again.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from labelferry.ontology.tree import Ontology, Option, Question, Tool

__all__ = ["merge"]

N = TypeVar("N", Tool, Question, Option)


def merge(old: Ontology, new: Ontology, *, grown: bool) -> Ontology:
    """Return ``new`` with the ids of ``old``; when it is ``grown``, also with what only ``old`` has."""
    return Ontology(_over(old.tools, new.tools, grown), _over(old.questions, new.questions, grown))


def _over(old: Sequence[N], new: Sequence[N], grown: bool) -> tuple[N, ...]:
    there = {item.names[0]: item for item in old}
    named = {item.names[0] for item in new}
    kept = [_one(there.get(item.names[0]), item, grown) for item in new]
    return tuple(kept + [item for item in old if grown and item.names[0] not in named])


def _one(old: N | None, new: N, grown: bool) -> N:
    """Merge two features; those of different kinds are never merged."""
    if old is None or getattr(old, "kind", None) != getattr(new, "kind", None):
        return new
    inside: dict[str, Any] = {"questions": _over(old.questions, new.questions, grown)}
    if isinstance(old, Question) and isinstance(new, Question):
        inside["options"] = _over(old.options, new.options, grown)
    if isinstance(old, Tool) and isinstance(new, Tool):
        inside["colour"] = new.colour or old.colour
    return replace(new, ids=old.ids, **inside)
