"""Two ontologies -> their differences, as values that print as a line that users can act on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from labelferry.ontology.tree import Ontology, Option, Question, Tool

__all__ = ["DifferenceKind", "OntologyDifference", "PathStep", "diff", "lacks"]

Item = Tool | Question | Option


class DifferenceKind(StrEnum):
    """The kind of a difference: the whole feature, or one property of it."""

    MISSING = "missing"
    SUPERFLUOUS = "superfluous"
    KIND = "kind"
    REQUIRED = "required"
    INSTRUCTIONS = "instructions"
    LABEL = "label"
    SCOPE = "scope"
    EXTRA = "extra"


PROPERTIES = {
    Tool: (DifferenceKind.KIND, DifferenceKind.REQUIRED),
    Question: (DifferenceKind.KIND, DifferenceKind.REQUIRED, DifferenceKind.INSTRUCTIONS),
    Option: (DifferenceKind.LABEL,),
}
NOT_COMPARED = {"position"}


class PathStep(NamedTuple):
    """A step of the path to a feature: ``tool``, ``question`` or ``option``, and its name."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class OntologyDifference:
    """One difference between two ontologies.

    Args:
        kind: what differs.
        path: the feature, from the top level down.
        held: the property in the first; None for a whole feature.
        wanted: the property in the second.
        key: its key in the normalised form, for a property without a kind of its own.
    """

    kind: DifferenceKind
    path: tuple[PathStep, ...]
    held: object = None
    wanted: object = None
    key: str | None = None

    def __str__(self) -> str:
        feature = " of ".join(f"{part.kind} '{part.name}'" for part in reversed(self.path))
        if self.kind is DifferenceKind.MISSING:
            return f"{feature} is missing"
        if self.kind is DifferenceKind.SUPERFLUOUS:
            return f"{feature} is superfluous"
        return f"{feature}: {self.key or self.kind} is {_said(self.held)}, expected {_said(self.wanted)}"


def diff(have: Ontology, want: Ontology) -> list[OntologyDifference]:
    """Return how ``have`` differs from ``want``: what is missing or different, then what is superfluous."""
    missing = (each for each in lacks(want, have) if each.kind is DifferenceKind.MISSING)
    return [*lacks(have, want), *(replace(each, kind=DifferenceKind.SUPERFLUOUS) for each in missing)]


def lacks(have: Ontology, want: Ontology) -> list[OntologyDifference]:
    """Return what ``have`` lacks or has differently: empty when labels for ``want`` fit it."""
    return [
        *_compare((), "tool", have.tools, want.tools),
        *_compare((), "question", have.questions, want.questions),
    ]


def _compare(
    above: tuple[PathStep, ...], kind: str, have: Sequence[Item], want: Sequence[Item]
) -> Iterator[OntologyDifference]:
    there = {item.names[0]: item for item in have}
    for item in want:
        path = (*above, PathStep(kind, item.names[0]))
        found = there.get(item.names[0])
        if found is None:
            yield OntologyDifference(DifferenceKind.MISSING, path)
        else:
            yield from _properties(path, found, item)
            yield from _extra(path, found, item)
            yield from _inside(path, found, item)


def _properties(path: tuple[PathStep, ...], have: Item, want: Item) -> Iterator[OntologyDifference]:
    # A nested question follows the scope of its parent, whatever its own.
    top = (DifferenceKind.SCOPE,) if len(path) == 1 and isinstance(want, Question) else ()
    for kind in (*PROPERTIES[type(want)], *top):
        held, wanted = getattr(have, kind), getattr(want, kind)
        if held != wanted:
            yield OntologyDifference(kind, path, held, wanted)


def _extra(path: tuple[PathStep, ...], have: Item, want: Item) -> Iterator[OntologyDifference]:
    for key in sorted((have.extra.keys() | want.extra.keys()) - NOT_COMPARED):
        held, wanted = have.extra.get(key), want.extra.get(key)
        if held != wanted:
            yield OntologyDifference(DifferenceKind.EXTRA, path, held, wanted, key)


def _inside(path: tuple[PathStep, ...], have: Item, want: Item) -> Iterator[OntologyDifference]:
    if isinstance(have, Question) and isinstance(want, Question):
        yield from _compare(path, "option", have.options, want.options)
    yield from _compare(path, "question", have.questions, want.questions)


def _said(value: object) -> str:
    if value is None:
        return "not set"
    return str(value).lower() if isinstance(value, bool) else f"'{value}'"
