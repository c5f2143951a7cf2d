"""Labels: imported ground truth, one label per data row and import, each line an annotation."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from labelferry.localbox.errors import NotFoundError
from labelferry.localbox.ids import new_id, now
from labelferry.localbox.state import filters, settings, webhooks
from labelferry.localbox.state.database import Session


@dataclass(frozen=True)
class Label:
    """A label of one data row in one project."""

    id: str
    project_id: str
    data_row_id: str
    import_id: str | None
    is_benchmark_reference: int
    created_at: str
    updated_at: str
    seconds_to_label: float = 0.0
    agreement: float | None = None
    benchmark_agreement: float | None = None


@dataclass(frozen=True)
class Benchmark:
    """A benchmark: a label that others are measured by."""

    id: str
    label_id: str
    created_at: str
    last_activity: str | None = None
    average_agreement: float | None = None
    completed_count: int = 0


SELECT = "SELECT *, 0.0 AS seconds_to_label, NULL AS agreement, NULL AS benchmark_agreement FROM labels"
BENCHMARK = "SELECT *, NULL AS last_activity, NULL AS average_agreement, 0 AS completed_count FROM benchmarks"
ORDERS = {"createdAt": "created_at", "updatedAt": "updated_at", "id": "id"}


def create(session: Session, project_id: str, row_id: str, import_id: str) -> str:
    """Create a label without annotations and return its id."""
    label_id, made = new_id(), now()
    session.insert(
        "labels",
        id=label_id,
        project_id=project_id,
        data_row_id=row_id,
        import_id=import_id,
        is_benchmark_reference=False,
        created_at=made,
        updated_at=made,
    )
    webhooks.announce(session, project_id, "LABEL_CREATED", {"id": label_id, "dataRow": {"id": row_id}})
    return label_id


def annotate(
    session: Session, *, label_id: str | None, import_id: str, project_id: str, row_id: str, line: str
) -> None:
    """Store a line of an import, on a label or as a pre-label."""
    session.insert(
        "annotations",
        id=new_id(),
        label_id=label_id,
        import_id=import_id,
        project_id=project_id,
        data_row_id=row_id,
        line=line,
    )


def make_benchmark(session: Session, label_id: str) -> Benchmark:
    """Make a label a benchmark."""
    label = get(session, label_id)
    session.update("labels", label.id, is_benchmark_reference=True)
    session.run(
        "INSERT OR IGNORE INTO benchmarks (id, label_id, created_at) VALUES (?, ?, ?)", (new_id(), label.id, now())
    )
    benchmark = benchmark_of(session, label.id)
    if benchmark is None:
        raise NotFoundError.of("Benchmark", label_id)
    return benchmark


def benchmark_of(session: Session, label_id: str) -> Benchmark | None:
    """Return a label's benchmark, or None."""
    return session.one(Benchmark, f"{BENCHMARK} WHERE label_id = ?", (label_id,))


def get_benchmark(session: Session, benchmark_id: str) -> Benchmark:
    """Return the benchmark with that id."""
    benchmark = session.one(Benchmark, f"{BENCHMARK} WHERE id = ?", (benchmark_id,))
    if benchmark is None:
        raise NotFoundError.of("Benchmark", benchmark_id)
    return benchmark


def benchmarks_of_project(session: Session, project_id: str) -> list[Benchmark]:
    """Return a project's benchmarks, oldest first."""
    mine = "label_id IN (SELECT id FROM labels WHERE project_id = ?)"
    return session.all(Benchmark, f"{BENCHMARK} WHERE {mine} ORDER BY created_at, id", (project_id,))


def drop_benchmark(session: Session, label_id: str) -> str:
    """Remove a label's benchmark."""
    benchmark = benchmark_of(session, label_id)
    if benchmark is None:
        raise NotFoundError.of("Benchmark", label_id)
    session.delete("benchmarks", benchmark.id)
    session.update("labels", label_id, is_benchmark_reference=False)
    return benchmark.id


