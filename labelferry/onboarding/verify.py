"""The step after the guide: labels read back and compared with what was sent.

Only lines that are imported according to the ledger are expected; a line of unknown outcome may exist or not. Ground
truth is exported; pre-labels cannot be read back ("MAL Labels cannot be exported", says the official SDK's test suite),
so the statuses of their lines are the only proof.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from labelferry.desired.state import Desired, IndexedLine
from labelferry.errors import RemoteError, SpecError
from labelferry.ledger import LineRecord, LineState
from labelferry.model import RowRef
from labelferry.model.keys import identity
from labelferry.onboarding.context import Onboarding
from labelferry.ontology import Ontology, Option
from labelferry.progress import announce
from labelferry.spec import ImportAs
from labelferry.verification import Pictures, Refused, RowResult, Verification, compare, read_exported, read_sent
from labelferry.verification.compare import TOLERANCE
from labelferry.verification.offset import offset_of

__all__ = ["option_values", "verify"]

TOLD = 100
OUTSIDE = "label of a row that is named only by id and is not in the manifest"

Lines = dict[str, list[IndexedLine]]
"""Lines by the identity of their row's global key, or by its id."""


def verify(onboarding: Onboarding, remote: str, tolerance: float = TOLERANCE) -> Verification:
    """Compare the labels at the service with what was sent; nothing is changed anywhere.

    Args:
        onboarding: the onboarding.
        remote: name of the Labelbox, for people.
        tolerance: pixels within which coordinates agree.

    Raises:
        SpecError: when nothing was sent yet.
        JobFailedError: when an export fails.
    """
    spec = onboarding.desired.spec
    known = _known(onboarding)
    states = Counter(_state(line, known) for line in onboarding.desired.index())
    read_back = spec.imports.as_ is ImportAs.GROUND_TRUTH
    return Verification(
        name=spec.name,
        remote=remote,
        imported_as=str(spec.imports.as_),
        accepted=states[LineState.ACCEPTED],
        failed=states[LineState.FAILED],
        unknown=states[LineState.UNKNOWN],
        pending=states[LineState.SENT],
        failed_lines=tuple(_refused(onboarding.desired, known)),
        rows=tuple(_rows(onboarding, known, tolerance)) if read_back else (),
        tolerance=tolerance,
        account=onboarding.account,
    )


def _known(onboarding: Onboarding) -> dict[str, LineRecord]:
    spec = onboarding.desired.spec
    known = {record.uuid: record for record in onboarding.ledger.lines(imported_as=str(spec.imports.as_))}
    if not known:
        raise SpecError(f"nothing of '{spec.name}' was sent to this workspace; run labelferry onboard first")
    return known


def _state(line: IndexedLine, known: Mapping[str, LineRecord]) -> LineState:
    """Return the state of a line; one that the ledger does not know is pending too."""
    record = known.get(line.uuid)
    return LineState.SENT if record is None or record.state is LineState.RETIRED else record.state


def _refused(desired: Desired, known: Mapping[str, LineRecord]) -> Iterator[Refused]:
    failed = (line for line in desired.index() if _state(line, known) is LineState.FAILED)
    for line, _ in zip(failed, range(TOLD), strict=False):
        yield Refused(str(line.row), line.feature, line.source, known[line.uuid].message or "")


def _rows(onboarding: Onboarding, known: Mapping[str, LineRecord], tolerance: float) -> Iterator[RowResult]:
    """Yield every row of the manifest, in each project that got labels."""
    keys = [row["global_key"] for row in onboarding.desired.rows()]
    unknown = {uuid for uuid, record in known.items() if record.state is LineState.UNKNOWN}
    values = option_values(onboarding.desired.ontology())
    for project, lines in _by_project(onboarding, known).items():
        reading = _Reading(onboarding, project, lines, unknown, tolerance, values)
        yield from reading.results(keys)


def _by_project(onboarding: Onboarding, known: Mapping[str, LineRecord]) -> dict[str, Lines]:
    """Return the lines that are or may be imported, by the project of their job, then by row."""
    projects = {entry.name: str(entry.detail["project"]) for entry in onboarding.ledger.entries("job")}
    found: dict[str, Lines] = {}
    for line in onboarding.desired.index():
        if _state(line, known) in (LineState.ACCEPTED, LineState.UNKNOWN):
            project = projects[known[line.uuid].job]
            found.setdefault(project, defaultdict(list))[_filed(line.row)].append(line)
    return found


