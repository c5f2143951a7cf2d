"""The plan of an undo, and its outcome: what is deleted, what is kept and why, and what cannot be undone."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from labelferry.shown import Shown

__all__ = ["UNDONE", "Fate", "Irreversible", "KeepReason", "Undo", "UndoStep", "Undoable"]

FORMAT = 1
"""Version of the JSON."""
UNDONE = "undone"
"""The outcome in the history of runs."""


class Undoable(StrEnum):
    """What an undo removes, in the order in which it does so."""

    IMPORT = "import"
    LABELS = "labels"
    BATCH = "batch"
    PROJECT = "project"
    ONTOLOGY = "ontology"
    DATA_ROWS = "data rows"
    DATASET = "dataset"


class Fate(StrEnum):
    """What happens to it. A batch that must stay is emptied: its rows without labels leave the project."""

    DELETE = "delete"
    EMPTY = "empty"
    KEEP = "keep"


class KeepReason(StrEnum):
    """The reason why something is kept."""

    NOT_CREATED = "not-created"
    OTHER_ONBOARDING = "other-onboarding"
    OTHERS_LABELS = "others-labels"
    OTHERS_PRELABELS = "others-prelabels"
    OTHERS_ROWS = "others-rows"
    OTHERS_IMPORTS = "others-imports"
    OTHER_PROJECT = "other-project"
    OTHER_DATASET = "other-dataset"
    NOT_OURS_NOW = "not-ours-now"
    NOT_LISTED = "not-listed"

    @property
    def words(self) -> str:
        """The reason as text."""
        return WORDS[self]


WORDS = {
    KeepReason.NOT_CREATED: "the ledger does not say that this onboarding created it",
    KeepReason.OTHER_ONBOARDING: "another onboarding uses it; undo that one first",
    KeepReason.OTHERS_LABELS: "labels that this onboarding did not import are on it",
    KeepReason.OTHERS_PRELABELS: "pre-labels of another import are, or may be, on it",
    KeepReason.OTHERS_ROWS: "it has data rows that this onboarding did not put there",
    KeepReason.OTHERS_IMPORTS: "it has imports that this onboarding did not make",
    KeepReason.OTHER_PROJECT: "a project that stays uses it",
    KeepReason.OTHER_DATASET: "it is not in the dataset that this onboarding put it into",
    KeepReason.NOT_OURS_NOW: "no label of the row, or more than one, is what was imported: it was changed or deleted",
    KeepReason.NOT_LISTED: "Labelbox does not list it; run undo again later",
}


class Irreversible(StrEnum):
    """What an undo leaves, because Labelbox has no way back or the earlier state is not known."""

    IMPORT_RECORDS = "import-records"
    UPLOADED_FILES = "uploaded-files"
    UPDATED_ROWS = "updated-rows"
    FEATURES = "features"
    KEYS = "keys"

    @property
    def words(self) -> str:
        """What is left, as text."""
        return LEFT[self]


LEFT = {
    Irreversible.IMPORT_RECORDS: "ground-truth imports stay in the project's list of imports: Labelbox has no way to "
    "delete them, only their labels",
    Irreversible.UPLOADED_FILES: "uploaded video files stay in Labelbox's storage: it has no way to delete them",
    Irreversible.UPDATED_ROWS: "existing data rows that were updated keep the new values and global keys: the earlier "
    "ones are not known",
    Irreversible.FEATURES: "tools and classifications of the deleted ontology that another one uses stay",
    Irreversible.KEYS: "global keys of deleted data rows may stay taken for some minutes",
}


@dataclass(frozen=True, slots=True)
class UndoStep:
    """One decision.

    Args:
        kind: of what.
        name: of it, for people.
        fate: what happens to it.
        count: number of lines, labels or rows; 1 for a single resource.
        reason: why it is kept.
        ids: Labelbox's ids of what is deleted.
        project: id of the project that it is in.
    """

    kind: Undoable
    name: str
    fate: Fate
    count: int = 1
    reason: KeepReason | None = None
    ids: tuple[str, ...] = field(default=(), repr=False)
    project: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Undo(Shown):
    """What an undo does, or did.

    Args:
        name: of the onboarding.
        remote: the Labelbox.
        steps: the decisions, in the order in which they are carried out.
        left: what stays because it cannot be undone, with a count.
        done: whether it was carried out.
    """

    name: str
    remote: str
    steps: tuple[UndoStep, ...]
    left: Mapping[Irreversible, int] = field(default_factory=dict)
    done: bool = False

    def going(self, kind: Undoable) -> list[UndoStep]:
        """Return the steps of a kind that delete something."""
        return [step for step in self.steps if step.kind is kind and step.fate is Fate.DELETE]

    @property
    def changes(self) -> bool:
        """Whether it changes anything at the service."""
        return any(step.fate is not Fate.KEEP for step in self.steps)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        steps = [asdict(step) | {"ids": list(step.ids)} for step in self.steps]
        left = {str(what): count for what, count in self.left.items()}
        return {"format": FORMAT, "name": self.name, "remote": self.remote, "done": self.done} | {
            "steps": steps,
            "left": left,
        }
