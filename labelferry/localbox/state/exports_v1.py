"""The first exports, which SDKs before 5 ask for: rows of a dataset, batch or queue, and labels with their frames.

They are written at once, where the service may take its time. Facts: the source distribution of SDK 3.77.0, its tests
of these calls (tests/data/export/legacy) and the export among its assets (tests/data/assets/labelbox_v1).
"""

from collections.abc import Iterator
from typing import Any

import orjson

from labelferry.localbox.rendering import frames_v1
from labelferry.localbox.rendering.frames_v1 import Look
from labelferry.localbox.rendering.masks import picture_of
from labelferry.localbox.state import (
    annotations,
    batches,
    data_rows,
    datasets,
    files,
    issues,
    labels,
    metadata,
    organization,
    projects,
    workflow,
)
from labelferry.localbox.state.annotations import exported_v1, ontology_of
from labelferry.localbox.state.data_rows import DataRow
from labelferry.localbox.state.database import Session, as_json
from labelferry.localbox.state.export_filters import moment
from labelferry.localbox.state.filestore import absolute, referenced
from labelferry.localbox.state.labels import Label

ROWS = "SELECT * FROM data_rows r WHERE {} ORDER BY r.seq"
OF_DATASET = ROWS.format("r.dataset_id = ?")
OF_BATCH = ROWS.format("r.id IN (SELECT data_row_id FROM batch_rows WHERE batch_id = ?)")
WAITS = "EXISTS (SELECT 1 FROM batch_rows b WHERE b.data_row_id = r.id AND b.project_id = ? AND {} = ?)"
QUEUED = ROWS.format(WAITS.format(workflow.OF_BATCH_ROW))
NO_AGREEMENT = -1


def dataset_rows(session: Session, dataset_id: str, base: str, *, with_metadata: bool) -> str:
    """Write the rows of a dataset into a file; return its reference."""
    found = session.all(DataRow, OF_DATASET, (datasets.get(session, dataset_id).id,))
    return _rows(session, found, base, with_metadata=with_metadata)


def batch_rows(session: Session, batch_id: str, base: str, *, with_metadata: bool) -> str:
    """Write the rows of a batch into a file; return its reference."""
    found = session.all(DataRow, OF_BATCH, (batches.find(session, batch_id).id,))
    return _rows(session, found, base, with_metadata=with_metadata)


def queued_rows(session: Session, project_id: str, base: str, *, with_metadata: bool) -> str:
    """Write the rows of a project that wait to be labelled into a file; return its reference."""
    found = session.all(DataRow, QUEUED, (projects.get(session, project_id).id, workflow.LABELLING.exported))
    return _rows(session, found, base, with_metadata=with_metadata)


def _rows(session: Session, found: list[DataRow], base: str, *, with_metadata: bool) -> str:
    with files.lines_out(session, "data_rows.ndjson") as out:
        for row in found:
            sent = row.metadata_values if with_metadata else []
            out.write(
                {
                    "id": row.id,
                    "externalId": row.external_id,
                    "globalKey": row.global_key,
                    "rowData": absolute(row.row_data, base),
                    "mediaAttributes": row.media,
                    "metadataFields": metadata.described(session, sent),
                    "customMetadata": metadata.raw(session, sent),
                    "createdAt": row.created_at,
                    "updatedAt": row.updated_at,
                }
            )
    return out.reference


def project_labels(session: Session, project_id: str, filters: dict[str, Any], base: str) -> str:
    """Write the labels of a project that filters let through into a file; return its reference."""
    project, hidden = projects.get(session, project_id), annotations.unread(session)
    readable = [each for each in labels.find(session, project_id=project.id) if each.import_id not in hidden]
    shown = [_label(session, project, label, base) for label in _within(session, readable, filters)]
    return files.keep_bytes(session, as_json(shown).encode(), "labels.json", "application/json")


def _within(session: Session, found: list[Label], filters: dict[str, Any]) -> Iterator[Label]:
    created, active = (_bounds(filters.get(name)) for name in ("labelCreatedAt", "lastActivityAt"))
    for label in found:
        touched = max(label.updated_at, data_rows.get(session, label.data_row_id).updated_at)
        if created[0] <= label.created_at <= created[1] and active[0] <= touched <= active[1]:
            yield label


def _bounds(asked: dict[str, Any] | None) -> tuple[str, str]:
    given = asked or {}
    return moment(given.get("start"), "UTC"), moment(given.get("end"), "UTC", end=True)


def _label(session: Session, project: projects.Project, label: Label, base: str) -> dict[str, Any]:
    row = data_rows.get(session, label.data_row_id)
    benchmark = labels.benchmark_of(session, label.id)
    return {
        "ID": label.id,
        "DataRow ID": row.id,
        "DataRow Metadata": metadata.described(session, row.metadata_values),
        "Media Attributes": row.media or {},
        "Data Split": None,
        "Labeled Data": absolute(row.row_data, base),
        "Label": {
            "objects": [],
            "classifications": frames_v1.global_answers(exported_v1(session, label, url=str)),
            "relationships": [],
            "frames": f"{base}/v1/frames/{label.id}",
        },
        "Created By": organization.user(session).email,
        "Project Name": project.name,
        "Created At": label.created_at,
        "Updated At": label.updated_at,
        "Seconds to Label": label.seconds_to_label,
        "External ID": row.external_id,
        "Global Key": row.global_key,
        "Agreement": NO_AGREEMENT,
        "Benchmark Agreement": NO_AGREEMENT,
        "Benchmark ID": benchmark.id if benchmark else None,
        "Dataset Name": datasets.get(session, row.dataset_id).name,
        "Reviews": [],
        "View Label": f"{base}/?project={project.id}&label={label.id}",
        "Has Open Issues": int(_is_open(session, label)),
        "Skipped": False,
    }


def _is_open(session: Session, label: Label) -> bool:
    found = issues.of_project(session, label.project_id, {"status": issues.OPEN})
    return any(each.label_id == label.id for each in found)


def frames(session: Session, label_id: str, base: str) -> bytes:
    """Return the frames of a label that show anything, as NDJSON."""
    label = labels.get(session, label_id)
    look = Look(_colours(session, label), lambda feature, frame: f"{base}/v1/masks/{label.id}/{feature}/{frame}")
    found = frames_v1.lines(exported_v1(session, label, url=str), look)
    return b"".join(orjson.dumps(each, option=orjson.OPT_APPEND_NEWLINE) for each in found)


def _colours(session: Session, label: Label) -> dict[str, str]:
    return {tool.feature_id: tool.colour for tool in ontology_of(session, label.project_id).tools if tool.colour}


def mask(session: Session, label_id: str, feature_id: str, frame: str) -> bytes | None:
    """Return the picture of one object on one frame, white where it is; None where it is not shown."""
    found = exported_v1(session, labels.get(session, label_id), url=str)["frames"].get(frame, {"objects": {}})
    image = found["objects"].get(feature_id, {}).get("composite_mask")
    kept = referenced(image["url"]) if image else None
    if image is None or kept is None:
        return None
    return picture_of(session.files.path(kept).read_bytes(), tuple(image["color_rgb"]))
