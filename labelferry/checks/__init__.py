"""Labels x ontology x facts about the videos -> findings.

Each module holds the checks of one family of rules; ``FAMILIES`` lists them. Their findings are in the table of rules,
``labelferry/model/rules.py``, with the sources of its facts.
"""

from collections.abc import Collection, Mapping, Sequence

from labelferry.checks import answers, frames, lines, masks, names, shapes
from labelferry.checks.subject import Family, Subject
from labelferry.model.findings import Finding
from labelferry.model.frames import FIRST_FRAME
from labelferry.model.keys import identity
from labelferry.model.media import Media
from labelferry.model.video import LabelledVideo
from labelferry.ontology.tree import Ontology

__all__ = ["FAMILIES", "check"]

FAMILIES: tuple[Family, ...] = (lines.check, names.check, answers.check, frames.check, shapes.check, masks.check)


def check(
    videos: Sequence[LabelledVideo],
    *,
    ontology: Ontology | None,
    media: Mapping[str, Media],
    temporal_base: int = FIRST_FRAME,
    rows: Collection[str] | None = None,
) -> list[Finding]:
    """Check labels, offline.

    Args:
        videos: the labels as read from the sources.
        ontology: the ontology they are imported with; None leaves out the rules that need one.
        media: facts about the videos by global key; rules that need a missing fact are left out.
        temporal_base: the number of a video's first frame in ranges of answers.
        rows: the global keys of the manifest; None leaves out the rule that compares with them.

    Returns:
        All findings in a fixed order: by family of rules, then in the order of the labels.
    """
    subject = Subject(
        videos=videos,
        ontology=ontology,
        media={identity(key): facts for key, facts in media.items()},
        temporal_base=temporal_base,
        rows=None if rows is None else {identity(key): key for key in rows},
    )
    return [finding for family in FAMILIES for finding in family(subject)]
