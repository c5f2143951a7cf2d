"""The outcomes of an onboarding -> one value that is printed, written as JSON and shown in Prefect's UI."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from labelferry.desired.classes import ClassCount, classes_of
from labelferry.desired.state import Counts
from labelferry.ledger import LineState
from labelferry.model import RowRef
from labelferry.model.findings import FindingGroup, grouped
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.run import Outcomes
from labelferry.onboarding.steps.deletion import NONE_DELETED, Deleted
from labelferry.onboarding.steps.outcomes import LEFT_OUT, REMEDIES, OutcomeKind, explain
from labelferry.private import open_private, private_folder
from labelferry.reports.journal import Journal, StepTime
from labelferry.reports.lines import Tally, held_back, line_outcomes, tallies, unsent
from labelferry.shown import Shown

__all__ = ["FailedLine", "Report", "failed_lines", "report_on", "unknown_lines"]

FORMAT = 2
"""Version of the JSON file. 1 had no number, and findings as texts."""
SHOWN = 100


@dataclass(frozen=True, slots=True)
class FailedLine:
    """A line that is not, or not known to be, imported: its place, the kind of its outcome, and the remedy."""

    row: str
    feature: str
    source: str
    message: str
    kind: str
    remedy: str


@dataclass(frozen=True, slots=True, repr=False)
class Report(Shown):
    """What an onboarding found, did and left to do.

    Args:
        name: of the onboarding.
        remote: name of the Labelbox.
        imported_as: prelabels or ground-truth.
        counts: what the sources contain.
        rows_created: data rows created by this run.
        rows_reused: data rows that existed.
        rows_updated: existing data rows that this run updated.
        project: id.
        ontology: id.
        made: kinds of resources that this run created.
        signer: the IAM integration that this run set as signer of its new dataset, empty if none.
        batched: rows that this run added to the project.
        rows_left_out: rows that Labelbox did not accept into the project; the next run tries them again.
        left_out: global keys of the first of those.
        jobs: import jobs that this run sent.
        sent: lines that this run sent.
        settled: import jobs whose outcome this run learned, including those of earlier runs.
        deleted: import jobs of earlier runs that this run deleted, and their lines.
        accepted: imported lines, over all runs.
        failed: lines that were refused, over all runs, or not sent because their row is not in the project.
        failed_lines: the first of those.
        unknown: lines whose outcome the service does not report, over all runs.
        unknown_lines: the first of those.
        findings: warnings about the input, and how existing rows differ from it, bounded.
        folder: where the desired state is.
        pending: lines that are still to be sent, or were sent and are not known to be imported, over all runs.
        tallies: the lines of the sources, by kind; accepted, failed, unknown and pending add up.
        planned: the steps of the plan, as plain values.
        steps: when each step of the run began and ended.
        page: URL of the project's page, None when there is none.
        html: path of this report as HTML, None when it is not written.
        classes: the classes of the labels with counts.
        project_name: the project as people call it; its id when the spec names it by id.
    """

    name: str
    remote: str
    imported_as: str
    counts: Counts
    rows_created: int
    rows_reused: int
    rows_updated: int
    project: str
    ontology: str
    made: tuple[str, ...]
    batched: int
    jobs: tuple[str, ...]
    sent: int
    accepted: int
    failed: int
    failed_lines: tuple[FailedLine, ...]
    findings: tuple[FindingGroup, ...]
    folder: str
    unknown: int = 0
    unknown_lines: tuple[FailedLine, ...] = ()
    signer: str = ""
    pending: int = 0
    settled: int = 0
    rows_left_out: int = 0
    left_out: tuple[str, ...] = ()
    deleted: Deleted = NONE_DELETED
    tallies: tuple[Tally, ...] = ()
    planned: tuple[Mapping[str, Any], ...] = ()
    steps: tuple[StepTime, ...] = ()
    page: str | None = None
    html: str | None = None
    classes: tuple[ClassCount, ...] = ()
    project_name: str = ""

    @property
    def nothing_done(self) -> bool:
        """Whether everything was already imported, and known to be."""
        rows = (self.rows_created, self.rows_updated, self.batched)
        return not any((*rows, self.made, self.sent, self.settled, self.deleted.jobs))

    @property
    def outcome(self) -> str:
        """One word for the run."""
        words = {"pending": self.pending, "unknown": self.unknown, "partly failed": self.failed + self.rows_left_out}
        open_ = next((word for word, count in words.items() if count), None)
        return open_ or ("nothing to do" if self.nothing_done else "done")

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values."""
        findings = [group.to_dict() for group in self.findings]
        return {"format": FORMAT, **asdict(replace(self, findings=())), "findings": findings, "outcome": self.outcome}

    def write(self, folder: Path) -> Path:
        """Write the report as JSON."""
        path = private_folder(folder) / f"{self.name}.json"
        with open_private(path) as out:
            out.write(orjson.dumps(self.to_dict(), option=orjson.OPT_INDENT_2))
        return path


