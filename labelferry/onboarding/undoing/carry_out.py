"""The plan of an undo -> requests that delete, each followed by its record in the ledger.

Every request may be repeated, and a run that is killed leaves the ledger with what is left to do.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain

from labelferry.errors import ConflictError, NotFoundError, RejectedError
from labelferry.ledger import Ledger, LedgerEntry, LineState
from labelferry.model.keys import identity
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.steps.batch_claims import in_project
from labelferry.onboarding.steps.created_rows import created_rows, forget_created
from labelferry.onboarding.steps.deletion import delete_job
from labelferry.onboarding.steps.left_out import forget_left_out
from labelferry.onboarding.steps.uploads import forget_uploads
from labelferry.onboarding.undoing.journal import begin, end
from labelferry.onboarding.undoing.records import Fate, Irreversible, Undo, Undoable, UndoStep
from labelferry.ontology import Ontology
from labelferry.progress import announce

__all__ = ["carry_out_undo"]

RESOURCES = ("project", "ontology", "dataset")
COUNTED = (LineState.ACCEPTED, LineState.FAILED, LineState.SENT, LineState.UNKNOWN)
"""The states of lines that are not retired yet."""


def carry_out_undo(onboarding: Onboarding, plan: Undo) -> Undo:
    """Delete what a plan says, and return it with what was left besides.

    Raises:
        ConflictError: when others have added something to what was about to be deleted; run it again.
        RemoteError: when the service failed; run it again.
    """
    begin(onboarding.ledger, [label for step in plan.going(Undoable.LABELS) for label in step.ids])
    undoing = _Undoing(onboarding)
    for number, step in enumerate(plan.steps):
        announce("undoing", number, len(plan.steps))
        if step.fate is not Fate.KEEP:
            undoing.doers[step.kind](step)
    _clear(onboarding, plan)
    end(onboarding.ledger)
    features = {Irreversible.FEATURES: len(undoing.used)} if undoing.used else {}
    return replace(plan, left={**plan.left, **features}, done=True)


@dataclass(slots=True)
class _Undoing:
    """An undo in progress.

    Args:
        onboarding: what is undone.
        used: ids of features that other ontologies use, so that they stay.
    """

    onboarding: Onboarding
    used: set[str] = field(default_factory=set)

    @property
    def doers(self) -> Mapping[Undoable, Callable[[UndoStep], None]]:
        """What deletes each kind."""
        return {
            Undoable.IMPORT: self._import,
            Undoable.LABELS: self._labels,
            Undoable.BATCH: self._batch,
            Undoable.PROJECT: self._project,
            Undoable.ONTOLOGY: self._ontology,
            Undoable.DATA_ROWS: self._rows,
            Undoable.DATASET: self._dataset,
        }

    def _import(self, step: UndoStep) -> None:
        ledger = self.onboarding.ledger
        ledger.mark_for_deletion(step.name)
        entry = ledger.entry("job", step.name)
        if entry is not None:
            delete_job(self.onboarding, entry)
        ledger.drop_job(step.name)

    def _labels(self, step: UndoStep) -> None:
        self.onboarding.client.labels.delete(step.ids)

    def _batch(self, step: UndoStep) -> None:
        batches, (batch,), project = self.onboarding.client.batches, step.ids, step.project or ""
        if step.fate is Fate.EMPTY:
            batches.remove_queued(project, batch)
            return
        try:
            batches.delete(project, batch)
        except NotFoundError:
            pass  # an earlier run was stopped before it could record this
        except RejectedError as error:
            raise _changed(step, error) from error
        self.onboarding.ledger.release("batch", step.name)

    def _project(self, step: UndoStep) -> None:
        client, (project,) = self.onboarding.client, step.ids
        if client.projects.label_count(project) or any(client.batches.list(project)):
            raise _changed(step)
        client.projects.delete(project)
        self.onboarding.ledger.release("project", step.name)

    def _ontology(self, step: UndoStep) -> None:
        """Delete an ontology and then its features, which are recorded first: afterwards nothing lists them."""
        ledger, ontologies, (ontology,) = self.onboarding.ledger, self.onboarding.client.ontologies, step.ids
        try:
            features = self._features(ontology)
            ledger.settle("ontology", step.name, ontology, created=True, features=features)
            ontologies.delete(ontology)
        except NotFoundError:
            features = _recorded_features(ledger.entry("ontology", step.name))
        except RejectedError as error:
            raise _changed(step, error) from error
        for feature in features:
            self._feature(feature)
        ledger.release("ontology", step.name)

    def _features(self, ontology: str) -> list[str]:
        """Return the features that were created with an ontology: all but those that the spec names by id."""
        held = Ontology.from_normalized(self.onboarding.client.ontologies.get(ontology).normalized)
        wanted = Ontology.from_normalized(self.onboarding.desired.ontology() or {})
        named = {each.ids.feature_schema for each in wanted.walk()}
        return [each for each in held.feature_schemas if each not in named]

    def _feature(self, feature: str) -> None:
        self.used.discard(feature)
        try:
            self.onboarding.client.ontologies.delete_feature(feature)
        except NotFoundError:
            return
        except RejectedError:
            self.used.add(feature)

    def _rows(self, step: UndoStep) -> None:
        client, wanted = self.onboarding.client, set(step.ids)
        for row in client.exports.anywhere(list(created_rows(self.onboarding.ledger))):
            projects = (row.get("projects") or {}).values()
            if row["data_row"]["id"] in wanted and any(project.get("labels") for project in projects):
                raise _changed(step)
        client.data_rows.delete(step.ids)

    def _dataset(self, step: UndoStep) -> None:
        datasets, (dataset,) = self.onboarding.client.datasets, step.ids
        if datasets.row_count(dataset):
            raise _changed(step)
        datasets.delete(dataset)
        self.onboarding.ledger.release("dataset", step.name)


def _recorded_features(entry: LedgerEntry | None) -> list[str]:
    return [] if entry is None else list(entry.detail.get("features", ()))


def _changed(step: UndoStep, error: Exception | None = None) -> ConflictError:
    told = f" ({error})" if error else ""
    return ConflictError(
        f"{step.kind} '{step.name}' has something that was not there when the undo was planned{told}; it was not "
        "deleted: run labelferry undo again, which makes a new plan"
    )


def _clear(onboarding: Onboarding, plan: Undo) -> None:
    """Forget all but what this onboarding created and what stays: a later undo may remove it."""
    ledger, kept = onboarding.ledger, [step for step in plan.steps if step.fate is not Fate.DELETE]
    _clear_imports(ledger, {step.name for step in kept if step.kind is Undoable.IMPORT})
    batches = set(chain.from_iterable(step.ids for step in kept if step.kind is Undoable.BATCH))
    for entry in ledger.entries("batch"):
        _clear_batch(onboarding, entry, stays=bool(entry.detail.get("created")) and entry.remote_id in batches)
    for kind in RESOURCES:
        _release(onboarding, filter(_was_there, ledger.entries(kind)))
    forget_left_out(ledger)
    _forget_deleted_rows(onboarding)


def _was_there(entry: LedgerEntry) -> bool:
    return not entry.detail.get("created")


def _clear_imports(ledger: Ledger, kept: set[str]) -> None:
    for entry in ledger.entries("job"):
        if entry.name not in kept:
            ledger.drop_job(entry.name)
    ledger.retire_lines([line.uuid for line in ledger.lines(*COUNTED) if line.job not in kept])


def _clear_batch(onboarding: Onboarding, entry: LedgerEntry, *, stays: bool) -> None:
    """Record which rows are left in a batch that stays, and forget any other."""
    project = str(entry.detail["project"])
    keys = in_project(onboarding, project, entry.detail["keys"]) if stays else []
    if keys:
        detail = {**entry.detail, "keys": keys}
        onboarding.ledger.settle("batch", entry.name, entry.remote_id or "", **detail)
    else:
        onboarding.ledger.release("batch", entry.name)


def _release(onboarding: Onboarding, entries: Iterable[LedgerEntry]) -> None:
    for entry in entries:
        onboarding.ledger.release(entry.kind, entry.name)


def _forget_deleted_rows(onboarding: Onboarding) -> None:
    ledger = onboarding.ledger
    found = onboarding.client.data_rows.lookup(created_rows(ledger))
    gone = [key for key, row_id in found.items() if row_id is None]
    forget_created(ledger, gone)
    forget_uploads(ledger, {identity(key) for key in gone})
