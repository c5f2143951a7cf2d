"""Labels x ontology x facts about the videos -> findings.

Each module holds one family of rules; ``FAMILIES`` lists them. Where a rule's fact comes from stands in its module.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from labelferry.checks import answers, frames, geometry, lines, masks, names
from labelferry.checks.scene import Family, Raised, Scene
from labelferry.model.findings import Finding
from labelferry.model.keys import identity
from labelferry.model.media import Media
from labelferry.model.video import LabelledVideo
from labelferry.ontology.tree import Ontology

__all__ = ["FAMILIES", "check"]

FAMILIES: tuple[Family, ...] = (lines.check, names.check, answers.check, frames.check, geometry.check, masks.check)

LISTED = 20
"""Findings of one rule that are given in full; one more counts the rest."""


def check(
    videos: Sequence[LabelledVideo],
    *,
    ontology: Ontology | None,
    media: Mapping[str, Media],
    temporal_base: int = 0,
    rows: Collection[str] | None = None,
) -> list[Finding]:
    """Check labels, offline.

    Args:
        videos: the labels, as the sources gave them.
        ontology: what they will be imported into; None leaves out the rules that need one.
        media: facts about the videos by global key; rules that need a fact that is not there are left out.
        temporal_base: the number of a video's first frame in temporal ranges.
        rows: the global keys of the manifest; None leaves out the rule that compares with it.

    Returns:
        Findings in a fixed order: by family of rules, then as the labels stand.
    """
    scene = Scene(
        videos=videos,
        ontology=ontology,
        media={identity(key): facts for key, facts in media.items()},
        temporal_base=temporal_base,
        rows=None if rows is None else frozenset(identity(key) for key in rows),
    )
    return list(_capped(_merged(raised for family in FAMILIES for raised in family(scene))))


def _merged(raised: Iterable[Raised]) -> Iterator[Raised]:
    """Say once what is the same at many places: at the first, with the number of the others."""
    alike: dict[tuple[str, str, str], list[Raised]] = {}
    for one in raised:
        alike.setdefault((one.rule, one.finding.what, one.finding.remedy), []).append(one)
    for one, *others in alike.values():
        if others:
            places = "place" if len(others) == 1 else "places"
            what = f"{one.finding.what} (and at {len(others)} more {places})"
            one = replace(one, finding=replace(one.finding, what=what))
        yield one


def _capped(raised: Iterable[Raised]) -> Iterator[Finding]:
    counts: Counter[str] = Counter()
    first: dict[str, Raised] = {}
    for one in raised:
        counts[one.rule] += 1
        if counts[one.rule] <= LISTED:
            yield one.finding
        else:
            first.setdefault(one.rule, one)
    for rule, one in first.items():
        what = f"{counts[rule] - LISTED} more findings of the rule '{rule}' are not listed, the first of them: "
        yield replace(one.finding, what=what + one.finding.what)
