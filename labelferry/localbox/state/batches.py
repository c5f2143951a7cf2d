"""Batches: data rows sent to a project, each row once, under a name that is unique in the project."""

from dataclasses import dataclass
from typing import Any

from labelferry.localbox.errors import ConflictError, LocalboxError, MalformedError, NotFoundError
from labelferry.localbox.ids import new_uuid, now
from labelferry.localbox.state import behaviour, data_rows, datasets, filters, jobs, labels, projects, settings
from labelferry.localbox.state.database import Session, as_json

ADDING, CREATING = "add-data-rows-to-batch", "create-batches"
LARGEST = 100_000


@dataclass(frozen=True)
class Batch:
    """A batch."""

    id: str
    project_id: str
    name: str
    consensus_settings: str | None
    created_at: str
    updated_at: str

    @property
    def consensus_settings_json(self) -> str | None:
        """The consensus settings, JSON text."""
        return self.consensus_settings


@dataclass(frozen=True)
class Selection:
    """The rows that a request names: those to add, and the ids of those that cannot be added."""

    good: list[str]
    bad: list[str]


def create_empty(session: Session, project_id: str | None, name: str, consensus: Any) -> Batch:
    """Create a batch without rows."""
    project = projects.get(session, project_id)
    taken = session.value("SELECT id FROM batches WHERE project_id = ? AND name = ?", (project.id, name))
    if taken is not None:
        raise ConflictError(f"A batch named '{name}' exists in this project")
    if not name.strip():
        raise MalformedError("A batch needs a name")
    batch_id, made = new_uuid(), now()
    kept = None if consensus is None else as_json(consensus)
    session.insert(
        "batches",
        id=batch_id,
        project_id=project.id,
        name=name,
        consensus_settings=kept,
        created_at=made,
        updated_at=made,
    )
    return get(session, project.id, batch_id)


def create(session: Session, project_id: str | None, plan: dict[str, Any]) -> tuple[Batch, list[str]]:
    """Create a batch with the rows named in a plan; return it and the ids of the rows that could not be added."""
    batch = create_empty(session, project_id, plan["name"], plan.get("consensusSettings"))
    chosen = select(session, batch.project_id, plan)
    if not chosen.good and not behaviour.makes_empty_batches(session):
        raise MalformedError("No valid data rows to add to project")
    add(session, batch, chosen.good, plan["priority"])
    return batch, chosen.bad


def select(session: Session, project_id: str, plan: dict[str, Any]) -> Selection:
    """Divide the rows that a plan names into those that the project can take and the others.

    Raises:
        MalformedError: a global key, or each of the ids, belongs to no row.
    """
    keys, ids = plan.get("globalKeys") or [], plan.get("dataRowIds") or []
    named, unknown = _known(session, keys, ids)
    if len(named) > LARGEST:
        raise MalformedError("Batch exceeds max size, break into smaller batches")
    unique = list(dict.fromkeys(named))
    unfit = _inside(session, project_id) | behaviour.unreadable(session, unique)
    return Selection([row for row in unique if row not in unfit], unknown + [row for row in unique if row in unfit])


def _known(session: Session, keys: list[str], ids: list[str]) -> tuple[list[str], list[str]]:
    named = _named(session, keys)
    by_id = data_rows.ids_for(session, "id", ids)
    known = [row for row in ids if row in by_id]
    if ids and not known and not keys:
        raise MalformedError("No valid data rows to be added from the list provided!")
    return named + known, [row for row in ids if row not in by_id]


def _named(session: Session, keys: list[str]) -> list[str]:
    """The rows of global keys, each of which must exist."""
    by_key = data_rows.ids_for(session, "global_key", keys)
    if absent := [key for key in keys if key.lower() not in by_key]:
        raise MalformedError(f"Data rows with the following global keys do not exist: {', '.join(absent)}.")
    return [by_key[key.lower()] for key in keys]


def _inside(session: Session, project_id: str) -> set[str]:
    return set(session.column("SELECT data_row_id FROM batch_rows WHERE project_id = ?", (project_id,)))


def add(session: Session, batch: Batch, row_ids: list[str], priority: int) -> None:
    """Put rows into a batch."""
    session.run_many(
        "INSERT INTO batch_rows (batch_id, project_id, data_row_id, priority) VALUES (?, ?, ?, ?)",
        [(batch.id, batch.project_id, row_id, priority) for row_id in row_ids],
    )
    made = now()
    session.update("batches", batch.id, updated_at=made)
    session.update("projects", batch.project_id, last_activity_time=made)


def start_adding(session: Session, project_id: str | None, plan: dict[str, Any]) -> str:
    """Start the job that puts rows into an empty batch."""
    batch = get(session, projects.get(session, project_id).id, plan["batchId"])
    return jobs.start(session, ADDING, {"project": batch.project_id, "batch": batch.id, "plan": plan})


