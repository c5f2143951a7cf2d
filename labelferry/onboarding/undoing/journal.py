"""The ledger's record of an undo in progress: until it has ended, the onboarding cannot run.

Labels can only be recognised by their content, so which ones are ours is written down before the first is deleted: a
second run of the undo deletes no others.
"""

from collections.abc import Collection

from labelferry.ledger import Ledger

__all__ = ["begin", "end", "is_undoing", "journaled_labels"]

KIND, NAME = "undo", "labels"


def begin(ledger: Ledger, labels: Collection[str]) -> None:
    """Record that an undo begins, and which labels it deletes; one that is resumed keeps its record."""
    if ledger.entry(KIND, NAME) is None:
        ledger.claim(KIND, NAME, labels=sorted(labels))


def journaled_labels(ledger: Ledger) -> frozenset[str] | None:
    """Return the labels that the undo in progress deletes, None if there is none."""
    entry = ledger.entry(KIND, NAME)
    return None if entry is None else frozenset(map(str, entry.detail["labels"]))


def end(ledger: Ledger) -> None:
    """Record that it is over."""
    ledger.release(KIND, NAME)


def is_undoing(ledger: Ledger) -> bool:
    """Return whether an undo was begun and has not ended."""
    return ledger.entry(KIND, NAME) is not None
