"""All of the tables as one JSON value, and back: state dumps, seeds, a clean slate. Files' bytes are not part of it."""

from typing import Any

from labelferry.localbox.errors import MalformedError
from labelferry.localbox.founding import found_in
from labelferry.localbox.state.database import Session

# Parents before children, so that a seed meets no missing reference.
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
    "annotations",
    "export_chunks",
    "benchmarks",
    "webhooks",
    "deliveries",
)
CONTROL = ("faults", "requests", "request_counts")


def dump(session: Session) -> dict[str, Any]:
    """Every table's rows, in the order of creation."""
    return {table: session.rows(f"SELECT * FROM {table} ORDER BY rowid") for table in TABLES}  # noqa: S608


def reset(session: Session) -> str:
    """Empties everything, the control plane's own included, and founds the organisation anew."""
    _empty(session)
    found_in(session)
    return "empty"


def _empty(session: Session) -> None:
    for table in (*reversed(TABLES), *CONTROL):
        session.run(f"DELETE FROM {table}")  # noqa: S608 - names are ours


def seed(session: Session, snapshot: Any) -> dict[str, int]:
    """Replaces everything by what a dump holds; returns the number of rows a table."""
    unknown = set(snapshot) - set(TABLES)
    if unknown:
        raise MalformedError(f"No such tables: {', '.join(sorted(unknown))}")
    _empty(session)
    for table in TABLES:
        columns = set(session.column(f"SELECT name FROM pragma_table_info('{table}')"))  # noqa: S608
        for row in snapshot.get(table, []):
            if set(row) - columns:
                raise MalformedError(f"{table} has no columns {', '.join(sorted(set(row) - columns))}")
            session.insert(table, **row)
    found_in(session)
    return {table: len(snapshot.get(table, [])) for table in TABLES}