def settle_adding(session: Session, job: jobs.Job) -> None:
    """Put the rows into the batch, or end the job FAILED with the reason."""
    spec = job.details
    try:
        batch = get(session, spec["project"], spec["batch"])
        chosen = select(session, batch.project_id, spec["plan"])
        if not chosen.good:
            raise MalformedError("No valid data rows to add to project")
    except LocalboxError as error:
        jobs.end(session, job.id, "FAILED", result=as_json({"error": str(error)}), errors=str(error))
        return
    add(session, batch, chosen.good, spec["plan"]["priority"])
    jobs.end(session, job.id, "COMPLETE", result=as_json({"failedDataRowIds": chosen.bad}))


def start_many(session: Session, project_id: str | None, plan: dict[str, Any]) -> list[dict[str, str]]:
    """Start a job for every 100,000 of the named rows; the batches' names are numbered."""
    project = projects.get(session, project_id)
    named = _named_rows(session, plan)
    if not named:
        raise MalformedError("You need at least one data row in a batch")
    starts = range(0, len(named), LARGEST)
    return [_started(session, project.id, number, plan, named[at : at + LARGEST]) for number, at in enumerate(starts)]


def _named_rows(session: Session, plan: dict[str, Any]) -> list[str]:
    if plan.get("datasetId"):
        dataset = datasets.get(session, plan["datasetId"])
        return session.column("SELECT id FROM data_rows WHERE dataset_id = ? ORDER BY seq", (dataset.id,))
    known, _ = _known(session, plan.get("globalKeys") or [], plan.get("dataRowIds") or [])
    return known


def _started(session: Session, project_id: str, number: int, plan: dict[str, Any], rows: list[str]) -> dict[str, str]:
    name = f"{plan['batchNamePrefix']}{number:04d}"
    batch = create_empty(session, project_id, name, plan.get("consensusSettings"))
    spec = {"project": project_id, "batch": batch.id, "plan": {"dataRowIds": rows, "priority": plan["priority"]}}
    return {"batchUuid": batch.id, "taskId": jobs.start(session, CREATING, spec)}


def get(session: Session, project_id: str, batch_id: str | None) -> Batch:
    """Return one batch of a project."""
    batch = session.one(Batch, "SELECT * FROM batches WHERE id = ? AND project_id = ?", (batch_id, project_id))
    if batch is None:
        raise NotFoundError.of("Batch", batch_id)
    return batch


def find(session: Session, batch_id: str) -> Batch:
    """Return the batch with that id."""
    batch = session.one(Batch, "SELECT * FROM batches WHERE id = ?", (batch_id,))
    if batch is None:
        raise NotFoundError.of("Batch", batch_id)
    return batch


def of_project(session: Session, project_id: str, after: str | None, first: int) -> tuple[list[Batch], str | None]:
    """Return a page of a project's batches and the next cursor."""
    skip = filters.offset(after)
    sql = "SELECT * FROM batches WHERE project_id = ? ORDER BY seq" + filters.window(skip, first + 1)  # noqa: S608 - window writes numbers only
    found = session.all(Batch, sql, (project_id,))
    return found[:first], str(skip + first) if len(found) > first else None


def size(session: Session, batch_id: str) -> int:
    """Return the number of rows in a batch."""
    return int(session.value("SELECT count(*) FROM batch_rows WHERE batch_id = ?", (batch_id,)))


def delete(session: Session, project_id: str | None, batch_id: str) -> str:
    """Delete a batch whose rows have no labels; its rows leave the project."""
    batch = get(session, projects.get(session, project_id).id, batch_id)
    if labelled(session, batch) and not settings.flawed(session, "batch-delete"):
        raise MalformedError("Batch deletion for batches that has labels is forbidden")
    session.delete("batches", batch.id)
    return batch.id


def labelled(session: Session, batch: Batch) -> list[str]:
    """Return the ids of the labels on a batch's rows."""
    return session.column(
        "SELECT l.id FROM labels l JOIN batch_rows b ON b.data_row_id = l.data_row_id AND b.project_id = l.project_id "
        "WHERE b.batch_id = ? ORDER BY l.seq",
        (batch.id,),
    )


def remove_queued(session: Session, project_id: str | None, batch_id: str) -> Batch:
    """Remove the rows without labels from a batch."""
    batch = get(session, projects.get(session, project_id).id, batch_id)
    session.run(
        "DELETE FROM batch_rows WHERE batch_id = ? AND NOT EXISTS (SELECT 1 FROM labels l WHERE "
        "l.data_row_id = batch_rows.data_row_id AND l.project_id = batch_rows.project_id)",
        (batch.id,),
    )
    return batch


def delete_labels(session: Session, project_id: str | None, batch_id: str, *, templates: bool = False) -> list[str]:
    """Delete every label of a batch's rows, which queues them again; as templates, they become pre-labels."""
    found = labelled(session, get(session, projects.get(session, project_id).id, batch_id))
    if templates:
        labels.become_predictions(session, found)
    return labels.delete(session, found)
