"""The ledger's record of self-tests that are not cleaned up yet: written before anything is created.

All names follow from a self-test's mark, so the mark says what to look for. Only features are kept by id: once their
ontology is gone, nothing lists them.
"""

from collections.abc import Sequence

from labelferry.account.selftest.material import SelftestNames
from labelferry.ledger import Ledger

__all__ = ["OWNER", "begin", "end", "features", "left_over", "remember_features"]

OWNER = ".selftest"
"""Stands for an onboarding in the ledger; no onboarding can have this name."""

KIND = "selftest"


def begin(ledger: Ledger, names: SelftestNames) -> None:
    """Record that something of these names is about to be created."""
    ledger.claim(KIND, names.mark, features=[])


def remember_features(ledger: Ledger, names: SelftestNames, ids: Sequence[str]) -> None:
    """Record the features of the ontology that is about to be deleted."""
    ledger.claim(KIND, names.mark, features=[*ids])


def features(ledger: Ledger, names: SelftestNames) -> list[str]:
    """Return the features that are recorded."""
    entry = ledger.entry(KIND, names.mark)
    return [] if entry is None else list(entry.detail["features"])


def left_over(ledger: Ledger) -> list[SelftestNames]:
    """Return the names of self-tests that were not cleaned up."""
    return [SelftestNames(entry.name) for entry in ledger.entries(KIND)]


def end(ledger: Ledger, names: SelftestNames) -> None:
    """Record that nothing of these names is left."""
    ledger.release(KIND, names.mark)
