"""All tables as one JSON value, and back: state dumps, seeds, a clean slate.

The bytes of files are included on request: a row of ``files`` then has ``content``, in base64.
"""

import base64
from pathlib import Path
from typing import Any

import orjson

from labelferry.localbox.errors import MalformedError
from labelferry.localbox.founding import found_in
from labelferry.localbox.named_files import read_regular
from labelferry.localbox.state import settings
from labelferry.localbox.state.database import Session
from labelferry.localbox.state.switches import PROFILE

# Parents before children, so that a seed finds every reference.
TABLES = (
    "settings",
    "files",
    "integrations",
    "metadata_fields",
    "datasets",
    "data_rows",
    "jobs",
    "upload_results",
    "ontologies",
    "feature_schemas",
    "projects",
    "batches",
    "batch_rows",
    "imports",
    "labels",
    "label_feedback",
    "annotations",
    "export_chunks",
    "benchmarks",
    "webhooks",
    "deliveries",
    "moves",
    "workflows",
    "assignments",
    "issue_categories",
    "issues",
    "issue_comments",
    "resource_tags",
    "project_tags",
)
MOST_BYTES = 128 << 20
CONTROL = ("faults", "requests", "request_counts")


def dump(session: Session, *, contents: bool = False) -> dict[str, Any]:
    """Return every table's rows in the order of creation, with the bytes of files on request.

    Raises:
        MalformedError: the files are too large for one value.
    """
    tables = {table: session.rows(f"SELECT * FROM {table} ORDER BY rowid") for table in TABLES}  # noqa: S608
    if contents:
        size = sum(row["size"] for row in tables["files"])
        if size > MOST_BYTES:
            raise MalformedError(f"The files have {size} bytes in total; a snapshot takes at most {MOST_BYTES}")
        tables["files"] = [row | {"content": _encoded(session, row["id"])} for row in tables["files"]]
    return tables


def _encoded(session: Session, file_id: str) -> str:
    return base64.b64encode(session.files.path(file_id).read_bytes()).decode()


def reset(session: Session) -> str:
    """Delete everything, the control plane's own data included, and found the organisation again."""
    _empty(session)
    found_in(session)
    return "empty"


def _empty(session: Session) -> None:
    profile = settings.read(session, PROFILE)
    for table in (*reversed(TABLES), *CONTROL):
        session.run(f"DELETE FROM {table}")  # noqa: S608 - names are ours
    if profile is not None:
        settings.write(session, PROFILE, profile)


def seed(session: Session, snapshot: Any) -> dict[str, int]:
    """Replace everything with the contents of a dump; return the number of rows per table."""
    unknown = set(snapshot) - set(TABLES)
    if unknown:
        raise MalformedError(f"No such tables: {', '.join(sorted(unknown))}")
    _empty(session)
    for table in TABLES:
        columns = set(session.column(f"SELECT name FROM pragma_table_info('{table}')"))  # noqa: S608
        for entry in snapshot.get(table, []):
            row = _restored(session, entry) if table == "files" else entry
            if table == "settings" and row.get("name") == PROFILE:
                continue
            if set(row) - columns:
                raise MalformedError(f"{table} has no columns {', '.join(sorted(set(row) - columns))}")
            session.insert(table, **row)
    found_in(session)
    return {table: len(snapshot.get(table, [])) for table in TABLES}


def _restored(session: Session, entry: dict[str, Any]) -> dict[str, Any]:
    row = dict(entry)
    content = row.pop("content", None)
    if content is not None:
        session.files.put(row["id"], base64.b64decode(content, validate=True))
    return row


def seed_new(session: Session, path: Path) -> None:
    """Seed an empty folder from a snapshot file; any other folder is left as it is.

    Raises:
        MalformedError: the file is not a snapshot.
        OSError: the file cannot be read.
    """
    if any(session.value(f"SELECT 1 FROM {table} LIMIT 1") for table in TABLES[1:]):  # noqa: S608 - names are ours
        return
    try:
        snapshot = orjson.loads(read_regular(path))
        seed(session, snapshot.get("result", snapshot))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise MalformedError(f"{path} is not a snapshot: {type(error).__name__}: {error}") from error
