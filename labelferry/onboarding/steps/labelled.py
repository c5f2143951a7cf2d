"""Rows that already have a label, and the refusal to import ground truth over it."""

from collections.abc import Collection

from labelferry.errors import ConflictError
from labelferry.labelbox import LabelRecord
from labelferry.ledger import LineState
from labelferry.listing import counted, shorten
from labelferry.model import RowRef
from labelferry.model.keys import identity
from labelferry.onboarding.context import Onboarding
from labelferry.spec import ImportAs

__all__ = ["SHOWN", "identities", "labelled", "refuse_labelled"]

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
        project, lambda label: not wanted.keys().isdisjoint(identities(label)), patient=patient
    )
    return {wanted[name] for label in labels for name in identities(label) if name in wanted}


def identities(label: LabelRecord) -> set[str]:
    """Return the identities by which the row of a label may be named (``RowRef.identity``)."""
    by_id = {RowRef(id=label.row_id).identity} if label.row_id else set()
    return by_id | ({identity(label.global_key)} if label.global_key else set())


def refuse_labelled(onboarding: Onboarding, project: str, rows: Collection[str], *, patient: bool = False) -> None:
    """Refuse ground truth for rows that have a label: it becomes a label of its own, so they would get a second.

    Args:
        onboarding: the onboarding.
        project: id.
        rows: keys of the rows that would get labels.
        patient: look again for a while as long as none has a label.

    Raises:
        ConflictError: with the rows that have a label.
    """
    found = labelled(onboarding, project, rows, patient=patient)
    if found:
        raise ConflictError(
            f"{counted(len(found), 'row')} already {'has' if len(found) == 1 else 'have'} a label: {_some(found)}; "
            f"importing ground truth would create a second label. {_of_ours(onboarding, found)}Remove these rows "
            "from the spec, delete their labels in Labelbox (whole rows are then sent again), or set on_labelled: add"
        )


def _of_ours(onboarding: Onboarding, found: Collection[RowRef]) -> str:
    """Return what is known about the labels of these rows: whether this onboarding imported them."""
    states = (LineState.ACCEPTED, LineState.UNKNOWN)
    lines = onboarding.ledger.lines(*states, imported_as=str(ImportAs.GROUND_TRUTH))
    ours = [(row, line.state) for line in lines if (row := RowRef.from_key(line.row)) in found]
    in_ = {row for row, state in ours if state is LineState.ACCEPTED}
    maybe = {row for row, state in ours if state is LineState.UNKNOWN} - in_
    told = ""
    if in_:
        told += (
            f"This onboarding imported those of {_some(in_)}; a row's lines become one label, to which a line that is "
            "new, or was refused and is now corrected, cannot be added. "
        )
    if maybe:
        told += f"The label of {_some(maybe)} may be from this onboarding: Labelbox did not report its outcome. "
    return told


def _some(rows: Collection[RowRef]) -> str:
    return ", ".join(shorten(sorted(map(str, rows)), SHOWN))