def report_on(
    onboarding: Onboarding,
    remote: str,
    outcomes: Outcomes,
    *,
    journal: Journal | None = None,
    page: str | None = None,
    folder: Path | None = None,
) -> Report:
    """Combine the outcomes into a report.

    Args:
        onboarding: desired state and ledger.
        remote: name of the Labelbox, for people.
        outcomes: the outcomes of the steps.
        journal: the plan of the run and the times of its steps.
        page: URL of the project's page.
        folder: where the report will be written.
    """
    rows, ontology, project, submitted = outcomes.rows, outcomes.ontology, outcomes.project, outcomes.submitted
    spec, ledger = onboarding.desired.spec, onboarding.ledger
    remembered = journal or Journal()
    states = ledger.line_counts(str(spec.imports.as_))
    held = sum(1 for _ in held_back(onboarding.desired, ledger))
    made = {"dataset": rows.dataset_created, "ontology": ontology.created, "project": project.created}
    return Report(
        name=spec.name,
        remote=remote,
        imported_as=str(spec.imports.as_),
        counts=onboarding.desired.counts,
        rows_created=rows.created,
        rows_reused=rows.reused,
        rows_updated=rows.updated,
        project=project.id,
        ontology=ontology.id,
        made=tuple(name for name, created in made.items() if created),
        signer=rows.signer,
        batched=outcomes.batch.added,
        jobs=submitted.jobs,
        sent=submitted.lines,
        settled=outcomes.settled,
        deleted=outcomes.deleted,
        accepted=states.get(LineState.ACCEPTED, 0),
        failed=states.get(LineState.FAILED, 0) + held,
        failed_lines=tuple(islice(failed_lines(onboarding), SHOWN)),
        unknown=states.get(LineState.UNKNOWN, 0),
        unknown_lines=tuple(islice(unknown_lines(onboarding), SHOWN)),
        findings=grouped((*onboarding.desired.findings, *rows.drift, *submitted.beside)),
        folder=str(onboarding.desired.folder),
        pending=states.get(LineState.SENT, 0) + sum(1 for _ in unsent(onboarding.desired, ledger)) - held,
        rows_left_out=len(outcomes.batch.left_out),
        left_out=outcomes.batch.left_out[:SHOWN],
        tallies=tallies(line_outcomes(onboarding.desired, ledger)),
        planned=tuple((remembered.plan or {}).get("steps", ())),
        steps=tuple(remembered.steps),
        page=page,
        classes=classes_of(onboarding.desired),
        project_name=spec.project.name or project.id,
        html=None if folder is None else str(folder / f"{spec.name}.html"),
    )


def failed_lines(onboarding: Onboarding) -> Iterator[FailedLine]:
    """Return every line that was refused according to the ledger, then those whose rows are not in the project."""
    yield from _lines(onboarding, LineState.FAILED)
    kind = OutcomeKind.FIX_ROW
    for line in held_back(onboarding.desired, onboarding.ledger):
        yield FailedLine(str(line.row), line.feature, line.source, LEFT_OUT, str(kind), REMEDIES[kind])


def unknown_lines(onboarding: Onboarding) -> Iterator[FailedLine]:
    """Return every line whose outcome, according to the ledger, the service does not report."""
    return _lines(onboarding, LineState.UNKNOWN)


def _lines(onboarding: Onboarding, state: LineState) -> Iterator[FailedLine]:
    for record in onboarding.ledger.lines(state, imported_as=str(onboarding.desired.spec.imports.as_)):
        (text, outcome), row = explain(record), str(RowRef.from_key(record.row))
        yield FailedLine(row, record.feature, record.source, text, str(outcome.kind), outcome.remedy)
