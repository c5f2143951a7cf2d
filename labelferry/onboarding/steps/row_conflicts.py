"""Data rows that were looked up and are missing, but must not be created -> conflicts."""

from collections.abc import Iterable, Mapping
from typing import Any

from labelferry.errors import ConflictError
from labelferry.listing import counted
from labelferry.model.keys import identity
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.steps.batch_claims import brought_in

__all__ = ["refuse_lost"]

SHOWN = 20


def refuse_lost(onboarding: Onboarding, missing: Iterable[Mapping[str, Any]]) -> None:
    """Refuse missing rows that should exist.

    Args:
        onboarding: the onboarding.
        missing: rows of the manifest that the service does not have.

    Raises:
        ConflictError: with the rows that this onboarding imported, which would lack the labels that the ledger calls
            done; or with those that the manifest gives no video for.
    """
    rows, brought = list(missing), brought_in(onboarding)
    if gone := [row["global_key"] for row in rows if identity(row["global_key"]) in brought]:
        raise ConflictError(
            f"{_imported(len(gone))}: "
            f"{', '.join(gone[:SHOWN])}; remove them and their labels from the sources, or give the onboarding a new "
            "name and a new project to import everything again"
        )
    if unknown := [row["global_key"] for row in rows if "row_data" not in row]:
        raise ConflictError(
            f"{counted(len(unknown), 'data row')} without row_data not found in Labelbox by global key: "
            f"{', '.join(unknown[:SHOWN])}; correct the global keys in the manifest, or give row_data there to have "
            "the data rows created"
        )


def _imported(count: int) -> str:
    if count == 1:
        return "1 data row imported by this onboarding was deleted in Labelbox, together with its labels"
    return f"{count} data rows imported by this onboarding were deleted in Labelbox, together with their labels"
