"""Answers at single frames -> answers with ranges of frames.

Within a segment, neighbouring frames with the same answer form a range from the first to the last of them; an answer
that disappears and comes back gets two. Without ``segment_index``, runs of consecutive frames are the segments.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from labelferry.assemble.answers import answers_of, feature_of, metrics_of, question_of, same_annotation, uuid_of
from labelferry.assemble.segments import segment_numbers
from labelferry.errors import AnnotationError
from labelferry.model import Answer, Classification, Span, Where
from labelferry.types import VideoClassificationAnnotation

__all__ = ["frame_classifications"]

QuestionGroup = Sequence[VideoClassificationAnnotation]


def frame_classifications(annotations: QuestionGroup, where: Where) -> Iterator[Classification]:
    """Return one classification for each question (and caller's uuid), with the ranges of its answers.

    Raises:
        AnnotationError: when a question is answered twice at one frame, or in two ways.
    """
    groups: dict[tuple[str, str | None], list[VideoClassificationAnnotation]] = {}
    for annotation in annotations:
        key = (annotation.feature_schema_id or annotation.name or "", uuid_of(annotation))
        groups.setdefault(key, []).append(annotation)
    for (_, uuid), group in groups.items():
        yield _classification(group, where, uuid)


def _classification(group: QuestionGroup, where: Where, uuid: str | None) -> Classification:
    feature, kind = feature_of(group[0]), type(group[0].value)
    what = f"{where}: '{feature}'"
    if any(type(annotation.value) is not kind for annotation in group):
        raise AnnotationError(f"{what}: answered in several ways; use one of radio, checklist and text")
    confidence = same_annotation(group, "confidence", what)
    metrics = same_annotation(group, "custom_metrics", what)
    return Classification(
        feature=feature,
        question=question_of(group[0].value),
        answers=tuple(_ranges(group, where, what)),
        where=where,
        confidence=confidence,
        custom_metrics=metrics_of(metrics),
        uuid=uuid,
    )


def _ranges(group: QuestionGroup, where: Where, what: str) -> Iterator[Answer]:
    frames = np.array([annotation.frame for annotation in group], dtype=np.int64)
    segments = segment_numbers(frames, [annotation.segment_index for annotation in group], what)
    order = np.lexsort((frames, segments))
    _check_order(frames[order], segments[order], what)
    found: dict[str, tuple[Answer, list[Span]]] = {}
    latest: dict[str, int] = {}
    for position, at in enumerate(order.tolist()):
        frame, fresh = int(frames[at]), position == 0 or segments[order[position - 1]] != segments[at]
        for answer in _answers_at(group[at], where):
            key = repr(answer)
            _, spans = found.setdefault(key, (answer, []))
            if not fresh and latest.get(key) == position - 1:
                spans[-1] = Span(spans[-1].start, frame)
            else:
                spans.append(Span(frame, frame))
            latest[key] = position
    for answer, spans in found.values():
        yield replace(answer, spans=tuple(spans))


def _answers_at(annotation: VideoClassificationAnnotation, where: Where) -> tuple[Answer, ...]:
    """Return the answers at one frame; the scores of a Text or Radio go to its answer, since they may change."""
    value = annotation.value
    answers = answers_of(value, where)
    if value.confidence is None and value.custom_metrics is None:
        return answers
    return tuple(
        replace(
            answer,
            confidence=answer.confidence if answer.confidence is not None else value.confidence,
            custom_metrics=answer.custom_metrics or metrics_of(value.custom_metrics),
        )
        for answer in answers
    )


def _check_order(frames: np.ndarray, segments: np.ndarray, what: str) -> None:
    steps, hops = np.diff(frames), np.diff(segments)
    if (same := np.flatnonzero((steps == 0) & (hops == 0))).size:
        raise AnnotationError(
            f"{what}: answered twice at frame {int(frames[same[0]])}; put all answers of a frame into one annotation"
        )
    if (back := np.flatnonzero(steps < 0)).size:
        raise AnnotationError(
            f"{what}: segments must follow each other in time; look at frame {int(frames[back[0] + 1])}"
        )
