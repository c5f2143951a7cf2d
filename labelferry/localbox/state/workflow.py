"""Where a project's rows stand in its workflow: labelling, review, rework or done.

A row stands where it was last moved to; until then a label means done, as the service puts imported ground truth there.
The stages and the words are those of the official SDK's tests (7.17.0, tests/integration/test_task_queue.py).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from labelferry.localbox.errors import MalformedError
from labelferry.localbox.ids import now
from labelferry.localbox.state import data_rows, jobs, projects
from labelferry.localbox.state.database import Session, as_json

MOVING, PRIORITY = "send-to-task-queue", "queue-priority-update"


@dataclass(frozen=True)
class Stage:
    """A stage of the workflow, in the words of its queue, of export filters and of exports."""

    name: str
    queue_type: str
    filtered: str
    exported: str


LABELLING = Stage("Initial labeling task", "INITIAL_LABELING_QUEUE", "ToLabel", "TO_LABEL")
REVIEW = Stage("Initial review task", "MANUAL_REVIEW_QUEUE", "InReview", "IN_REVIEW")
REWORK = Stage("Rework (all rejected)", "MANUAL_REWORK_QUEUE", "InRework", "IN_REWORK")
DONE = Stage("Done", "DONE", "Done", "DONE")
QUEUES = (LABELLING, REVIEW, REWORK)
STAGES = {stage.exported: stage for stage in (*QUEUES, DONE)}

STANDING = (
    "COALESCE((SELECT m.stage FROM moves m WHERE m.project_id = {project} AND m.data_row_id = {row} "
    "ORDER BY m.seq DESC LIMIT 1), CASE WHEN EXISTS (SELECT 1 FROM labels l WHERE l.project_id = {project} "
    "AND l.data_row_id = {row}) THEN 'DONE' ELSE 'TO_LABEL' END)"
)
"""SQL for the stage of a row in a project."""
OF_BATCH_ROW = STANDING.format(project="b.project_id", row="b.data_row_id")


@dataclass(frozen=True)
class TaskQueue:
    """A stage of a project's workflow, with the rows that are there."""

    id: str
    name: str
    queue_type: str
    data_row_count: int
    description: str | None = None


def queues(session: Session, project_id: str) -> list[TaskQueue]:
    """Return the queues of a project; what is done is in none."""
    counts = standing(session, project_id)
    return [
        TaskQueue(_queue_id(project_id, number), stage.name, stage.queue_type, counts[stage.exported])
        for number, stage in enumerate(QUEUES)
    ]


def _queue_id(project_id: str, number: int) -> str:
    return f"{project_id[:-1]}{number}"


def standing(session: Session, project_id: str, batch_ids: Iterable[str] | None = None) -> Counter[str]:
    """Return how many rows stand at each stage, of all batches or of some."""
    text, values = "", [project_id]
    if batch_ids is not None:
        text, values = " AND b.batch_id IN (SELECT value FROM json_each(?))", [project_id, as_json(list(batch_ids))]
    sql = f"SELECT {OF_BATCH_ROW} AS stage FROM batch_rows b WHERE b.project_id = ?{text}"  # noqa: S608 - ours
    return Counter(session.column(sql, tuple(values)))


def stage_of(session: Session, project_id: str, row_id: str) -> Stage:
    """Return where a row of a project stands."""
    sql = f"SELECT {OF_BATCH_ROW} FROM batch_rows b WHERE b.project_id = ? AND b.data_row_id = ?"  # noqa: S608 - ours
    return STAGES[session.value(sql, (project_id, row_id)) or LABELLING.exported]


def history(session: Session, project_id: str, row_id: str) -> list[dict[str, Any]]:
    """Return the moves of a row, oldest first."""
    return session.rows(
        "SELECT stage, created_at FROM moves WHERE project_id = ? AND data_row_id = ? ORDER BY seq",
        (project_id, row_id),
    )


def start(session: Session, job_type: str, project_id: str, asked: dict[str, Any]) -> str:
    """Start a job that moves rows, or changes their priority."""
    return jobs.start(session, job_type, {"project": projects.get(session, project_id).id, "asked": asked})


