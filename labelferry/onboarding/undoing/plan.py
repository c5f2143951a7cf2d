"""The ledger and what is around an onboarding -> the plan of its undo. Changes nothing at the service.

Order: imports of pre-labels, labels, batches, project, ontology, data rows, dataset. What holds something of others
stays, and so does what holds that.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from labelferry.errors import NotFoundError
from labelferry.labelbox import Batch, ImportKind
from labelferry.ledger import OPEN, Ledger, LedgerEntry, State
from labelferry.model.keys import identity
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.steps.created_rows import created_rows
from labelferry.onboarding.steps.deletion import lines_in
from labelferry.onboarding.steps.ended import settled
from labelferry.onboarding.steps.uploads import uploaded
from labelferry.onboarding.undoing.journal import journaled_labels
from labelferry.onboarding.undoing.ours import OurLabels, find_ours
from labelferry.onboarding.undoing.records import UNDONE, Fate, Irreversible, KeepReason, Undo, Undoable, UndoStep
from labelferry.onboarding.undoing.surroundings import ProjectAround, RowAround, Surroundings, look_around

__all__ = ["plan_undo"]


def plan_undo(onboarding: Onboarding, remote: str) -> Undo:
    """Return what an undo would do. Open import jobs are waited for, so that all they created is known.

    Raises:
        DeadlineError: when an import is still running.
        RemoteError: when the service cannot be asked.
    """
    for entry in onboarding.ledger.entries("job"):
        if entry.state in OPEN:
            settled(onboarding, entry)
    around = look_around(onboarding)
    ours = {each.id: _ours(onboarding, each) for each in around.projects.values()}
    planner = _Planner(onboarding, around, ours)
    steps = tuple(planner.steps())
    return Undo(onboarding.desired.spec.name, remote, steps, dict(_left(onboarding, steps)))


def _ours(onboarding: Onboarding, project: ProjectAround) -> OurLabels:
    """Return our labels; once an undo has begun, those that it set out to delete, whatever is there now."""
    known = journaled_labels(onboarding.ledger)
    if known is None:
        return find_ours(onboarding, project)
    return OurLabels(frozenset(label for row in project.rows for label in project.labels_on(row) if label in known), 0)


def _left(onboarding: Onboarding, steps: tuple[UndoStep, ...]) -> Iterator[tuple[Irreversible, int]]:
    ledger, deleted = onboarding.ledger, [step for step in steps if step.fate is Fate.DELETE]
    kinds = {step.kind for step in deleted}
    rows = sum(step.count for step in deleted if step.kind is Undoable.DATA_ROWS)
    counts = {
        Irreversible.IMPORT_RECORDS: 0 if Undoable.PROJECT in kinds else _imported_truth(ledger),
        Irreversible.UPLOADED_FILES: len(uploaded(ledger)),
        Irreversible.UPDATED_ROWS: _updated_rows(ledger),
        Irreversible.KEYS: rows,
    }
    return ((what, count) for what, count in counts.items() if count)


def _updated_rows(ledger: Ledger) -> int:
    since = takewhile(lambda run: run["outcome"] != UNDONE, ledger.history(limit=1_000))
    return sum(int(run["report"].get("rows_updated") or 0) for run in since)


def _imported_truth(ledger: Ledger) -> int:
    return sum(each.detail["import_kind"] == ImportKind.GROUND_TRUTH.value for each in ledger.entries("job"))


@dataclass(frozen=True, slots=True)
class _Planner:
    """The decisions, each based on those before it.

    Args:
        ours: our labels, by project.
    """

    onboarding: Onboarding
    around: Surroundings
    ours: dict[str, OurLabels]

    def steps(self) -> Iterator[UndoStep]:
        yield from self._imports()
        yield from self._labels()
        batches = list(self._batches())
        yield from batches
        projects = list(self._projects(batches))
        yield from projects
        going = {each.ids[0] for each in projects if each.fate is Fate.DELETE}
        yield from self._ontologies(going)
        rows = list(self._rows())
        yield from rows
        yield from self._datasets({each for step in rows if step.fate is Fate.DELETE for each in step.ids})
        yield from self._unsettled()

    def _unsettled(self) -> Iterator[UndoStep]:
        """Yield resources that a stopped run was about to create, and that exist by name: perhaps by its hand."""
        client = self.onboarding.client
        finds = {"project": client.projects.find, "ontology": client.ontologies.find, "dataset": client.datasets.find}
        for kind, find in finds.items():
            for entry in self.onboarding.ledger.entries(kind):
                if entry.state is State.CLAIMED and find(entry.name):
                    yield UndoStep(Undoable(kind), entry.name, Fate.KEEP, 1, KeepReason.NOT_CREATED)

    def _imports(self) -> Iterator[UndoStep]:
        for entry in self.onboarding.ledger.entries("job"):
            if ImportKind(entry.detail["import_kind"]) is ImportKind.MAL and entry.detail["project"] in self.ours:
                lost = entry.remote_id is None
                fate, reason = (Fate.KEEP, KeepReason.NOT_LISTED) if lost else (Fate.DELETE, None)
                count = lines_in(self.onboarding.ledger, entry.name)
                yield UndoStep(Undoable.IMPORT, entry.name, fate, count, reason, project=entry.detail["project"])

    def _labels(self) -> Iterator[UndoStep]:
        for project, ours in self.ours.items():
            if ours.ids:
                ids = tuple(sorted(ours.ids))
                yield UndoStep(Undoable.LABELS, "ground truth", Fate.DELETE, len(ids), ids=ids, project=project)
            if ours.doubtful:
                reason = KeepReason.NOT_OURS_NOW
                yield UndoStep(Undoable.LABELS, "ground truth", Fate.KEEP, ours.doubtful, reason, project=project)

    def _batches(self) -> Iterator[UndoStep]:
        for entry in self.onboarding.ledger.entries("batch"):
            project = self.around.projects.get(str(entry.detail["project"]))
            batch = project and project.batches.get(entry.remote_id or "")
            if project is not None and batch:
                yield self._batch(entry, project, batch)

    def _batch(self, entry: LedgerEntry, project: ProjectAround, batch: Batch) -> UndoStep:
        rows = project.in_batch(batch.id)
        stays = Counter(reason for row in rows if (reason := self._why_in(project, row)))
        fate, reason, count = Fate.DELETE, None, len(rows)
        if not entry.detail.get("created"):
            fate, reason = Fate.KEEP, KeepReason.NOT_CREATED
        elif batch.size != len(rows):
            fate, reason = Fate.KEEP, KeepReason.OTHERS_ROWS
        elif stays:
            ((reason, _),) = stays.most_common(1)
            only_labels = set(stays) == {KeepReason.OTHERS_LABELS}
            left = len(rows) - stays.total()
            fate, count = (Fate.EMPTY, left) if only_labels and left else (Fate.KEEP, count)
        return UndoStep(Undoable.BATCH, batch.name, fate, count, reason, (batch.id,), project.id)

    def _why_in(self, project: ProjectAround, row: str) -> KeepReason | None:
        """Return why a row must stay in our project, None if it need not."""
        if project.labels_on(row) - self.ours[project.id].ids:
            return KeepReason.OTHERS_LABELS
        if row in self.around.others_rows:
            return KeepReason.OTHER_ONBOARDING
        return KeepReason.OTHERS_PRELABELS if project.may_be_prelabelled(row) else None

    def _projects(self, batches: list[UndoStep]) -> Iterator[UndoStep]:
        for entry in self.onboarding.ledger.entries("project"):
            project = self.around.projects.get(entry.remote_id or "")
            if project is not None:
                reason = self._why_project(entry, project, batches)
                yield _resource(Undoable.PROJECT, entry, reason, project.id)

    def _why_project(self, entry: LedgerEntry, project: ProjectAround, batches: list[UndoStep]) -> KeepReason | None:
        going = {step.ids[0] for step in batches if step.fate is Fate.DELETE and step.project == project.id}
        if not entry.detail.get("created"):
            return KeepReason.NOT_CREATED
        if self._is_used(entry):
            return KeepReason.OTHER_ONBOARDING
        if project.batches.keys() - going:
            return KeepReason.OTHERS_ROWS
        labels = {label.id for label in self.onboarding.client.labels.list(project.id)}
        if labels - self.ours[project.id].ids:
            return KeepReason.OTHERS_LABELS
        return KeepReason.OTHERS_IMPORTS if project.other_imports else None

    def _ontologies(self, projects: set[str]) -> Iterator[UndoStep]:
        for entry in self.onboarding.ledger.entries("ontology"):
            try:
                using = set(self.onboarding.client.ontologies.projects(entry.remote_id or ""))
            except NotFoundError:
                if entry.detail.get("features"):  # a killed undo deleted it, and not all of its features
                    yield _resource(Undoable.ONTOLOGY, entry, None, entry.remote_id or "")
                continue
            reason = None
            if not entry.detail.get("created"):
                reason = KeepReason.NOT_CREATED
            elif self._is_used(entry):
                reason = KeepReason.OTHER_ONBOARDING
            elif using - projects:
                reason = KeepReason.OTHER_PROJECT
            yield _resource(Undoable.ONTOLOGY, entry, reason, entry.remote_id or "")

    def _rows(self) -> Iterator[UndoStep]:
        datasets = {identity(key): dataset for key, dataset in created_rows(self.onboarding.ledger).items()}
        reasons = {name: self._why_row(row, datasets.get(name)) for name, row in self.around.rows.items()}
        for reason in dict.fromkeys(reasons.values()):
            rows = [self.around.rows[name] for name, why in reasons.items() if why is reason]
            fate, ids = (Fate.DELETE, tuple(row.id for row in rows)) if reason is None else (Fate.KEEP, ())
            yield UndoStep(Undoable.DATA_ROWS, _first(rows), fate, len(rows), reason, ids)

    def _why_row(self, row: RowAround, dataset: str | None) -> KeepReason | None:
        """Return why a row is kept, None if it is deleted."""
        name = identity(row.key)
        if dataset is None:
            return KeepReason.NOT_CREATED
        if row.dataset != dataset:
            return KeepReason.OTHER_DATASET
        if row.projects - self.around.projects.keys():
            return KeepReason.OTHER_PROJECT
        if name in self.around.others_rows:
            return KeepReason.OTHER_ONBOARDING
        inside = [each for each in self.around.projects.values() if name in each.rows]
        reasons = (self._why_in(each, name) or self._why_batch(each, name) for each in inside)
        return next(filter(None, reasons), None)

    def _why_batch(self, project: ProjectAround, row: str) -> KeepReason | None:
        """Return a reason if others have added a row to our project."""
        created = {each.remote_id for each in self.onboarding.ledger.entries("batch") if each.detail.get("created")}
        return None if project.batch_of(row) in created else KeepReason.OTHER_PROJECT

    def _datasets(self, rows: set[str]) -> Iterator[UndoStep]:
        for entry in self.onboarding.ledger.entries("dataset"):
            try:
                count = self.onboarding.client.datasets.row_count(entry.remote_id or "")
            except NotFoundError:
                continue
            going = sum(each.id in rows and each.dataset == entry.remote_id for each in self.around.rows.values())
            reason = None
            if not entry.detail.get("created"):
                reason = KeepReason.NOT_CREATED
            elif self._is_used(entry):
                reason = KeepReason.OTHER_ONBOARDING
            elif count != going:
                reason = KeepReason.OTHERS_ROWS
            yield _resource(Undoable.DATASET, entry, reason, entry.remote_id or "")

    def _is_used(self, mine: LedgerEntry) -> bool:
        """Return whether another onboarding in the ledger uses a resource, or was stopped while it looked for it."""
        others = [entry for _, entry in self.onboarding.ledger.others(mine.kind)]
        claimed = (each.state is State.CLAIMED and each.name == mine.name for each in others)
        return any(claimed) or any(each.remote_id == mine.remote_id for each in others)


def _resource(kind: Undoable, entry: LedgerEntry, reason: KeepReason | None, remote_id: str) -> UndoStep:
    return UndoStep(kind, entry.name, Fate.KEEP if reason else Fate.DELETE, 1, reason, (remote_id,))


def _first(rows: list[RowAround]) -> str:
    return ", ".join([*(row.key for row in rows[:3]), *([f"and {len(rows) - 3} more"] if len(rows) > 3 else [])])
