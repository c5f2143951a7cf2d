"""Two ontologies -> what tells them apart, in lines that a person can act on."""

from collections.abc import Iterator, Sequence
from itertools import chain

from labelferry.ontology.tree import Ontology, Option, Question, Tool

__all__ = ["diff", "lacks"]

Item = Tool | Question | Option


def diff(have: Ontology, want: Ontology) -> list[str]:
    """Say how ``have`` differs from ``want``: what it lacks, then what it has too much. Empty when they are equal."""
    return [*lacks(have, want), *_unwanted(have, want)]


def lacks(have: Ontology, want: Ontology) -> list[str]:
    """Say what ``have`` lacks or has otherwise: empty when labels made for ``want`` fit it."""
    return [
        *_compare("", "tool", have.tools, want.tools),
        *_compare("", "question", have.questions, want.questions, top=True),
    ]


def _unwanted(have: Ontology, want: Ontology) -> Iterator[str]:
    for line in lacks(want, have):
        if line.endswith(" is missing"):
            yield line.removesuffix(" is missing") + " is not wanted"


def _compare(of: str, sort: str, have: Sequence[Item], want: Sequence[Item], *, top: bool = False) -> Iterator[str]:
    there = {item.names[0]: item for item in have}
    for item in want:
        called = f"{sort} '{item.names[0]}'{of}"
        found = there.get(item.names[0])
        if found is None:
            yield f"{called} is missing"
        else:
            yield from chain(_traits(called, found, item, top=top), _inside(called, found, item))


def _traits(called: str, have: Item, want: Item, *, top: bool) -> Iterator[str]:
    words = ["kind", "required", "instructions", "label", *(["scope"] if top else [])]
    for word in words:
        is_, should = getattr(have, word, None), getattr(want, word, None)
        if is_ != should:
            yield f"{called}: {word} is {_said(is_)}, wanted is {_said(should)}"
    for key in sorted(({*have.extra} | {*want.extra}) - {"position"}):
        if have.extra.get(key) != want.extra.get(key):
            yield f"{called}: {key} is {_said(have.extra.get(key))}, wanted is {_said(want.extra.get(key))}"


def _inside(called: str, have: Item, want: Item) -> Iterator[str]:
    of = f" of {called}"
    if isinstance(have, Question) and isinstance(want, Question):
        yield from _compare(of, "option", have.options, want.options)
    yield from _compare(of, "question", have.questions, want.questions)


def _said(value: object) -> str:
    if value is None:
        return "not set"
    return str(value).lower() if isinstance(value, bool) else f"'{value}'"