def settle_moving(session: Session, job: jobs.Job) -> None:
    """Put the rows into a queue; without one, they are done."""
    spec = job.details
    stage = _stage(spec["project"], spec["asked"].get("queueId"))
    inside = rows(session, spec["project"], spec["asked"]["dataRowIdentifiers"])
    if stage is None or not inside:
        reason = as_json({"error": "The task queue or its data rows are not in this project"})
        jobs.end(session, job.id, "FAILED", result=reason)
        return
    move(session, spec["project"], inside, stage)
    jobs.end(session, job.id, "COMPLETE")


def move(session: Session, project_id: str, row_ids: list[str], stage: Stage) -> None:
    """Put rows of a project into a stage."""
    made = now()
    session.run_many(
        "INSERT INTO moves (project_id, data_row_id, stage, created_at) VALUES (?, ?, ?, ?)",
        [(project_id, row_id, stage.exported, made) for row_id in row_ids],
    )


def stage_named(project_id: str, queue: dict[str, Any]) -> Stage:
    """Return the stage that a destination names: ``{"type": "id", "value": ...}`` or ``{"type": "done"}``.

    Raises:
        MalformedError: the project has no such queue.
    """
    stage = DONE if queue["type"] == "done" else _stage(project_id, str(queue.get("value")))
    if stage is None:
        raise MalformedError("The task queue is not in this project")
    return stage


def _stage(project_id: str, queue_id: str | None) -> Stage | None:
    known = {_queue_id(project_id, number): stage for number, stage in enumerate(QUEUES)}
    return DONE if queue_id is None else known.get(queue_id)


def settle_priority(session: Session, job: jobs.Job) -> None:
    """Give rows another priority."""
    spec = job.details
    for row_id in rows(session, spec["project"], spec["asked"]["dataRowIdentifiers"]):
        prioritize(session, spec["project"], row_id, spec["asked"]["priority"])
    jobs.end(session, job.id, "COMPLETE")


def prioritize(session: Session, project_id: str, row_id: str, priority: int) -> None:
    """Give one row another priority."""
    session.run(
        "UPDATE batch_rows SET priority = ? WHERE project_id = ? AND data_row_id = ?", (priority, project_id, row_id)
    )


def rows(session: Session, project_id: str, named: dict[str, Any]) -> list[str]:
    """Return the ids of the rows named by id or by key that are in the project."""
    column = "global_key" if named["idType"] == "GKEY" else "id"
    found = data_rows.ids_for(session, column, [str(each) for each in named["ids"]])
    inside = set(session.column("SELECT data_row_id FROM batch_rows WHERE project_id = ?", (project_id,)))
    return [row_id for row_id in found.values() if row_id in inside]


def assign(session: Session, project_id: str, row_ids: list[str], user_id: str) -> None:
    """Remember whom rows are assigned to.

    Raises:
        MalformedError: one of them is not in the project.
    """
    inside = rows(session, project_id, {"ids": row_ids, "idType": "ID"})
    if len(inside) != len(set(row_ids)):
        raise MalformedError("Some of the data rows are not in this project")
    session.run_many(
        "INSERT OR REPLACE INTO assignments (project_id, data_row_id, user_id) VALUES (?, ?, ?)",
        [(project_id, row_id, user_id) for row_id in inside],
    )


def config(session: Session, project_id: str) -> dict[str, Any]:
    """Return a project's workflow as it was last saved; none was saved: no nodes."""
    project = projects.get(session, project_id)
    kept = session.rows("SELECT config, created_at, updated_at FROM workflows WHERE project_id = ?", (project_id,))
    if not kept:
        times = {"createdAt": project.created_at, "updatedAt": project.created_at}
        return {"projectId": project_id, "config": {"nodes": [], "edges": []}} | times
    found = kept[0]
    times = {"createdAt": found["created_at"], "updatedAt": found["updated_at"]}
    return {"projectId": project_id, "config": orjson.loads(found["config"])} | times


def save(session: Session, project_id: str, wanted: Any) -> dict[str, Any]:
    """Keep a project's workflow; the SDK checks it before it sends it.

    Raises:
        MalformedError: it has no nodes.
    """
    if not isinstance(wanted, dict) or not isinstance(wanted.get("nodes"), list):
        raise MalformedError("A workflow needs a list of nodes")
    made, project = now(), projects.get(session, project_id)
    session.run(
        "INSERT INTO workflows (project_id, config, created_at, updated_at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (project_id) DO UPDATE SET config = excluded.config, updated_at = excluded.updated_at",
        (project.id, as_json(wanted), project.created_at, made),
    )
    return config(session, project.id)
