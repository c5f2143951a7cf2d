"""What is around an onboarding at the service: its rows in every project, batches, and what others have there.

Only reads. Whatever is not certainly this onboarding's counts as others'.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from labelferry.errors import NotFoundError, RemoteError
from labelferry.labelbox import Batch, ImportJob, ImportKind
from labelferry.ledger import LedgerEntry
from labelferry.model.keys import identity
from labelferry.ndjson import read_heading
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.steps.created_rows import created_rows

__all__ = ["ProjectAround", "RowAround", "Surroundings", "look_around"]


@dataclass(frozen=True, slots=True)
class RowAround:
    """A data row.

    Args:
        key: its global key.
        id: Labelbox's.
        dataset: id of its dataset.
        projects: ids of all projects that it is in.
    """

    key: str
    id: str
    dataset: str
    projects: frozenset[str]


@dataclass(frozen=True, slots=True)
class ProjectAround:
    """A project that the onboarding was imported into.

    Args:
        id: Labelbox's.
        batches: all of its batches, by id.
        rows: the exported row, by the identity of its key, for rows of the onboarding that are in it.
        prelabelled: identities of rows that other imports may have pre-labels for; None when that is not known.
        other_imports: whether others have pre-labels in it, or an import in progress; a finished import of ground truth
            is nothing but its labels.
    """

    id: str
    batches: Mapping[str, Batch]
    rows: Mapping[str, Mapping[str, Any]] = field(repr=False)
    prelabelled: frozenset[str] | None
    other_imports: bool

    def batch_of(self, row: str) -> str | None:
        """Return the id of the batch that a row is in, None if that is not known."""
        details = self.rows[row]["projects"][self.id].get("project_details") or {}
        return details.get("batch_id")

    def labels_on(self, row: str) -> frozenset[str]:
        """Return the ids of the labels that a row has here."""
        if row not in self.rows:
            return frozenset()
        return frozenset(str(label.get("id")) for label in self.rows[row]["projects"][self.id]["labels"])

    def may_be_prelabelled(self, row: str) -> bool:
        """Return whether another import has, or may have, pre-labels for a row."""
        return self.prelabelled is None or row in self.prelabelled

    def in_batch(self, batch: str) -> list[str]:
        """Return the identities of the onboarding's rows that a batch has."""
        return [row for row in self.rows if self.batch_of(row) == batch]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All of it.

    Args:
        rows: the onboarding's rows that exist, by the identity of their key.
        projects: the projects that exist, by id.
        others_rows: identities of rows that other onboardings have put into projects.
    """

    rows: Mapping[str, RowAround]
    projects: Mapping[str, ProjectAround]
    others_rows: frozenset[str]


def look_around(onboarding: Onboarding) -> Surroundings:
    """Read what is around an onboarding. Changes nothing.

    Raises:
        RemoteError: when the service cannot be asked.
    """
    keys = _keys(onboarding)
    rows = list(_rows(onboarding, keys)) if keys else []
    projects = [_project(onboarding, each, [row.key for row in rows]) for each in _project_ids(onboarding)]
    others = [entry for _, entry in onboarding.ledger.others("batch")]
    return Surroundings(
        rows={identity(row.key): row for row in rows},
        projects={each.id: each for each in projects if each is not None},
        others_rows=frozenset(identity(key) for entry in others for key in entry.detail.get("keys", ())),
    )


def _keys(onboarding: Onboarding) -> list[str]:
    """Return the global keys of all rows that the onboarding created or put into its project."""
    batches = (entry.detail.get("keys", ()) for entry in onboarding.ledger.entries("batch"))
    keys = [*created_rows(onboarding.ledger), *(key for batch in batches for key in batch)]
    return list({identity(key): key for key in keys}.values())


def _rows(onboarding: Onboarding, keys: list[str]) -> Iterator[RowAround]:
    for row in onboarding.client.exports.anywhere(keys):
        found = row["data_row"]
        dataset = str((found.get("details") or {}).get("dataset_id"))
        yield RowAround(str(found["global_key"]), str(found["id"]), dataset, frozenset(row.get("projects") or ()))


def _project_ids(onboarding: Onboarding) -> list[str]:
    """Return the ids of the projects that the ledger names."""
    ledger = onboarding.ledger
    named = [entry.detail.get("project") for kind in ("batch", "job") for entry in ledger.entries(kind)]
    named += [entry.remote_id for entry in ledger.entries("project")]
    return sorted({str(each) for each in named if each})


def _project(onboarding: Onboarding, project: str, keys: list[str]) -> ProjectAround | None:
    client = onboarding.client
    try:
        client.projects.get(project)
    except NotFoundError:
        return None
    exported = client.exports.project(project, keys) if keys else ()
    others = list(_others_jobs(onboarding, project))
    return ProjectAround(
        id=project,
        batches={batch.id: batch for batch in client.batches.list(project)},
        rows={identity(str(row["data_row"]["global_key"])): row for row in exported},
        prelabelled=_prelabelled(onboarding, [job for job in others if job.kind is ImportKind.MAL]),
        other_imports=any(job.kind is ImportKind.MAL or job.state == "RUNNING" for job in others),
    )


def _others_jobs(onboarding: Onboarding, project: str) -> Iterator[ImportJob]:
    """Yield the imports in a project that are not of this onboarding."""
    ours = {entry.name for entry in _jobs(onboarding.ledger.entries("job"), project)}
    spent = onboarding.ledger.known("job")
    for kind in ImportKind:
        for job in onboarding.client.imports.list(project, kind):
            if job.name not in ours | spent:
                yield job


def _jobs(entries: Iterable[LedgerEntry], project: str) -> Iterator[LedgerEntry]:
    return (entry for entry in entries if entry.detail.get("project") == project)


def _prelabelled(onboarding: Onboarding, jobs: Iterable[ImportJob]) -> frozenset[str] | None:
    """Return the rows that imports of pre-labels name; None when the service no longer keeps the lines of one."""
    found: set[str] = set()
    ids: set[str] = set()
    for job in jobs:
        try:
            refs = [read_heading(line).row for line in onboarding.client.imports.inputs(job)]
        except RemoteError:
            return None
        found |= {ref.identity for ref in refs if ref.global_key}
        ids |= {ref.id for ref in refs if ref.id}
    return None if ids else frozenset(found)
