"""Questions asked side by side: each is answered once, and a radio has one answer at a time.

Side by side are the classifications of all lines of one row, those of one keyframe, and those nested in one answer.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from labelferry.checks.scene import Answered, Raised, error
from labelferry.model.answers import Answer
from labelferry.model.answers import Question as Asked
from labelferry.model.frames import Span
from labelferry.ontology.kinds import QuestionKind
from labelferry.ontology.tree import Ontology, Option, Question, Tool

__all__ = ["level"]

Holder = Ontology | Tool | Option | Question | None


class Held(NamedTuple):
    """One range of one answer."""

    span: Span
    key: str
    answer: Answer
    one: Answered


def level(siblings: Sequence[Answered], holder: Holder) -> Iterator[Raised]:
    """Check questions that are asked side by side, and those nested in their answers.

    Args:
        siblings: the classifications.
        holder: what holds their questions in the ontology, None when that is not known.
    """
    if len(siblings) == 1 and len(siblings[0].asked.answers) == 1 and not siblings[0].asked.answers[0].classifications:
        return
    for question, same in _by_question(siblings, holder):
        yield from _twice(same)
        if _is_radio(question, same):
            yield from _several(same, question)
            yield from _clash(same, question)
        for inner, below in _below(question, same):
            yield from level(below, inner)


def _by_question(siblings: Sequence[Answered], holder: Holder) -> Iterator[tuple[Question | None, list[Answered]]]:
    found: dict[str, tuple[Question | None, list[Answered]]] = {}
    for one in siblings:
        question = holder.question(one.asked.feature) if holder else None
        key = question.name if question else one.asked.feature.key
        found.setdefault(key, (question, []))[1].append(one)
    yield from found.values()


def _is_radio(question: Question | None, same: Sequence[Answered]) -> bool:
    if question is not None:
        return question.kind == QuestionKind.RADIO
    return all(one.asked.question is Asked.RADIO for one in same)


def _twice(same: Sequence[Answered]) -> Iterator[Raised]:
    whole = [one for one in same if not one.asked.framed]
    for other in whole[1:]:
        first, second = _said(whole[0]), _said(other)
        differs = f", with {second} here and {first} there" if first != second else ""
        yield error(
            "answered-twice",
            other.asked.where,
            f"{other} is already answered at {whole[0].asked.where}{differs}",
            "keep one; a checklist takes all its options in one annotation",
        )


def _said(one: Answered) -> str:
    return ", ".join(f"'{answer.text or answer.feature}'" for answer in one.asked.answers)


def _several(same: Sequence[Answered], question: Question | None) -> Iterator[Raised]:
    for one in same:
        keys = {_key(answer, question) for answer in one.asked.answers}
        if not one.asked.framed and len(keys) > 1:
            yield error(
                "radio-several-answers",
                one.asked.where,
                f"{one} is a radio and has {len(keys)} answers: {_said(one)}",
                "keep one answer, or make the question a checklist",
            )


def _clash(same: Sequence[Answered], question: Question | None) -> Iterator[Raised]:
    """Raise the first frame where a radio has two different answers."""
    last: dict[str, Held] = {}
    for held in sorted(_held(same, question), key=lambda held: (held.span, held.key)):
        for key, other in last.items():
            if key != held.key and other.span.end >= held.span.start:
                yield _both(other, held)
                return
        if held.key not in last or last[held.key].span.end < held.span.end:
            last[held.key] = held


def _both(first: Held, second: Held) -> Raised:
    return error(
        "radio-several-answers",
        second.one.asked.where,
        f"{second.one} is a radio and has two answers at frame {second.span.start}: '{first.answer}' "
        f"({first.one.asked.where}) and '{second.answer}'",
        "shorten one of the ranges, or make the question a checklist",
    )


def _held(same: Sequence[Answered], question: Question | None) -> Iterator[Held]:
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


def _below(question: Question | None, same: Sequence[Answered]) -> Iterator[tuple[Holder, list[Answered]]]:
    """What stands side by side one level down: framed ones of one option together, others by the answer they are in."""
    framed: dict[str, tuple[Holder, list[Answered]]] = {}
    for one in same:
        for answer in one.asked.answers:
            inside = one.inside(answer)
            holder: Holder = _option(answer, question) if answer.feature else question
            yield holder, [inner for inner in inside if not inner.asked.framed]
            if inside:
                together = framed.setdefault(_key(answer, question), (holder, []))[1]
                together.extend(inner for inner in inside if inner.asked.framed)
    yield from framed.values()
