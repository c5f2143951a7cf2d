"""A question and its answers as an import line, or nested in one to any depth: written, and read back.

``answer`` is a text, an option, or a list of either. Frames are written into each answer, as the guide does; they are
also read next to the answer, where the official SDK puts them. A list of options with frames of their own may answer a
radio or a checklist, and the line does not say which: it is read as TEMPORAL.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from labelferry.errors import AnnotationError
from labelferry.model import Answer, AnswerKind, Classification, Span
from labelferry.model.frames import spans_of
from labelferry.ndjson.at import DEEPEST, At, LineObject
from labelferry.ndjson.feature_keys import FEATURE_KEYS, read_feature, write_feature
from labelferry.ndjson.score_keys import SCORE_KEYS, read_confidence, read_metrics, write_scores

__all__ = ["NESTED", "QUESTION_KEYS", "read_nested", "read_question", "write_nested", "write_question"]

NESTED = "classifications"
ANSWER = ("answer", "answers")
"""The service accepts both; the official SDK's tests of imports send the second. The first is written."""
QUESTION_KEYS = FEATURE_KEYS | SCORE_KEYS | {*ANSWER, "frames", NESTED}
ANSWER_KEYS = FEATURE_KEYS | SCORE_KEYS | {"value", "frames", NESTED}
SPAN_KEYS = frozenset({"start", "end"})


def write_question(asked: Classification, depth: int = 0) -> dict[str, Any]:
    """Return a question with its answers, in the shape that its kind and frames require.

    Args:
        asked: the question.
        depth: how deeply it is nested; 0 for a line.
    """
    line = write_feature(asked.feature)
    line["answer"] = _write_answers(asked, depth)
    if _is_plain_text(asked):
        line |= write_nested(asked.answers[0].classifications, depth)
    return line | write_scores(asked)


def write_nested(asked: Sequence[Classification], depth: int = 0) -> dict[str, Any]:
    """Return the key of nested questions with them, or an empty mapping when there are none.

    Args:
        asked: the questions.
        depth: that of their parent; 0 for a line.

    Raises:
        AnnotationError: when they are nested too deeply to be read back.
    """
    if not asked:
        return {}
    if depth == DEEPEST:
        raise AnnotationError(f"{asked[0]}: questions nested more than {DEEPEST} levels deep; nest less deeply")
    return {NESTED: [write_question(each, depth + 1) for each in asked]}


def read_question(line: LineObject, at: At, uuid: str | None = None) -> Classification:
    """Return one question with its answers.

    Args:
        line: an object whose keys have been checked.
        at: its place.
        uuid: the line's own id, when the question is a line.
    """
    if line.keys().isdisjoint(ANSWER):
        raise at.fault("no answer", "give one or leave the question out")
    key = at.one_of(line, ANSWER)
    answers = _read_answers(line, key, at)
    return Classification(
        feature=read_feature(line, at),
        question=_kind(line, key, answers, at / key),
        answers=answers,
        where=at.where,
        confidence=read_confidence(line, at),
        custom_metrics=read_metrics(line, at),
        uuid=uuid,
    )


def read_nested(holder: LineObject, at: At) -> tuple[Classification, ...]:
    """Return the questions nested in an object, if there are any."""
    if holder.get(NESTED, []) == []:
        return ()
    deeper = (at / NESTED).deeper()
    return tuple(
        read_question(place.mapping(item, QUESTION_KEYS), place) for place, item in deeper.items(holder[NESTED])
    )


def _is_plain_text(asked: Classification) -> bool:
    """Return whether the answer is a bare text, so that its other members are next to it."""
    return asked.question is AnswerKind.TEXT and not asked.framed


def _write_answers(asked: Classification, depth: int) -> object:
    answers = asked.answers
    if _is_plain_text(asked):
        return answers[0].text
    if asked.question is AnswerKind.RADIO and len(answers) == 1:
        return _write_answer(answers[0], depth)
    return [_write_answer(answer, depth) for answer in answers]


def _write_answer(answer: Answer, depth: int) -> dict[str, Any]:
    out: dict[str, Any] = {"value": answer.text} if answer.feature is None else write_feature(answer.feature)
    if answer.spans:
        out["frames"] = [{"start": span.start, "end": span.end} for span in answer.spans]
    return out | write_scores(answer) | write_nested(answer.classifications, depth)


def _read_answers(line: LineObject, key: str, at: At) -> tuple[Answer, ...]:
    value, place = line[key], at / key
    spans = _read_spans(line["frames"], at / "frames") if "frames" in line else ()
    if isinstance(value, str):
        return (Answer(text=place.text(value), spans=spans, classifications=read_nested(line, at)),)
    if line.get(NESTED):
        raise at.fault(f"{NESTED} next to the answer", "put them into the answer that they belong to")
    if isinstance(value, list):
        return tuple(_read_answer(item, each, spans) for each, item in place.items(value))
    return (_read_answer(value, place, spans),)


def _read_answer(value: object, at: At, spans: tuple[Span, ...]) -> Answer:
    item = at.mapping(value, ANSWER_KEYS)
    if "frames" in item and spans:
        raise at.fault("frames here and next to the answer", "give them in one of the two places")
    text = "value" in item
    if text and not FEATURE_KEYS.isdisjoint(item):
        raise at.fault("both a value and an option", "write a text as value, an option by name or schemaId")
    return Answer(
        feature=None if text else read_feature(item, at),
        text=(at / "value").text(item["value"]) if text else None,
        spans=_read_spans(item["frames"], at / "frames") if "frames" in item else spans,
        classifications=read_nested(item, at),
        confidence=read_confidence(item, at),
        custom_metrics=read_metrics(item, at),
    )


def _kind(line: LineObject, key: str, answers: tuple[Answer, ...], at: At) -> AnswerKind:
    texts = [answer.feature is None for answer in answers]
    if all(texts):
        if len(texts) > 1 and not answers[0].spans:
            raise at.fault("several texts without frames", "give each its frames, or keep one")
        return AnswerKind.TEXT
    if any(texts):
        raise at.fault("texts and options together", "a question has one or the other")
    if isinstance(line[key], Mapping):
        return AnswerKind.RADIO
    own_frames = "frames" not in line and any(answer.spans for answer in answers)
    return AnswerKind.TEMPORAL if own_frames else AnswerKind.CHECKLIST


def _read_spans(value: object, at: At) -> tuple[Span, ...]:
    pairs = []
    for place, item in at.items(value):
        pair = place.mapping(item, SPAN_KEYS)
        if len(pair) < 2:
            raise place.fault("a range without start or end", 'write {"start": 1, "end": 5}')
        pairs.append(((place / "start").frame(pair["start"]), (place / "end").frame(pair["end"])))
    return spans_of(pairs, str(at))
