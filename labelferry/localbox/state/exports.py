"""Exports: the rows that match a filter, one JSON line each, cut into chunks that clients read by byte offset."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from labelferry.localbox.errors import MalformedError
from labelferry.localbox.state import (
    data_rows,
    datasets,
    export_filters,
    files,
    jobs,
    labels,
    metadata,
    organization,
    projects,
    settings,
)
from labelferry.localbox.state.annotations import exported, unread
from labelferry.localbox.state.database import Session
from labelferry.localbox.state.filestore import absolute

TYPE = "export-data-rows"
CHUNK_BYTES = 4 << 20


@dataclass(frozen=True)
class Chunk:
    """A piece of a stream; byte and line numbers are inclusive."""

    first_byte: int
    last_byte: int
    first_line: int
    last_line: int
    file: str


def check_project(session: Session, asked: dict[str, Any]) -> None:
    """Raise when a project export names no project, or one that does not exist."""
    filters = asked.get("filters")
    project_id = filters.get("projectId") if isinstance(filters, dict) else None
    if not isinstance(project_id, str):
        raise MalformedError("filters.projectId is missing")
    projects.get(session, project_id)


def start(session: Session, asked: dict[str, Any], *, base_url: str) -> str:
    """Start an export; the host is stored, because the export contains URLs of files."""
    filters, params = asked.get("filters"), asked.get("params")
    if not isinstance(filters, dict) or not isinstance(params, dict):
        raise MalformedError("filters and params must be objects")
    export_filters.condition(filters)
    spec = {"filters": filters, "params": params, "base_url": base_url}
    return jobs.start(session, TYPE, spec, name=asked.get("taskName"))


def settle(session: Session, job: jobs.Job) -> None:
    """Write the lines."""
    spec = job.details | {"hidden": unread(session)}
    text, values = export_filters.condition(spec["filters"])
    rows = session.all(data_rows.DataRow, f"SELECT * FROM data_rows r WHERE {text} ORDER BY seq", tuple(values))  # noqa: S608
    writer = Writer(session, job.id)
    for row in rows:
        writer.add(orjson.dumps(_line(session, row, spec), option=orjson.OPT_APPEND_NEWLINE))
    writer.flush()
    jobs.end(session, job.id, "COMPLETE")


class Writer:
    """Writer of lines into chunk files of a few megabytes."""

    def __init__(self, session: Session, job_id: str) -> None:
        self._session = session
        self._job_id = job_id
        self._held: list[bytes] = []
        self._size = self._byte = self._number = 0

    def add(self, line: bytes) -> None:
        """Add a line; write a chunk when there is enough for one."""
        self._held.append(line)
        self._size += len(line)
        if self._size >= CHUNK_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write the pending lines as a chunk."""
        if not self._held:
            return
        self._session.insert(
            "export_chunks",
            job_id=self._job_id,
            stream="RESULT",
            first_byte=self._byte,
            last_byte=self._byte + self._size - 1,
            first_line=self._number,
            last_line=self._number + len(self._held) - 1,
            file=files.keep_bytes(self._session, b"".join(self._held), "export.ndjson", files.NDJSON),
        )
        self._byte += self._size
        self._number += len(self._held)
        self._held, self._size = [], 0


def header(session: Session, job_id: str, stream: str) -> dict[str, int] | None:
    """Return a stream's size in bytes and lines; None when the stream does not exist."""
    sql = "SELECT max(last_byte) + 1 AS size, max(last_line) + 1 AS lines FROM export_chunks "
    row = session.rows(sql + "WHERE job_id = ? AND stream = ?", (job_id, stream))[0]
    return None if row["size"] is None else {"totalSize": row["size"], "totalLines": row["lines"]}


def chunk(session: Session, job_id: str, stream: str, offset: int) -> Chunk | None:
    """Return the chunk that contains a byte."""
    return session.one(
        Chunk,
        "SELECT * FROM export_chunks WHERE job_id = ? AND stream = ? AND first_byte <= ? AND last_byte >= ?",
        (job_id, stream, offset, offset),
    )


