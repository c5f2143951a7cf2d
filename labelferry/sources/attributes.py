"""What a file says of an object from row to row -> answers of the whole track, or of keyframes where they change."""

from collections.abc import Callable, Mapping, Sequence

from labelferry.model import Answer, AnswerKind, Classification, Feature, Where

__all__ = ["Attributes", "KeyframeAnswers", "answers_of"]

Attributes = Mapping[str, str | Classification]
"""What is said of an object at a keyframe: by its name, an option or a text; or an answer as it will be imported."""
KeyframeAnswers = dict[int, tuple[Classification, ...]]
"""Answers by the position of their keyframe."""

Said = list[tuple[int, Attributes]]


def answers_of(
    said: Mapping[int, Attributes], starts: Sequence[int], kind_of: Callable[[str], AnswerKind], where: Where
) -> tuple[KeyframeAnswers, tuple[Classification, ...]]:
    """Return the answers that change, and those that hold for the whole track.

    Args:
        said: attributes by the position of the keyframe from which they hold.
        starts: positions of the keyframes that begin a segment, but for the first.
        kind_of: how an attribute is answered, by its name.
        where: the object is.
    """
    ordered = [(at, _filled(said[at])) for at in sorted(said)]
    fixed = _fixed(ordered)

    def asked(values: Attributes) -> tuple[Classification, ...]:
        return tuple(_asked(name, value, kind_of(name), where) for name, value in values.items())

    changing = {at: asked(values) for at, values in _changes(ordered, fixed, starts).items()}
    return changing, asked(fixed)


def _filled(values: Attributes) -> Attributes:
    """The answers that say something, by names that do."""
    return {name: value for name, value in values.items() if name.strip() and _says_something(value)}


def _says_something(value: str | Classification) -> bool:
    return bool(value.strip()) if isinstance(value, str) else bool(value.answers)


def _fixed(ordered: Said) -> Attributes:
    """The answers that are there from the first keyframe on and never change."""
    if not ordered or ordered[0][0] != 0:
        return {}
    first = ordered[0][1]
    return {name: value for name, value in first.items() if all(each.get(name) == value for _, each in ordered)}


def _changes(ordered: Said, fixed: Attributes, starts: Sequence[int]) -> dict[int, Attributes]:
    """The answers on the keyframes where they change; those that hold are given again where a segment begins."""
    by_position, begins = dict(ordered), set(starts)
    last: dict[str, str | Classification] = {}
    found: dict[int, Attributes] = {}
    for at in sorted({*by_position, *begins}):
        new = {name: value for name, value in by_position.get(at, {}).items() if _is_new(name, value, fixed, last)}
        last |= new
        if told := dict(last) if at in begins else new:
            found[at] = told
    return found


def _is_new(name: str, value: str | Classification, fixed: Attributes, last: Attributes) -> bool:
    return name not in fixed and last.get(name) != value


def _asked(name: str, value: str | Classification, kind: AnswerKind, where: Where) -> Classification:
    if isinstance(value, Classification):
        return value
    answer = Answer(text=value) if kind is AnswerKind.TEXT else Answer(Feature(value))
    return Classification(Feature(name), kind, (answer,), where)
