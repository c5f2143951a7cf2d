"""A folder -> a spec that ``check`` accepts, or that says what is still to be answered; nothing is sent."""

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labelferry.desired.build import build
from labelferry.desired.state import Desired
from labelferry.errors import CheckError, InputError, SourceError, SpecError
from labelferry.files.reach import Reach
from labelferry.model.findings import Finding, FindingGroup, grouped
from labelferry.model.keys import identity, legal
from labelferry.private import open_private
from labelferry.proposal.document import took, written
from labelferry.proposal.entries import entries_of, keys_of
from labelferry.proposal.inventory import FoundVideo, Inventory, take_inventory
from labelferry.proposal.pairing import Pair, pairs_of
from labelferry.proposal.questions import Blocking, Query, queries_about
from labelferry.spec.loaded import LoadedSpec

__all__ = ["SPEC_NAME", "Proposal", "propose"]

SPEC_NAME = "labelferry.yaml"
MOST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Proposal:
    """A spec that was written for a folder.

    Args:
        spec: its file.
        videos: what was taken for videos, with their global keys.
        labels: what was taken for labels, and why.
        unlabelled: videos without labels.
        unread: files that were not recognised.
        questions: what only a person knows.
        findings: what ``check`` says of the spec.
        error: why ``check`` refuses it; empty when it is accepted.
    """

    spec: Path
    videos: tuple[tuple[str, str], ...]
    labels: tuple[str, ...]
    unlabelled: tuple[str, ...]
    unread: tuple[str, ...]
    questions: tuple[Query, ...]
    findings: tuple[FindingGroup, ...]
    error: str = ""

    @property
    def accepted(self) -> bool:
        """Whether ``check`` accepts the spec as it is."""
        return not self.error

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "spec": str(self.spec),
            "accepted": self.accepted,
            "videos": [{"path": path, "global_key": key} for path, key in self.videos],
            "labels": list(self.labels),
            "videos_without_labels": list(self.unlabelled),
            "files_not_read": list(self.unread),
            "questions": [
                {"key": each.key, "text": each.text, "blocking": str(each.blocking)} for each in self.questions
            ],
            "findings": [group.to_dict() for group in self.findings],
            "error": self.error,
        }


def propose(folder: Path, *, overwrite: bool = False) -> Proposal:
    """Look at a folder and write a spec into it.

    Args:
        folder: with videos, labels or both.
        overwrite: whether a spec of an earlier time may be replaced.

    Raises:
        SpecError: when it is not a folder, cannot be written to, or has a spec.
        SourceError: when there is neither a video nor a label in it.
    """
    spec = folder / SPEC_NAME
    _refuse_unusable(folder, spec, overwrite)
    found = take_inventory(folder)
    pairs = pairs_of(folder, found)
    if not found.units and not any(not video.pictures for video in found.videos):
        doubts = "".join(f"\n{said}" for _, said in found.doubts)
        raise SourceError(f"{folder}: no video and no labels in it; give the folder that has them{doubts}")
    proposed = _Draft.of(folder, found, pairs)
    text = proposed.text()
    checked, findings = _checked(text, spec)
    if checked and not any(query.blocking is Blocking.YES for query in proposed.queries):
        proposed.queries.append(Query("spec", checked, Blocking.YES))
        text = proposed.text()
    with open_private(spec) as out:
        out.write(text.encode("utf-8", "surrogateescape"))
    return proposed.finished(spec, findings, checked)


def _refuse_unusable(folder: Path, spec: Path, overwrite: bool) -> None:
    if not folder.is_dir():
        raise SpecError(f"{folder}: no such folder; give the folder with videos and labels")
    if spec.exists() and not overwrite:
        raise SpecError(f"{spec}: already exists; rename it, or replace it with labelferry init --overwrite {folder}")


def _checked(text: str, spec: Path) -> tuple[str, tuple[FindingGroup, ...]]:
    """Return why ``check`` refuses a spec, if it does, and what else it says."""
    trusted = LoadedSpec.from_text(text, str(spec), spec.parent)
    loaded = LoadedSpec(trusted.spec, Reach(spec.absolute().parent))
    with tempfile.TemporaryDirectory() as home:
        try:
            desired: Desired = build(loaded, Path(home))
        except CheckError as error:
            return str(error), grouped(map(Finding.from_dict, error.findings))
        except InputError as error:
            return str(error), ()
        return "", grouped(desired.findings)


@dataclass(slots=True)
class _Draft:
    """A proposal before it is checked."""

    reach: Reach
    name: str
    title: str
    found: Inventory
    pairs: Sequence[Pair]
    keys: dict[FoundVideo, str]
    entries: Sequence[Any]
    queries: list[Query]

    @classmethod
    def of(cls, folder: Path, found: Inventory, pairs: Sequence[Pair]) -> "_Draft":
        labelled = {video for pair in pairs for video in pair.found}
        videos = [video for video in found.videos if not video.pictures or video in labelled]
        keys, reach = keys_of(videos, pairs), Reach(folder.absolute())
        entries = entries_of(pairs, keys, reach)
        title = _title(folder)
        queries = list(queries_about(found, pairs, entries, videos))
        return cls(reach, _slug(title), title, found, pairs, keys, entries, queries)

    @property
    def missing(self) -> list[str]:
        """Global keys of labels when there is no video at all."""
        if self.keys:
            return []
        named = (name for pair in self.pairs for name in (pair.named or (_key_of(pair),)))
        return list({identity(name): name for name in named}.values())

    @property
    def skips(self) -> bool:
        """Whether there are labels without a video, next to others that have theirs."""
        lost = any(not pair.found or len(pair.named) > len(pair.videos) > 0 for pair in self.pairs)
        return lost and any(pair.found for pair in self.pairs)

    def text(self) -> str:
        return written(
            self.name,
            self.title,
            self.keys,
            self.entries,
            self.queries,
            reach=self.reach,
            missing=self.missing,
            skips=self.skips,
        )

    def finished(self, spec: Path, findings: tuple[FindingGroup, ...], error: str) -> Proposal:
        labelled = {video for pair in self.pairs for video in pair.found}
        return Proposal(
            spec=spec,
            videos=tuple((str(video.path), key) for video, key in self.keys.items()),
            labels=tuple(
                f"{entry.options['path']}: {entry.options['format']}, {took(entry)}" for entry in self.entries
            ),
            unlabelled=tuple(str(video.path) for video in self.keys if video not in labelled),
            unread=tuple(map(str, self.found.unread)),
            questions=tuple(self.queries),
            findings=findings,
            error=error,
        )


def _key_of(pair: Pair) -> str:
    """The key that an entry of labels without a video has."""
    return legal(pair.unit.path.stem)


def _title(folder: Path) -> str:
    name = folder.resolve().name
    kept = " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())
    return kept[:MOST_TITLE] or "Videos"


def _slug(title: str) -> str:
    slug = re.sub(r"[^A-Za-z0-9._-]+", "-", title).strip("-._").lower()[:100]
    return slug or "videos"
