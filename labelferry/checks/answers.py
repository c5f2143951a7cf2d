"""Rules about answers: the scope fits, a radio has one answer at a time (``siblings.py``), confidence is ignored.

Frames need a top-level question of scope index (the guide says so, and asks a frame-based text of scope global itself).
Labelbox ignores confidence on import, with a warning.
"""

from collections.abc import Iterator

from labelferry.checks.scene import Answered, Raised, Scene, answered, error, groups, warning
from labelferry.checks.siblings import level
from labelferry.model.answers import Question as Asked
from labelferry.model.video import LabelledVideo
from labelferry.ontology.kinds import Scope
from labelferry.ontology.tree import Ontology

__all__ = ["check"]


def check(scene: Scene) -> Iterator[Raised]:
    """Check answers."""
    for video in scene.videos:
        if scene.ontology is not None:
            yield from _scopes(video, scene.ontology)
        yield from _confidence(video)
        for tool, siblings in groups(video):
            yield from level(siblings, scene.ontology.tool(tool) if scene.ontology else None)
    for videos in scene.by_row().values():
        top = [Answered(one, "") for video in videos for one in video.classifications]
        yield from level(top, scene.ontology)


def _scopes(video: LabelledVideo, ontology: Ontology) -> Iterator[Raised]:
    for asked in video.classifications:
        question = ontology.question(asked.feature)
        if question is None or asked.framed == (question.scope is Scope.INDEX):
            continue
        if not asked.framed:
            yield warning(
                "scope-index",
                asked.where,
                f"'{asked.feature}' is answered for the whole video but has scope index in the ontology",
                "answer it for ranges of frames, or give the question scope global",
            )
            continue
        grave = error if asked.question is not Asked.TEXT else warning
        yield grave(
            "scope-global",
            asked.where,
            f"'{asked.feature}' is answered for frames but has scope global in the ontology",
            "give the question scope index; the scope of an existing question cannot be changed by an import",
        )


def _confidence(video: LabelledVideo) -> Iterator[Raised]:
    count, first = 0, None
    for one in answered(video):
        if any(value is not None for value in (one.asked.confidence, *(a.confidence for a in one.asked.answers))):
            count, first = count + 1, first or one
    if first is not None:
        yield warning(
            "confidence",
            first.asked.where,
            f"{count} classifications of {video.row} carry a confidence, first {first}; Labelbox ignores it on import",
            "nothing is lost but the number; leave it out to silence this",
        )
