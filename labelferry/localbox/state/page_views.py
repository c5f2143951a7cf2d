"""The contents of the page, read in a few statements however large a project is."""

from typing import Any

from labelferry.localbox.rendering.sheet import Url
from labelferry.localbox.state import annotations, data_rows, filters, imports, labels, projects
from labelferry.localbox.state.database import Session

PAGE = 100


def projects_all(session: Session) -> list[dict[str, Any]]:
    """Return every project with its counts, newest first."""
    return session.rows(
        "SELECT p.id, p.name, p.allowed_media_type AS media_type, p.created_at, "
        "(SELECT count(*) FROM batch_rows b WHERE b.project_id = p.id) AS rows, "
        "(SELECT count(*) FROM labels l WHERE l.project_id = p.id) AS labels "
        "FROM projects p ORDER BY p.seq DESC"
    )


def rows(session: Session, project_id: str, *, skip: str, search: str) -> dict[str, Any]:
    """Return a page of a project's rows whose keys contain a text."""
    project = projects.get(session, project_id)
    test = "b.project_id = ? AND instr(lower(coalesce(r.global_key, r.id)), lower(?))"
    source = f"FROM batch_rows b JOIN data_rows r ON r.id = b.data_row_id WHERE {test}"
    found = session.rows(
        "SELECT r.id, r.global_key, "  # noqa: S608 - contains no text from clients
        "(SELECT count(*) FROM labels l WHERE l.data_row_id = r.id AND l.project_id = b.project_id) AS labels, "
        "(SELECT count(*) FROM annotations a WHERE a.data_row_id = r.id AND a.project_id = b.project_id "
        f"AND a.label_id IS NULL) AS predictions {source} ORDER BY b.seq" + filters.window(filters.offset(skip), PAGE),
        (project.id, search),
    )
    total = session.value(f"SELECT count(*) {source}", (project.id, search))
    return {"rows": found, "total": total, "page": PAGE}


def row(session: Session, project_id: str, row_id: str, *, url: Url) -> dict[str, Any]:
    """Return a row with its labels and pre-labels in a project: keyframes only, the page interpolates between them."""
    shown = data_rows.get(session, row_id)
    found = labels.find(session, project_id=project_id, row_id=shown.id)
    return {
        "id": shown.id,
        "project": projects.get(session, project_id).name,
        "global_key": shown.global_key,
        "row_data": url(shown.row_data),
        "media": shown.media,
        "labels": [
            {
                "id": label.id,
                "created_at": label.created_at,
                "benchmark": bool(label.is_benchmark_reference),
                "annotations": annotations.shown(session, label, url=url),
            }
            for label in found
        ],
        "predictions": annotations.predicted(session, project_id, shown.id, url=url),
    }


def imports_of(session: Session, project_id: str) -> list[dict[str, Any]]:
    """Return a project's imports of both kinds, newest first."""
    both = [
        *imports.of_project(session, "label-import", project_id, filters.window(0, None)),
        *imports.of_project(session, "mal-import", project_id, filters.window(0, None)),
    ]
    return sorted((imports.as_dict(each) for each in both), key=lambda each: str(each["created_at"]), reverse=True)
