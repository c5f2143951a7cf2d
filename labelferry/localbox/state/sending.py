"""Rows sent from the catalog to a project, and with them the labels that they have in another project.

Labels keep their shapes and answers; their features become those that a mapping of feature schemas names, and what it
does not name stays behind. In the queue for labelling they are pre-labels, elsewhere labels. The words are those of the
official SDK (7.17.0, ``Client.send_to_annotate_from_catalog``), the rest is what its documentation says.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from labelferry.localbox.errors import LocalboxError, MalformedError
from labelferry.localbox.state import batches, export_filters, jobs, labels, projects, workflow
from labelferry.localbox.state.annotations import ontology_of
from labelferry.localbox.state.database import Session, as_json
from labelferry.localbox.state.filters import Condition
from labelferry.localbox.validation.features import Ontology
from labelferry.localbox.validation.mapping import Mapping, mapped

TYPE = "send-to-annotate"
KEEP = "KEEP_EXISTING"


def start(session: Session, asked: dict[str, Any]) -> str:
    """Start the job.

    Raises:
        MalformedError: predictions of a model run are asked for, or a member has the wrong form.
    """
    if asked.get("predictionsInput") is not None:
        raise MalformedError("localbox has no model runs to send predictions from")
    if asked.get("annotationsInput") and not isinstance(asked["annotationsInput"]["featureSchemaIdsMapping"], dict):
        raise MalformedError("featureSchemaIdsMapping must be an object")
    _wanted(asked)
    return jobs.start(session, TYPE, {"asked": asked})


def settle(session: Session, job: jobs.Job) -> None:
    """Send the rows and their labels, or end the job FAILED with the reason."""
    try:
        _send(session, job.details["asked"], job.id)
    except LocalboxError as error:
        jobs.end(session, job.id, "FAILED", result=as_json({"error": str(error)}), errors=str(error))
        return
    jobs.end(session, job.id, "COMPLETE")


def _send(session: Session, asked: dict[str, Any], job_id: str) -> None:
    project = projects.get(session, asked["destinationProjectId"])
    stage = workflow.stage_named(project.id, asked["destinationTaskQueue"])
    rows = _rows(session, asked)
    fresh = batches.select(session, project.id, {"dataRowIds": rows}).good
    if fresh:
        batch = batches.create_empty(session, project.id, asked["batchInput"]["batchName"], None)
        batches.add(session, batch, fresh, asked["batchInput"]["batchPriority"])
    inside = workflow.rows(session, project.id, {"ids": rows, "idType": "ID"})
    sent = fresh if asked.get("excludeDataRowsInProject") else inside
    workflow.move(session, project.id, sent, stage)
    if asked.get("annotationsInput"):
        keeps = (asked.get("conflictLabelsResolutionStrategy") or KEEP) == KEEP
        copying = Copying(project.id, job_id, as_labels=stage != workflow.LABELLING, keeps=keeps)
        _copy(session, asked["annotationsInput"], copying, sent)


def _wanted(asked: dict[str, Any]) -> Condition:
    return export_filters.condition({"searchQuery": asked["searchQuery"]})


def _rows(session: Session, asked: dict[str, Any]) -> list[str]:
    text, values = _wanted(asked)
    return session.column(f"SELECT r.id FROM data_rows r WHERE {text} ORDER BY r.seq", tuple(values))  # noqa: S608 - ours


@dataclass(frozen=True)
class Copying:
    """Where labels go.

    Args:
        project_id: the project.
        job_id: the job that copies them, which stands for an import.
        as_labels: whether they become labels; else pre-labels.
        keeps: whether rows that have labels there keep these, and get no others.
    """

    project_id: str
    job_id: str
    as_labels: bool
    keeps: bool


def _copy(session: Session, source: dict[str, Any], to: Copying, row_ids: list[str]) -> None:
    origin = projects.get(session, source["projectId"])
    ontology, mapping = ontology_of(session, origin.id), source["featureSchemaIdsMapping"]
    for row_id in row_ids:
        existing = labels.find(session, project_id=to.project_id, row_id=row_id)
        if existing and to.keeps:
            continue
        for label in labels.find(session, project_id=origin.id, row_id=row_id):
            _write(session, list(_lines(session, label.id, ontology, mapping)), to, row_id)
        labels.delete(session, [each.id for each in existing])


def _lines(session: Session, label_id: str, ontology: Ontology, mapping: Mapping) -> Iterator[dict[str, Any]]:
    for line in labels.lines(session, label_id):
        own = mapped(line, ontology, mapping)
        if own is not None:
            yield {name: value for name, value in own.items() if name != "id"}


def _write(session: Session, lines: list[dict[str, Any]], to: Copying, row_id: str) -> None:
    place = {"import_id": to.job_id, "project_id": to.project_id, "row_id": row_id}
    label_id = labels.create(session, to.project_id, row_id, to.job_id) if lines and to.as_labels else None
    for line in lines:
        labels.annotate(session, label_id=label_id, line=as_json(line), **place)
