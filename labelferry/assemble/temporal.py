"""Temporal questions and texts -> classifications whose nested values are under the parents that contain them.

Questions (or texts) of one name are one question; equal answers become one answer with several ranges. A nested value
goes under every parent answer whose ranges, joined where they touch, contain it. One without a parent is an error: the
guide's rule is that child ranges lie inside the parent's.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from labelferry.assemble.answers import feature_of
from labelferry.errors import AnnotationError
from labelferry.model import Answer, AnswerKind, Classification, Feature, Span, Where
from labelferry.model.frames import coalesce, spans_of
from labelferry.types import TemporalClassificationQuestion, TemporalClassificationText
from labelferry.types.temporal import TemporalAnnotation

__all__ = ["temporal_classifications"]


@dataclass
class _Value:
    """One answer or text of one annotation: its ranges, and whether each has found its parent."""

    feature: Feature | None
    text: str | None
    spans: tuple[Span, ...]
    nested: tuple["_TemporalNode", ...]
    what: str
    placed: set[Span] = field(default_factory=set)

    @property
    def key(self) -> str:
        """The identity of an answer, the same for equal answers."""
        return self.feature.key if self.feature else self.text or ""


@dataclass
class _Merged:
    """Equal answers merged: their ranges, each once and in order of appearance, and what is nested in them."""

    first: _Value
    spans: dict[Span, None] = field(default_factory=dict)
    nested: list["_TemporalNode"] = field(default_factory=list)

    def add(self, value: _Value, spans: Iterable[Span]) -> None:
        """Add another one, with those of its ranges that its parents contain."""
        self.spans.update(dict.fromkeys(spans))
        self.nested.extend(value.nested)


@dataclass
class _TemporalNode:
    """One temporal annotation; ``shared`` are questions given next to the values, for the values that contain them."""

    feature: Feature
    question: AnswerKind
    values: tuple[_Value, ...]
    shared: tuple["_TemporalNode", ...]


def temporal_classifications(annotations: Sequence[TemporalAnnotation], where: Where) -> tuple[Classification, ...]:
    """Return one classification for each name.

    Raises:
        AnnotationError: when a range lies outside its parent, a value has no frames, or one name is a question and a
            text.
    """
    nodes = [_node(annotation, f"{where}: ") for annotation in annotations]
    built = tuple(_merge(nodes, where, None))
    lost = [f"{value.what}: frames {span.start} to {span.end}" for value, span in _unplaced(nodes)]
    if lost:
        raise AnnotationError(
            f"{'; '.join(lost)}: not inside a range of the parent answer; widen the parent or cut the child"
        )
    return built


def _node(annotation: TemporalAnnotation, path: str) -> _TemporalNode:
    feature = feature_of(annotation)
    what = f"{path}'{feature}'"
    if not annotation.value:
        raise AnnotationError(f"{what}: no values; give at least one or leave the annotation out")
    shared = tuple(_node(nested, f"{what} > ") for nested in annotation.classifications or ())
    if isinstance(annotation, TemporalClassificationText):
        return _TemporalNode(feature, AnswerKind.TEXT, tuple(_texts(annotation, what)), shared)
    return _TemporalNode(feature, AnswerKind.TEMPORAL, tuple(_options(annotation, what)), shared)


def _texts(annotation: TemporalClassificationText, what: str) -> Iterator[_Value]:
    for value in annotation.value:
        if len(value) != 3 or not isinstance(value[2], str):
            raise AnnotationError(f"{what}: {value!r} is not (start, end, text)")
        if not value[2].strip():
            raise AnnotationError(f"{what}: an empty text at frames {value[0]} to {value[1]}; leave it out")
        yield _Value(None, value[2], spans_of([value[:2]], what), (), f"{what} = {value[2]!r}")


def _options(annotation: TemporalClassificationQuestion, what: str) -> Iterator[_Value]:
    for answer in annotation.value:
        feature = feature_of(answer)
        path = f"{what} = '{feature}'"
        nested = tuple(_node(child, f"{path} > ") for child in answer.classifications or ())
        yield _Value(feature, None, spans_of(answer.frames, path), nested, path)


def _merge(nodes: Iterable[_TemporalNode], where: Where, parents: tuple[Span, ...] | None) -> Iterator[Classification]:
    groups: dict[str, list[_TemporalNode]] = {}
    for node in nodes:
        groups.setdefault(node.feature.key, []).append(node)
    for group in groups.values():
        first = group[0]
        if any(node.question is not first.question for node in group):
            raise AnnotationError(f"{where}: '{first.feature}' is given as a question and as a text; names must differ")
        answers = tuple(_answers(group, where, parents))
        if answers:
            yield Classification(first.feature, first.question, answers, where)


def _answers(group: Sequence[_TemporalNode], where: Where, parents: tuple[Span, ...] | None) -> Iterator[Answer]:
    shared = [nested for node in group for nested in node.shared]
    for each in _by_value(chain.from_iterable(node.values for node in group), parents):
        inner = tuple(_merge([*each.nested, *shared], where, coalesce(each.spans)))
        yield Answer(feature=each.first.feature, text=each.first.text, spans=tuple(each.spans), classifications=inner)


def _by_value(values: Iterable[_Value], parents: tuple[Span, ...] | None) -> Iterable[_Merged]:
    """Join equal answers, each with those of its ranges that lie inside the parent's."""
    merged: dict[str, _Merged] = {}
    for value in values:
        spans = [span for span in value.spans if parents is None or _inside(span, parents)]
        value.placed.update(spans)
        if spans:
            merged.setdefault(value.key, _Merged(value)).add(value, spans)
    return merged.values()


def _inside(span: Span, parents: tuple[Span, ...]) -> bool:
    """Return whether one of the ascending, disjoint ``parents`` contains ``span``, by bisection for long lists."""
    at = bisect_right(parents, span.start, key=lambda parent: parent.start) - 1
    return at >= 0 and span.end <= parents[at].end


def _unplaced(nodes: Iterable[_TemporalNode]) -> Iterator[tuple[_Value, Span]]:
    for node in nodes:
        for value in node.values:
            yield from ((value, span) for span in value.spans if span not in value.placed)
            yield from _unplaced(value.nested)
        yield from _unplaced(node.shared)
