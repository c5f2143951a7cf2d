"""Sibling questions: each is answered once, and a radio has one answer at a time.

Siblings are the classifications of all lines of one row, those of one keyframe, and those nested in one answer.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from labelferry.checks.subject import PlacedClassification
from labelferry.model.answers import Answer, AnswerKind
from labelferry.model.findings import Finding
from labelferry.model.frames import Span
from labelferry.model.rules import AnswerRule
from labelferry.ontology.kinds import QuestionKind
from labelferry.ontology.tree import Ontology, Option, Question, Tool

__all__ = ["level"]

QuestionHolder = Ontology | Tool | Option | Question | None


class Held(NamedTuple):
    """One range of one answer."""

    span: Span
    key: str
    answer: Answer
    one: PlacedClassification


def level(siblings: Sequence[PlacedClassification], holder: QuestionHolder) -> Iterator[Finding]:
    """Check sibling questions, and those nested in their answers.

    Args:
        siblings: the classifications.
        holder: the parent of their questions in the ontology, None when unknown.
    """
    if _alone(siblings):
        return
    for question, same in _by_question(siblings, holder):
        yield from _twice(same)
        if _is_radio(question, same):
            yield from _several(same, question)
            yield from _overlap(same, question)
        for inner, below in _below(question, same):
            yield from level(below, inner)


def _alone(siblings: Sequence[PlacedClassification]) -> bool:
    """Return whether there is one question with one answer, the usual case, which cannot contradict anything."""
    if len(siblings) != 1:
        return False
    answers = siblings[0].asked.answers
    return len(answers) == 1 and not answers[0].classifications


def _by_question(
    siblings: Sequence[PlacedClassification], holder: QuestionHolder
) -> Iterator[tuple[Question | None, list[PlacedClassification]]]:
    """Group the classifications by question, which labels may name by name or by schema id."""
    found: dict[str, tuple[Question | None, list[PlacedClassification]]] = {}
    for one in siblings:
        question = holder.question(one.asked.feature) if holder else None
        key = question.name if question else one.asked.feature.key
        found.setdefault(key, (question, []))[1].append(one)
    yield from found.values()


def _is_radio(question: Question | None, same: Sequence[PlacedClassification]) -> bool:
    if question is not None:
        return question.kind == QuestionKind.RADIO
    return all(one.asked.question is AnswerKind.RADIO for one in same)


def _twice(same: Sequence[PlacedClassification]) -> Iterator[Finding]:
    whole = [one for one in same if not one.asked.framed]
    for other in whole[1:]:
        here, there = _said(other), _said(whole[0])
        rule = AnswerRule.ANSWERED_TWICE if here == there else AnswerRule.ANSWERED_DIFFERENTLY
        yield rule.at(
            other.asked.where, question=other, other_place=whole[0].asked.where, answer=here, other_answer=there
        )


def _said(one: PlacedClassification) -> str:
    return ", ".join(f"'{answer.text or answer.feature}'" for answer in one.asked.answers)


def _several(same: Sequence[PlacedClassification], question: Question | None) -> Iterator[Finding]:
    for one in same:
        keys = {_key(answer, question) for answer in one.asked.answers}
        if not one.asked.framed and len(keys) > 1:
            yield AnswerRule.RADIO_SEVERAL_ANSWERS.at(
                one.asked.where, question=one, count=len(keys), answers=_said(one)
            )


def _overlap(same: Sequence[PlacedClassification], question: Question | None) -> Iterator[Finding]:
    """Find the first frame where a radio has two different answers.

    Ranges are visited in order of their start. Of each answer, only the range that reaches furthest so far can overlap
    a later one.
    """
    furthest: dict[str, Held] = {}
    for held in sorted(_held(same, question), key=lambda held: (held.span, held.key)):
        others = (other for key, other in furthest.items() if key != held.key)
        if clash := next((other for other in others if other.span.end >= held.span.start), None):
            yield _both(clash, held)
            return
        if held.key not in furthest or furthest[held.key].span.end < held.span.end:
            furthest[held.key] = held


def _both(first: Held, second: Held) -> Finding:
    return AnswerRule.RADIO_OVERLAP.at(
        second.one.asked.where,
        frame=second.span.start,
        question=second.one,
        first=first.answer,
        second=second.answer,
        other_place=first.one.asked.where,
    )


def _held(same: Sequence[PlacedClassification], question: Question | None) -> Iterator[Held]:
    for one in same:
        for answer in one.asked.answers:
            for span in answer.spans:
                yield Held(span, _key(answer, question), answer, one)


def _option(answer: Answer, question: Question | None) -> Option | None:
    return question.option(answer.feature) if question and answer.feature else None


def _key(answer: Answer, question: Question | None) -> str:
    option = _option(answer, question)
    if option is not None:
        return option.value
    return answer.feature.key if answer.feature else answer.text or ""


def _below(
    question: Question | None, same: Sequence[PlacedClassification]
) -> Iterator[tuple[QuestionHolder, list[PlacedClassification]]]:
    """Yield the siblings one level down, with the parent of their questions.

    Without frames, these are nested in one answer. With frames, they are nested in one option, over all of its answers:
    the ranges of all of them share one timeline.
    """
    framed: dict[str, tuple[QuestionHolder, list[PlacedClassification]]] = {}
    for one in same:
        for answer in one.asked.answers:
            holder: QuestionHolder = _option(answer, question) if answer.feature else question
            inside = one.inside(answer)
            yield holder, [inner for inner in inside if not inner.asked.framed]
            together = framed.setdefault(_key(answer, question), (holder, []))[1]
            together.extend(inner for inner in inside if inner.asked.framed)
    yield from framed.values()
