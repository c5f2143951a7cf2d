"""Labels x ontology x facts about the videos -> findings.

Each module holds the checks of one family of rules; ``STAGES`` lists them. Their findings are in the table of rules,
``labelferry/model/rules.py``, with the sources of its facts.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from labelferry.checks import answers, frames, lines, masks, names, shapes
from labelferry.checks.subject import Facts, Stage, by_row
from labelferry.model.findings import Finding
from labelferry.model.frames import FIRST_FRAME
from labelferry.model.keys import identity
from labelferry.model.media import Media
from labelferry.model.video import LabelledVideo
from labelferry.ontology.tree import Ontology

__all__ = ["STAGES", "Checks", "check"]

STAGES: tuple[Stage, ...] = (
    *lines.STAGES, names.check, *answers.STAGES, frames.check, frames.check_all, shapes.check, masks.check
)  # fmt: skip


class Checks:
    """The checks of labels that come row by row, offline.

    Args:
        ontology: the ontology they are imported with; None leaves out the rules that need one.
        media: facts about the videos by global key; rules that need a missing fact are left out.
        temporal_base: the number of a video's first frame in ranges of answers.
        rows: the global keys of the manifest; None leaves out the rule that compares with them.
    """

    def __init__(
        self,
        *,
        ontology: Ontology | None,
        media: Mapping[str, Media],
        temporal_base: int = FIRST_FRAME,
        rows: Collection[str] | None = None,
    ) -> None:
        facts = Facts(
            ontology=ontology,
            media={identity(key): known for key, known in media.items()},
            temporal_base=temporal_base,
            rows=None if rows is None else {identity(key): key for key in rows},
        )
        self._stages = [(stage(facts), list[Finding]()) for stage in STAGES]

    def row(self, videos: Sequence[LabelledVideo]) -> None:
        """Check all labels of one row."""
        for stage, found in self._stages:
            found.extend(stage(videos))

    @property
    def findings(self) -> list[Finding]:
        """All findings so far in a fixed order: by family of rules, then in the order of the rows."""
        return [finding for _, found in self._stages for finding in found]


def check(
    videos: Iterable[LabelledVideo],
    *,
    ontology: Ontology | None,
    media: Mapping[str, Media],
    temporal_base: int = FIRST_FRAME,
    rows: Collection[str] | None = None,
) -> list[Finding]:
    """Check labels in any order, offline; see ``Checks``."""
    checks = Checks(ontology=ontology, media=media, temporal_base=temporal_base, rows=rows)
    for together in by_row(videos):
        checks.row(together)
    return checks.findings