def get(session: Session, label_id: str) -> Label:
    """Return the label with that id."""
    label = session.one(Label, f"{SELECT} WHERE id = ?", (label_id,))
    if label is None:
        raise NotFoundError.of("Label", label_id)
    return label


def find(
    session: Session,
    *,
    project_id: str | None = None,
    row_id: str | None = None,
    where: dict[str, Any] | None = None,
    order: str | None = None,
    skip: int | None = None,
    first: int | None = None,
) -> list[Label]:
    """Return the labels of a project or data row."""
    me = settings.read(session, "organization")["user"]
    tests = [*_tests(project_id, row_id), *(test for part in _parts(where) for test in _wanted(part, me))]
    sql = f"{SELECT} WHERE {' AND '.join(['1', *(each for each, _ in tests)])} ORDER BY {_order(order)}"
    values = tuple(value for _, values in tests for value in values)
    return session.all(Label, sql + filters.window(skip, first), values)


def _tests(project_id: str | None, row_id: str | None) -> Iterator[filters.Condition]:
    if project_id is not None:
        yield "project_id = ?", [project_id]
    if row_id is not None:
        yield "data_row_id = ?", [row_id]


def _parts(where: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    """Yield a filter and those inside its ANDs."""
    if where:
        yield {key: value for key, value in where.items() if key != "AND"}
        for inner in where.get("AND") or []:
            yield from _parts(inner)


def _wanted(part: dict[str, Any], me: str) -> Iterator[filters.Condition]:
    datasets = ((part.pop("dataRow", None) or {}).get("dataset") or {}).get("id_in")
    author = (part.pop("createdBy", None) or {}).get("id")
    yield filters.condition(part)
    if author is not None:
        yield ("1" if author == me else "0"), []
    if datasets is not None:
        slots = ", ".join("?" * len(datasets))
        yield f"data_row_id IN (SELECT id FROM data_rows WHERE dataset_id IN ({slots}))", list(datasets)  # noqa: S608


def _order(order: str | None) -> str:
    if order is None:
        return "seq"
    name, _, direction = order.partition("_")
    return f"{ORDERS[name]} {direction}, seq {direction}"


def delete(session: Session, label_ids: list[str]) -> list[str]:
    """Delete labels; return the ids of those that existed."""
    return [label_id for label_id in label_ids if _deleted(session, label_id)]


def _deleted(session: Session, label_id: str) -> bool:
    label = session.one(Label, f"{SELECT} WHERE id = ?", (label_id,))
    if label is None:
        return False
    session.delete("labels", label.id)
    webhooks.announce(
        session, label.project_id, "LABEL_DELETED", {"id": label.id, "dataRow": {"id": label.data_row_id}}
    )
    return True


def become_predictions(session: Session, label_ids: list[str]) -> None:
    """Turn the annotations of labels into pre-labels."""
    for label_id in label_ids:
        session.run("UPDATE annotations SET label_id = NULL WHERE label_id = ?", (label_id,))


def drop_predictions(session: Session, project_id: str, row_id: str, *, but: str) -> None:
    """Delete a row's pre-labels in a project, except those of one import."""
    session.run(
        "DELETE FROM annotations WHERE label_id IS NULL AND project_id = ? AND data_row_id = ? AND import_id <> ?",
        (project_id, row_id, but),
    )


def lines(session: Session, label_id: str) -> list[dict[str, Any]]:
    """Return a label's annotations: the lines as imported, each with the annotation's ``id``."""
    rows = session.rows("SELECT id, line FROM annotations WHERE label_id = ? ORDER BY seq", (label_id,))
    return [orjson.loads(row["line"]) | {"id": row["id"]} for row in rows]


def predictions(session: Session, project_id: str, row_id: str) -> list[dict[str, Any]]:
    """Return a row's pre-labels in a project, in the same form."""
    rows = session.rows(
        "SELECT id, line FROM annotations WHERE data_row_id = ? AND project_id = ? AND label_id IS NULL ORDER BY seq",
        (row_id, project_id),
    )
    return [orjson.loads(row["line"]) | {"id": row["id"]} for row in rows]
