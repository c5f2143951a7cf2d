"""Existing data rows without a global key: each gets the one that the spec means for it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from labelferry.errors import ConflictError, DeadlineError
from labelferry.labelbox import costs
from labelferry.listing import counted, shorten
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.plan import Action, PlannedStep, row_names
from labelferry.progress import announce

__all__ = ["assign_keys", "plan_keys", "refuse_taken"]

SHOWN = 20


def refuse_taken(rows: Sequence[Mapping[str, Any]], found: Mapping[str, str | None]) -> None:
    """Refuse global keys for rows without one that other rows have.

    Args:
        rows: the desired rows.
        found: row id by global key.

    Raises:
        ConflictError: with the keys.
    """
    taken = [row["global_key"] for row in rows if "without_key" in row and _is_taken(row, found)]
    if taken:
        raise ConflictError(
            f"{counted(len(taken), 'data row')} cannot get the global key that other data rows have: "
            f"{', '.join(shorten(taken, SHOWN))}; say assign: id under videos, or give them a global key in Labelbox"
        )


def _is_taken(row: Mapping[str, Any], found: Mapping[str, str | None]) -> bool:
    return found[row["global_key"]] not in {None, row["without_key"]}


def plan_keys(rows: Sequence[Mapping[str, Any]]) -> Iterator[PlannedStep]:
    """Yield what ``assign_keys`` would do."""
    if rows:
        reason = "exist without a global key; each gets this one"
        requests = costs.assign_keys(len(rows))
        yield PlannedStep("data rows", row_names(rows), Action.UPDATE, reason, count=len(rows), requests=requests)


def assign_keys(onboarding: Onboarding, rows: Sequence[Mapping[str, Any]]) -> None:
    """Give rows their global keys. May be repeated.

    Raises:
        RejectedError: with the keys that the service refused.
        DeadlineError: when the service does not find the rows by their keys yet.
    """
    if not rows:
        return
    announce("assigning global keys", 0, len(rows))
    keys = {row["without_key"]: row["global_key"] for row in rows}
    onboarding.client.data_rows.assign_keys(keys)
    found = onboarding.client.data_rows.lookup_again(keys.values())
    if lost := [key for key, row_id in found.items() if row_id is None]:
        raise DeadlineError(
            f"{counted(len(lost), 'data row')} got a global key and cannot be found by it yet: "
            f"{', '.join(shorten(lost, SHOWN))}; run again later"
        )
