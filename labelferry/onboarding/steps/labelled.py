"""Ground truth and rows that have a label: which have one, and why nothing is imported over it."""

from collections.abc import Collection

from labelferry.errors import ConflictError
from labelferry.ledger import LineState
from labelferry.model import RowRef
from labelferry.onboarding.context import Onboarding
from labelferry.spec import ImportAs

__all__ = ["SHOWN", "labelled", "refuse_labelled"]

SHOWN = 20


def labelled(onboarding: Onboarding, project: str, rows: Collection[str], *, patient: bool = False) -> set[str]:
    """Return which of the rows have a label in the project.

    Args:
        onboarding: the onboarding.
        project: id.
        rows: global keys, or what stands for rows that are known by id only.
        patient: look again for a while as long as none has, since labels appear some time after their import.
    """
    ids = {row_id: key for key, row_id in onboarding.client.data_rows.lookup(rows).items()}

    def name(row_id: str) -> str:
        return ids.get(row_id) or str(RowRef(id=row_id))

    return {name(row_id) for row_id in onboarding.client.labels.rows(project, lambda each: name(each) in rows, patient)}


def refuse_labelled(onboarding: Onboarding, project: str, rows: Collection[str], *, patient: bool = False) -> None:
    """Ground truth becomes a label of its own: a row that has one would get a second.

    Raises:
        ConflictError: naming the rows that have a label.
    """
    found = labelled(onboarding, project, set(rows), patient=patient)
    if found:
        raise ConflictError(
            f"{len(found)} rows have a label already: {_some(found)}; "
            f"ground truth over it would be a second label. {_of_ours(onboarding, found)}Take these rows out, delete "
            "their labels in Labelbox first (the whole row is sent again then), or say on_labelled: add"
        )


def _of_ours(onboarding: Onboarding, found: Collection[str]) -> str:
    """What is known of the labels on these rows: whether they are this onboarding's."""
    states = (LineState.ACCEPTED, LineState.UNKNOWN)
    lines = onboarding.ledger.lines(*states, imported_as=str(ImportAs.GROUND_TRUTH))
    ours = [(line.row, line.state) for line in lines if line.row in found]
    in_ = {row for row, state in ours if state is LineState.ACCEPTED}
    maybe = {row for row, state in ours if state is LineState.UNKNOWN} - in_
    told = ""
    if in_:
        told += (
            f"Of these, {_some(in_)} hold what this onboarding itself brought in; a row's lines become one label, "
            "which a line that is new, or was refused and is mended now, cannot join. "
        )
    if maybe:
        told += f"The label of {_some(maybe)} may be this onboarding's own: Labelbox does not say what became of it. "
    return told


def _some(rows: Collection[str]) -> str:
    return ", ".join(sorted(rows)[:SHOWN]) + (f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else "")
