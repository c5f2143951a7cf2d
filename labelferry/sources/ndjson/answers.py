"""Questions of a line, at any depth: ``answer`` as an object, a list or a text, with frames here or there.

Frames may stand beside the answer (what the official SDK writes) or in each answer (what the guide writes); both become
spans of the answers. A list of options with frames of their own may mean a radio or a checklist: TEMPORAL.
"""

from collections.abc import Mapping
from typing import Any

from labelferry.model import Answer, Classification, Question, Span
from labelferry.sources.ndjson.at import At, Json

__all__ = ["QUESTION_KEYS", "classification", "classifications"]

EXTRA_KEYS = frozenset({"classifications", "confidence", "customMetrics"})
QUESTION_KEYS = frozenset({"name", "schemaId", "answer", "frames"}) | EXTRA_KEYS
ANSWER_KEYS = frozenset({"name", "schemaId", "value", "frames"}) | EXTRA_KEYS


def classifications(holder: Json, at: At) -> tuple[Classification, ...]:
    """The questions under ``classifications``, if there are any."""
    if holder.get("classifications", []) == []:
        return ()
    deeper = (at / "classifications").deeper()
    return tuple(
        classification(place.mapping(item, QUESTION_KEYS), place)
        for place, item in deeper.items(holder["classifications"])
    )


def classification(line: Json, at: At, uuid: str | None = None) -> Classification:
    """One question with its answers.

    Args:
        line: an object whose keys are known to be right.
        at: where it stands.
        uuid: the line's own id, when the question is a line.
    """
    if "answer" not in line:
        raise at.fault("no answer", "give one or leave the question out")
    answers = _answers(line, at)
    return Classification(
        feature=at.feature(line),
        question=_question(line, answers, at),
        answers=answers,
        where=at.where,
        confidence=_confidence(line, at),
        custom_metrics=_metrics(line, at),
        uuid=uuid,
    )


def _answers(line: Json, at: At) -> tuple[Answer, ...]:
    value, place = line["answer"], at / "answer"
    spans = (at / "frames").spans(line["frames"]) if "frames" in line else ()
    if isinstance(value, str):
        return (Answer(text=place.text(value), spans=spans, classifications=classifications(line, at)),)
    if line.get("classifications"):
        raise at.fault("classifications beside the answer", "put them into the answer that they belong to")
    if isinstance(value, list):
        return tuple(_answer(item, each, spans) for each, item in place.items(value))
    return (_answer(value, place, spans),)


def _answer(value: object, at: At, spans: tuple[Span, ...]) -> Answer:
    item = at.mapping(value, ANSWER_KEYS)
    if "frames" in item and spans:
        raise at.fault("frames here and beside the answer", "give them in one of the two places")
    text = "value" in item
    if text and ("name" in item or "schemaId" in item):
        raise at.fault("both a value and an option", "write a text as value, an option by name or schemaId")
    return Answer(
        feature=None if text else at.feature(item),
        text=(at / "value").text(item["value"]) if text else None,
        spans=(at / "frames").spans(item["frames"]) if "frames" in item else spans,
        classifications=classifications(item, at),
        confidence=_confidence(item, at),
        custom_metrics=_metrics(item, at),
    )


def _question(line: Json, answers: tuple[Answer, ...], at: At) -> Question:
    texts = [answer.feature is None for answer in answers]
    if all(texts):
        if len(texts) > 1 and not answers[0].spans:
            raise (at / "answer").fault("several texts without frames", "give each its frames, or keep one")
        return Question.TEXT
    if any(texts):
        raise (at / "answer").fault("texts and options together", "a question has one or the other")
    if isinstance(line["answer"], Mapping):
        return Question.RADIO
    own_frames = "frames" not in line and any(answer.spans for answer in answers)
    return Question.TEMPORAL if own_frames else Question.CHECKLIST


def _confidence(holder: Json, at: At) -> float | None:
    return (at / "confidence").number(holder["confidence"]) if "confidence" in holder else None


def _metrics(holder: Json, at: At) -> tuple[Mapping[str, Any], ...]:
    if holder.get("customMetrics", []) == []:
        return ()
    return tuple(_metric(item, place) for place, item in (at / "customMetrics").items(holder["customMetrics"]))


def _metric(value: object, at: At) -> Mapping[str, Any]:
    metric = at.mapping(value, {"name", "value"})
    if len(metric) < 2:
        raise at.fault("a metric without name or value", 'write {"name": "iou", "value": 0.9}')
    (at / "name").text(metric["name"])
    (at / "value").number(metric["value"])
    return metric
