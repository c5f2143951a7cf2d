"""Data rows that an onboarding has created, or was about to create, in the ledger: ``undo`` deletes no others."""

from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256

from labelferry.ledger import Ledger

__all__ = ["about_to_create", "created_rows", "forget_created", "keep_created"]

KIND = "created rows"


def about_to_create(ledger: Ledger, dataset: str, keys: Sequence[str]) -> str:
    """Record that no row has these global keys, and that they are about to be created; return the record's name."""
    name = f"{dataset}-{sha256(chr(10).join(keys).encode()).hexdigest()[:16]}"
    ledger.claim(KIND, name, dataset=dataset, keys=[*keys])
    return name


def keep_created(ledger: Ledger, name: str, dataset: str, keys: Collection[str]) -> None:
    """Record which of them the service reported as created."""
    if keys:
        ledger.settle(KIND, name, dataset, dataset=dataset, keys=[*keys])
    else:
        ledger.release(KIND, name)


def created_rows(ledger: Ledger) -> Mapping[str, str]:
    """Return the dataset of each row that was created, or that a killed run was about to create, by global key."""
    return {key: str(entry.detail["dataset"]) for entry in ledger.entries(KIND) for key in entry.detail["keys"]}


def forget_created(ledger: Ledger, keys: Collection[str]) -> None:
    """Forget rows that were deleted."""
    for entry in ledger.entries(KIND):
        dataset = str(entry.detail["dataset"])
        keep_created(ledger, entry.name, dataset, [key for key in entry.detail["keys"] if key not in keys])