def _filed(row: RowRef) -> str:
    return identity(row.global_key) if row.global_key else row.key


def option_values(ontology: Mapping[str, Any] | None) -> dict[str, str]:
    """Return the value of each option by its label, if the label is unique: lines may use either."""
    found: dict[str, set[str]] = {}
    for feature in Ontology.from_normalized(ontology).walk() if ontology else ():
        if isinstance(feature, Option):
            found.setdefault(feature.label, set()).add(feature.value)
    return {label: min(values) for label, values in found.items() if len(values) == 1}


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reader of the labels of one project."""

    onboarding: Onboarding
    project: str
    lines: Lines
    unknown: Collection[str]
    tolerance: float
    labels: Mapping[str, str]
    met: set[str] = field(default_factory=set)

    def results(self, keys: Sequence[str]) -> Iterator[RowResult]:
        """Yield the comparison of each row, and lines of rows that are not in the manifest.

        Labels may appear some seconds after their import has ended, so incomplete rows are read again.
        """
        found = {result.row: result for result in self._read(keys)}
        self.onboarding.client.exports.look(lambda: self._complete(found))
        yield from found.values()
        for reference in [each for each in self.lines if each not in self.met]:
            lines = self.lines[reference]
            yield RowResult(str(lines[0].row), not_comparable={OUTSIDE: len(lines)})

    def _complete(self, found: dict[str, RowResult]) -> bool | None:
        """Read incomplete rows again; None while there are any."""
        late = [row for row, result in found.items() if result.missing]
        if late:
            announce("waiting for labels to appear")
            found.update({result.row: result for result in self._read(late)})
        return None if any(result.missing for result in found.values()) else True

    def _read(self, keys: Sequence[str]) -> Iterator[RowResult]:
        """Compare each row as it comes out of the export; a row that is not exported has no labels."""
        pictures = Pictures(self._fetch)
        left = {identity(key): key for key in keys}
        for row in self.onboarding.client.exports.project(self.project, keys):
            key, row_id = _names(row)
            wanted = left.pop(identity(key), None)
            if wanted is not None:
                announce("reading labels back", len(keys) - len(left), len(keys))
                yield self._compared(wanted, row, row_id, pictures)
        for key in left.values():
            yield self._compared(key, {}, "", pictures)

    def _compared(self, key: str, row: Mapping[str, Any], row_id: str, pictures: Pictures) -> RowResult:
        """Compare with all lines and, if there are unknown ones, without them; return the result that differs less."""
        held = read_exported(row, self.project, pictures)
        names = {**self.labels, **held.names}
        references = [identity(key), *([RowRef(id=row_id).key] if row_id else [])]
        self.met.update(references)
        lines = [line for reference in references for line in self.lines.get(reference, ())]
        certain = [line for line in lines if line.uuid not in self.unknown]
        readings = [lines] if len(certain) == len(lines) else [lines, certain]
        sent = [read_sent(map(self.onboarding.desired.video, each), names, pictures) for each in readings]
        found = [compare(key, each, held, self.tolerance) for each in sent]
        least = min(range(len(found)), key=lambda at: len(found[at].differences))
        if not found[least].differs:
            return found[least]
        return replace(found[least], offset=offset_of(key, sent[least], held, self.tolerance))

    def _fetch(self, url: str) -> bytes | None:
        """Fetch a picture; one that cannot be fetched is reported as not comparable."""
        try:
            return self.onboarding.client.exports.picture(url)
        except RemoteError:
            return None


def _names(row: Mapping[str, Any]) -> tuple[str, str]:
    """Return how lines may name an exported row: its global key and its id, empty if the export has none."""
    found = row.get("data_row")
    names = found if isinstance(found, dict) else {}
    key, row_id = names.get("global_key"), names.get("id")
    return key if isinstance(key, str) else "", row_id.strip() if isinstance(row_id, str) else ""