def _line(session: Session, row: data_rows.DataRow, spec: dict[str, Any]) -> dict[str, Any]:
    params, base = spec["params"], spec["base_url"]
    media = row.media or {}
    line: dict[str, Any] = {
        "data_row": _row(session, row, params, base),
        "media_attributes": {
            "height": media.get("height"),
            "width": media.get("width"),
            "asset_type": media.get("assetType"),
            "mime_type": media.get("mimeType"),
            "frame_rate": media.get("frameRate"),
            "frame_count": media.get("frameCount"),
        },
    }
    if params.get("includeAttachments"):
        line["attachments"] = [each | {"value": absolute(each["value"], base)} for each in row.attached]
    if params.get("includeMetadata"):
        line["metadata_fields"] = [_field(value) for value in metadata.described(session, row.metadata_values)]
    if params.get("includeEmbeddings"):
        line["embeddings"] = []
    line["projects"] = {each.id: _project(session, each, row, spec) for each in _projects(session, row, spec)}
    return line


def _field(value: dict[str, Any]) -> dict[str, Any]:
    names = {"schema_id": "schemaId", "schema_name": "name", "schema_kind": "kind", "value": "value"}
    return {shown: value[name] for shown, name in names.items()}


def _row(session: Session, row: data_rows.DataRow, params: dict[str, Any], base: str) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": row.id, "global_key": row.global_key, "row_data": absolute(row.row_data, base)}
    if row.external_id is not None:
        shown["external_id"] = row.external_id
    if params.get("includeDataRowDetails"):
        shown["details"] = {
            "dataset_id": row.dataset_id,
            "dataset_name": datasets.get(session, row.dataset_id).name,
            "created_at": iso(row.created_at),
            "updated_at": iso(row.updated_at),
            "last_activity_at": iso(row.updated_at),
            "created_by": organization.user(session).email,
        }
    return shown


def _projects(session: Session, row: data_rows.DataRow, spec: dict[str, Any]) -> Iterator[projects.Project]:
    only = spec["filters"].get("projectId")
    wanted = [only] if only else _wanted(session, row, spec["params"])
    for project_id in wanted:
        yield projects.get(session, project_id)


def _wanted(session: Session, row: data_rows.DataRow, params: dict[str, Any]) -> list[str]:
    inside = session.column("SELECT project_id FROM batch_rows WHERE data_row_id = ? ORDER BY seq", (row.id,))
    named = params.get("projectIds") or []
    return [each for each in inside if params.get("allProjects") or each in named]


def _project(
    session: Session, project: projects.Project, row: data_rows.DataRow, spec: dict[str, Any]
) -> dict[str, Any]:
    there = labels.find(session, project_id=project.id, row_id=row.id)
    found = [label for label in there if label.import_id not in spec["hidden"]]
    shown: dict[str, Any] = {"name": project.name, "labels": [_label(session, each, spec) for each in found]}
    if spec["params"].get("includeProjectDetails"):
        shown["project_details"] = export_filters.details(session, project, row.id)
    return shown


def _label(session: Session, label: labels.Label, spec: dict[str, Any]) -> dict[str, Any]:
    params, base = spec["params"], spec["base_url"]
    shown: dict[str, Any] = {"label_kind": "Video", "version": "1.0.0", "id": label.id}
    if params.get("includeLabelDetails"):
        shown["label_details"] = {
            "created_at": iso(label.created_at),
            "updated_at": iso(label.updated_at),
            "created_by": organization.user(session).email,
            "content_last_updated_at": iso(label.updated_at),
            "reviews": [],
        } | ({"is_benchmark_reference": True} if label.is_benchmark_reference else {})
    if params.get("includePerformanceDetails"):
        shown["performance_details"] = {"seconds_to_create": 0, "seconds_to_review": 0, "skipped": False}
    shown["annotations"] = exported(
        session,
        label,
        interpolated=bool(params.get("includeInterpolatedFrames")) and not settings.flawed(session, "interpolation"),
        url=lambda reference: absolute(reference, base),
    )
    return shown


def iso(text: str) -> str:
    """Return a time as exports write it: ``2023-04-16T17:04:23+00:00``."""
    return text[:19] + "+00:00"
