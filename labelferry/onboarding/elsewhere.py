"""What is in an onboarding's project already and is not from it: labels on its rows, and imports of pre-labels.

Labelbox does not say which import a label is from, so labels are counted: those of a row beyond the ones that this
onboarding imported are from elsewhere, such as an annotator. Only reads, and with few requests.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from labelferry.labelbox import ImportKind, LabelRecord
from labelferry.ledger import LineState
from labelferry.model import RowRef
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.steps.found import own_jobs
from labelferry.onboarding.steps.labelled import identities
from labelferry.spec import ImportAs

__all__ = ["NOTHING", "Elsewhere", "look_elsewhere"]

MOST_LABELS = 1_000
"""Labels of a project beyond which they are counted, and not looked at: 100 take a request."""
MAY_BE_IN = (LineState.ACCEPTED, LineState.UNKNOWN, LineState.SENT)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What is in a project and is not from an onboarding.

    Args:
        labels: number of labels on rows of the spec that are not from it; all of the project's if ``rows`` is None.
        rows: number of rows that have them; None when the project has too many labels to look at.
        imports: names of the imports of pre-labels that it did not send, on whatever rows.
    """

    labels: int = 0
    rows: int | None = 0
    imports: tuple[str, ...] = ()

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Elsewhere":
        """Return what ``to_dict`` gave."""
        return cls(data["labels"], data["rows"], tuple(data["imports"]))

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


NOTHING = Elsewhere()


def look_elsewhere(onboarding: Onboarding, project: str | None) -> Elsewhere:
    """Return what others have in the project; None for one that is yet to be created.

    Raises:
        RemoteError: when the service cannot be asked.
    """
    if project is None:
        return NOTHING
    imports = tuple(_others_imports(onboarding, project))
    count = onboarding.client.projects.label_count(project)
    if count > MOST_LABELS:
        return Elsewhere(count, None, imports)
    labels = onboarding.client.labels.list(project) if count else ()
    found = _beyond_ours(onboarding, labels)
    return Elsewhere(found.total(), len(found), imports)


def _others_imports(onboarding: Onboarding, project: str) -> Iterator[str]:
    ours, known = own_jobs(onboarding), onboarding.ledger.known("job")
    known |= {entry.name for entry in onboarding.ledger.entries("job")}
    for job in onboarding.client.imports.list(project, ImportKind.MAL):
        if job.name not in known and not ours.fullmatch(job.name):
            yield job.name


def _beyond_ours(onboarding: Onboarding, labels: Iterable[LabelRecord]) -> Counter[str]:
    """Count the labels on rows of the spec, by row, that are more than this onboarding imported."""
    rows = {RowRef(row["global_key"]).identity for row in onboarding.desired.rows()}
    ours = _ours(onboarding)
    named = (identities(label) & ours.keys() or identities(label) & rows for label in labels)
    return Counter(min(names) for names in named if names) - ours


def _ours(onboarding: Onboarding) -> Counter[str]:
    """Count the labels that this onboarding imported: each import of ground truth makes one of a row's lines."""
    jobs = defaultdict[str, set[str]](set)
    for line in onboarding.ledger.lines(*MAY_BE_IN, imported_as=str(ImportAs.GROUND_TRUTH)):
        jobs[RowRef.from_key(line.row).identity].add(line.job)
    return Counter({row: len(names) for row, names in jobs.items()})
