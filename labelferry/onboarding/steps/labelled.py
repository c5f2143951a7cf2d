"""Ground truth and rows that have a label: which have one, and why nothing is imported over it."""

from collections.abc import Collection

from labelferry.errors import ConflictError
from labelferry.labelbox import Label
from labelferry.ledger import LineState
from labelferry.listing import shorten
from labelferry.model import RowRef
from labelferry.model.keys import identity
from labelferry.onboarding.context import Onboarding
from labelferry.spec import ImportAs

__all__ = ["SHOWN", "labelled", "refuse_labelled"]

SHOWN = 20


def labelled(onboarding: Onboarding, project: str, rows: Collection[str], *, patient: bool = False) -> set[RowRef]:
    """Return which of the rows have a label in the project.

    Args:
        onboarding: the onboarding.
        project: id.
        rows: keys of the rows.
        patient: look again for a while as long as none has, since labels appear some time after their import.
    """
    wanted = {row.identity: row for row in map(RowRef.from_key, rows)}
    labels = onboarding.client.labels.matching(
        project, lambda label: not wanted.keys().isdisjoint(_identities(label)), patient=patient
    )
    return {wanted[name] for label in labels for name in _identities(label) if name in wanted}


def _identities(label: Label) -> set[str]:
    """What the row of a label may be named by (``RowRef.identity``)."""
    by_id = {RowRef(id=label.row_id).identity} if label.row_id else set()
    return by_id | ({identity(label.global_key)} if label.global_key else set())


def refuse_labelled(onboarding: Onboarding, project: str, rows: Collection[str], *, patient: bool = False) -> None:
    """Ground truth becomes a label of its own: a row that has one would get a second.

    Args:
        onboarding: the onboarding.
        project: id.
        rows: keys of the rows that labels would go onto.
        patient: look again for a while as long as none has a label.

    Raises:
        ConflictError: naming the rows that have a label.
    """
    found = labelled(onboarding, project, rows, patient=patient)
    if found:
        raise ConflictError(
            f"{len(found)} rows have a label already: {_some(found)}; "
            f"importing ground truth would create a second label. {_of_ours(onboarding, found)}Take these rows "
            "out, delete their labels in Labelbox first (the whole row is sent again then), or say on_labelled: add"
        )


def _of_ours(onboarding: Onboarding, found: Collection[RowRef]) -> str:
    """What is known of the labels on these rows: whether they are this onboarding's."""
    states = (LineState.ACCEPTED, LineState.UNKNOWN)
    lines = onboarding.ledger.lines(*states, imported_as=str(ImportAs.GROUND_TRUTH))
    ours = [(row, line.state) for line in lines if (row := RowRef.from_key(line.row)) in found]
    in_ = {row for row, state in ours if state is LineState.ACCEPTED}
    maybe = {row for row, state in ours if state is LineState.UNKNOWN} - in_
    told = ""
    if in_:
        told += (
            f"Of these, {_some(in_)} hold what this onboarding itself brought in; a row's lines become one label, "
            "which a line that is new, or was refused and is corrected now, cannot join. "
        )
    if maybe:
        told += f"The label of {_some(maybe)} may be this onboarding's own: Labelbox does not say what became of it. "
    return told


def _some(rows: Collection[RowRef]) -> str:
    return ", ".join(shorten(sorted(map(str, rows)), SHOWN))
