"""Labels of rows -> those that this onboarding imported: their content is what was sent, and it is the only such one.

Labelbox does not say which import a label is from. A label that was edited afterwards no longer counts as ours.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from labelferry.desired.state import IndexedLine
from labelferry.errors import RemoteError
from labelferry.labelbox import ImportKind
from labelferry.ledger import LedgerEntry, LineRecord, LineState
from labelferry.model import RowRef
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.undoing.surroundings import ProjectAround
from labelferry.onboarding.verify import option_values
from labelferry.spec import ImportAs
from labelferry.verification import Pictures, RowContent, compare, read_exported, read_sent

__all__ = ["OurLabels", "find_ours"]

MAY_BE_IN = frozenset({LineState.ACCEPTED, LineState.UNKNOWN, LineState.SENT})


class OurLabels:
    """The labels that are certainly ours, and the number of rows where that is not certain.

    Args:
        ids: of the labels.
        doubtful: rows that ground truth was imported for, none or several of whose labels are as it was sent.
    """

    def __init__(self, ids: frozenset[str], doubtful: int) -> None:
        self.ids, self.doubtful = ids, doubtful


def find_ours(onboarding: Onboarding, project: ProjectAround) -> OurLabels:
    """Return our labels in a project, by their content. Changes nothing."""
    finder = _Finder(onboarding, project)
    found = [finder.matches(*each) for each in _sent(onboarding, project)]
    ids = frozenset(each for matches in found if matches for each in matches)
    return OurLabels(ids, sum(matches is None for matches in found))


def _sent(onboarding: Onboarding, project: ProjectAround) -> Iterator[tuple[str, list[LineRecord]]]:
    """Yield each row that ground truth was sent for, by identity, with its lines that are or may be imported."""
    for entry in onboarding.ledger.entries("job"):
        if not _is_truth(entry) or entry.detail["project"] != project.id:
            continue
        rows = defaultdict[str, list[LineRecord]](list)
        for line in onboarding.ledger.lines(*MAY_BE_IN, job=entry.name):
            rows[RowRef.from_key(line.row).identity].append(line)
        yield from rows.items()


def _is_truth(entry: LedgerEntry) -> bool:
    return ImportKind(entry.detail["import_kind"]) is ImportKind.GROUND_TRUTH


class _Finder:
    def __init__(self, onboarding: Onboarding, project: ProjectAround) -> None:
        self._onboarding, self._project = onboarding, project
        self._lines = {line.uuid: line for line in onboarding.desired.index()}
        retired = onboarding.ledger.lines(LineState.RETIRED, imported_as=str(ImportAs.GROUND_TRUTH))
        self._changed = {RowRef.from_key(line.row).identity for line in retired}
        self._values = option_values(onboarding.desired.ontology())
        self._pictures = Pictures(self._fetch)

    def matches(self, row: str, lines: list[LineRecord]) -> list[str] | None:
        """Return the ids of a row's labels that are as they were sent; None when it is not certain which are ours."""
        if not (labels := self._labels_on(row)):
            return []
        if not all(line.uuid in self._lines for line in lines):
            return None
        found = [self._as_sent(labels, sent, most) for sent, most in self._labels_sent(row, lines).items()]
        return None if not found[0] or None in found else [each for ids in found for each in ids or ()]

    def _labels_on(self, row: str) -> Sequence[Mapping[str, Any]]:
        exported = self._project.rows.get(row)
        return () if exported is None else exported["projects"][self._project.id]["labels"]

    def _as_sent(self, labels: Sequence[Mapping[str, Any]], sent: frozenset[str], most: int) -> list[str] | None:
        """Return the ids of the labels that have the content of these lines; None when they are too many to be ours."""
        known = [self._lines[uuid] for uuid in sent]
        found = [label["id"] for label in labels if self._is_as_sent(label, known)]
        return found if len(found) <= most else None

    def _labels_sent(self, row: str, lines: list[LineRecord]) -> Counter[frozenset[str]]:
        """Return the lines of each label that a row may have been sent, the latest first, with how often.

        A row that gets another label is sent whole, so each label has the lines of the previous one and new ones: the
        more often a line was sent, the earlier the label that it was first in. Lines that have since left the sources
        were in those labels too, but what they said is not kept.
        """
        newest = frozenset(line.uuid for line in lines)
        times = 1 + max(line.generation for line in lines) if self._may_add and row not in self._changed else 1
        earlier = (frozenset(line.uuid for line in lines if line.generation >= after) for after in range(1, times))
        return Counter([newest, *earlier])

    @property
    def _may_add(self) -> bool:
        return self._onboarding.desired.spec.on_labelled == "add"

    def _is_as_sent(self, label: Mapping[str, Any], lines: list[IndexedLine]) -> bool:
        held = read_exported({"projects": {self._project.id: {"labels": [label]}}}, self._project.id, self._pictures)
        names = {**self._values, **held.names}
        sent = read_sent(map(self._onboarding.desired.video, lines), names, self._pictures)
        result = compare("", sent, held)
        return bool(result.equal) and not result.differs and not _unread(held) and not _unread(sent)

    def _fetch(self, url: str) -> bytes | None:
        try:
            return self._onboarding.client.exports.picture(url)
        except RemoteError:
            return None


def _unread(content: RowContent) -> bool:
    return bool(content.unreadable or content.unknown)
