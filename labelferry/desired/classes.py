"""A desired state -> its classes with counts, so that one that was mistyped is seen."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from labelferry.desired.state import Desired, IndexedLine
from labelferry.listing import counted
from labelferry.ndjson import LineKind
from labelferry.ontology import Ontology
from labelferry.ontology.text import as_yaml

__all__ = ["ClassCount", "classes_of", "editable_ontology"]

MOST_ANSWERS = 20_000
"""Lines of classifications whose answers are counted; the others count for their question alone."""
MOST_CLASSES = 500


@dataclass(frozen=True, slots=True)
class ClassCount:
    """A class, or an answer to a question.

    Args:
        name: of the tool; of an answer, ``question: answer``.
        kind: what the lines contain.
        lines: that have it.
        keyframes: of these lines.
        videos: that have such lines.
    """

    name: str
    kind: str
    lines: int
    keyframes: int
    videos: int


def classes_of(desired: Desired) -> tuple[ClassCount, ...]:
    """Return the classes, bounded, the rarest last."""
    lines: Counter[tuple[str, str]] = Counter()
    keyframes: Counter[tuple[str, str]] = Counter()
    videos: dict[tuple[str, str], set[str]] = {}
    for line, name in _named(desired):
        key = (name, str(line.kind))
        lines[key] += 1
        keyframes[key] += line.keyframes
        videos.setdefault(key, set()).add(line.row.identity)
    ranked = sorted(lines, key=lambda key: (-lines[key], key))
    return tuple(ClassCount(*key, lines[key], keyframes[key], len(videos[key])) for key in ranked[:MOST_CLASSES])


def editable_ontology(desired: Desired) -> str:
    """Return the ontology of a desired state as a file that a person can edit, with the counts of its tools."""
    counts = {
        each.name: f"{counted(each.lines, 'line')} in {counted(each.videos, 'video')}" for each in classes_of(desired)
    }
    return as_yaml(Ontology.from_normalized(desired.ontology() or {}), counts)


def _named(desired: Desired) -> Iterator[tuple[IndexedLine, str]]:
    """Yield each line with what it is of; one of masks or answers may be of several things."""
    room = MOST_ANSWERS
    for line in desired.index():
        if line.kind is LineKind.CLASSIFICATION and room:
            room -= 1
            yield from ((line, name) for name in _answers(desired, line))
        elif line.kind is LineKind.MASK:
            yield from ((line, name) for name in line.feature.split(", "))
        else:
            yield line, line.feature


def _answers(desired: Desired, line: IndexedLine) -> Iterator[str]:
    for question in desired.video(line).classifications:
        said = dict.fromkeys(str(answer) if answer.feature else "(text)" for answer in question.answers)
        yield from (f"{question.feature}: {answer}" for answer in islice(said, MOST_CLASSES))
