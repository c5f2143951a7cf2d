"""Answers -> the scope fits, a radio has one answer at a time (``siblings.py``), confidence is ignored."""

from collections.abc import Iterator, Sequence

from labelferry.checks.siblings import level
from labelferry.checks.subject import (
    Facts,
    PlacedClassification,
    RowCheck,
    Stage,
    answered,
    each_video,
    groups,
    whole_row,
)
from labelferry.model.answers import Classification
from labelferry.model.findings import Finding
from labelferry.model.rules import AnswerRule
from labelferry.model.tracks import Track
from labelferry.model.video import LabelledVideo
from labelferry.ontology.kinds import Scope
from labelferry.ontology.tree import Ontology

__all__ = ["STAGES"]


def _alone(facts: Facts) -> RowCheck:
    return each_video(lambda video: _video(video, facts.ontology))


def _siblings(facts: Facts) -> RowCheck:
    """Check the lines of a row, which are siblings, whichever file they are from."""

    def check(videos: Sequence[LabelledVideo]) -> Iterator[Finding]:
        top = [PlacedClassification(one, "") for video in videos for one in video.classifications]
        return level(top, facts.ontology)

    return whole_row(check)


STAGES: tuple[Stage, ...] = (_alone, _siblings)


def _video(video: LabelledVideo, ontology: Ontology | None) -> Iterator[Finding]:
    if ontology is not None:
        for asked in video.classifications:
            yield from _scope(asked, ontology)
    yield from _confidence(video)
    for track in video.tracks:
        yield from _too_deep(track)
    for tool, siblings in groups(video):
        yield from level(siblings, ontology.tool(tool) if ontology else None)


def _scope(asked: Classification, ontology: Ontology) -> Iterator[Finding]:
    question = ontology.question(asked.feature)
    if question is None or asked.framed == (question.scope is Scope.INDEX):
        return
    rule = AnswerRule.SCOPE_GLOBAL if asked.framed else AnswerRule.SCOPE_INDEX
    yield rule.at(asked.where, question=asked.feature)


def _too_deep(track: Track) -> Iterator[Finding]:
    deep = [
        inner
        for keyframe, asked in track.answers.items()
        for one in asked
        for answer in one.answers
        for inner in PlacedClassification(one, f"'{track.feature}' frame {int(track.frames[keyframe])} > ").inside(
            answer
        )
    ]
    if deep:
        yield AnswerRule.NESTED_UNDER_KEYFRAME.at(
            deep[0].asked.where, track=track.instance, count=len(deep), question=deep[0]
        )


def _confidence(video: LabelledVideo) -> Iterator[Finding]:
    sure = [one for one in answered(video) if _has_confidence(one.asked)]
    if sure:
        yield AnswerRule.CONFIDENCE_IGNORED.at(sure[0].asked.where, count=len(sure), video=video.row, question=sure[0])


def _has_confidence(asked: Classification) -> bool:
    return asked.confidence is not None or any(answer.confidence is not None for answer in asked.answers)
