"""Bulk creation and update of data rows: a manifest of chunk files turned into rows, one verdict per item.

Manifest: ``{"source", "item_count", "chunk_uris": [...]}``. A chunk is a JSON array of
``{"id": {"type": "AUTO" | "ID" | "GKEY", "value"}, "payload": {"row_data", "global_key", "dataset_id", ...}}``.
"""

from dataclasses import dataclass
from typing import Any

import orjson

from labelferry.localbox.errors import LocalboxError, MalformedError, NotFoundError
from labelferry.localbox.fetching import contents
from labelferry.localbox.state import (
    behaviour,
    data_rows,
    datasets,
    files,
    filters,
    jobs,
    known_media,
    row_metadata,
    settings,
)
from labelferry.localbox.state.database import Session, as_json
from labelferry.localbox.state.filestore import relative

TYPE = "adv-upsert-data-rows"
RESULT, JSON = "result.json", "application/json"
PICTURES = {"IMAGE", "VIDEO"}


class RefusedError(LocalboxError):
    """One item of an upload is refused; the others continue."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of one item: a row, or a message."""

    data_row_id: str | None
    message: str | None
    spec: dict[str, Any]


def start(session: Session, manifest_uri: str) -> str:
    """Start the job that reads a manifest."""
    return jobs.start(session, TYPE, {"manifest": relative(manifest_uri)})


def settle(session: Session, job: jobs.Job) -> None:
    """Create and update the rows of every chunk; a bad item fails alone."""
    try:
        items = _items(session, job.details["manifest"])
    except MalformedError as error:
        jobs.end(session, job.id, "FAILED", result=as_json({"error": str(error)}), errors=str(error))
        return
    for item in items:
        _record(session, job.id, _outcome(session, item))
    made = outcomes(session, job.id, failed=False, after=None, first=len(items)).rows
    report = {"createdDataRows": [_shown(row) for row in made]}
    jobs.end(session, job.id, "COMPLETE", result=files.keep_bytes(session, orjson.dumps(report), RESULT, JSON))


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {"id": row["id"], "externalId": row["external_id"], "globalKey": row["global_key"]}


def _items(session: Session, manifest: str) -> list[Any]:
    plan = _parsed(session, manifest)
    uris = plan.get("chunk_uris") if isinstance(plan, dict) else None
    if not isinstance(uris, list):
        raise MalformedError("The manifest names no chunk_uris")
    chunks = [_parsed(session, relative(str(uri))) for uri in uris]
    if not all(isinstance(chunk, list) for chunk in chunks):
        raise MalformedError("A chunk of data rows must be a JSON array")
    return [item for chunk in chunks for item in chunk]


def _parsed(session: Session, url: str) -> Any:
    try:
        return orjson.loads(contents(session.files, url))
    except orjson.JSONDecodeError as error:
        raise MalformedError(f"Not JSON: {url}: {error}") from error


def _outcome(session: Session, item: Any) -> Outcome:
    payload = item.get("payload") if isinstance(item, dict) else None
    spec = payload if isinstance(payload, dict) else {}
    if not spec:
        return Outcome(None, "The item has no payload", {})
    try:
        identity = item.get("id")
        return Outcome(_applied(session, identity if isinstance(identity, dict) else {}, spec), None, spec)
    except (RefusedError, NotFoundError) as error:
        return Outcome(None, str(error), spec)


def _applied(session: Session, identity: dict[str, Any], payload: dict[str, Any]) -> str:
    kind, value = identity.get("type", "AUTO"), str(identity.get("value", ""))
    if kind == "AUTO":
        return _created(session, payload)
    if kind not in {"ID", "GKEY"}:
        raise RefusedError(f"Unknown kind of data row key: {kind}")
    row = data_rows.with_key(session, value) if kind == "GKEY" else data_rows.get(session, value)
    if row is None:
        raise RefusedError(f"Data Row not found: '{value}'")
    changes = _checked(session, payload, row.id)
    data_rows.update(session, row.id, changes)
    return row.id


def _created(session: Session, payload: dict[str, Any]) -> str:
    values = _checked(session, payload, None)
    if not values.get("row_data"):
        raise RefusedError("`row_data` missing when creating DataRow.")
    dataset = datasets.get(session, str(payload.get("dataset_id")))
    return data_rows.create(session, dataset.id, values)


def _checked(session: Session, payload: dict[str, Any], owner: str | None) -> dict[str, Any]:
    try:
        values = data_rows.columns(payload)
    except (TypeError, AttributeError) as error:
        raise RefusedError(f"The item's fields have the wrong form: {error}") from error
    _check_texts(values)
    _check_metadata(session, orjson.loads(values.get("metadata", "[]")))
    key = values.get("global_key")
    if key is not None:
        _check_key(session, values, key, owner)
    if isinstance(values.get("row_data"), str):
        _check_content(payload)
        values["media_attributes"] = known_media.attributes(session, values["row_data"])
    return values


def _check_metadata(session: Session, sent: list[dict[str, Any]]) -> None:
    repeated = row_metadata.repeated(sent)
    if repeated:
        raise RefusedError(f"A schemaId can only be specified once per DataRow : [{', '.join(repeated)}]")
    unknown = row_metadata.unknown(session, sent)
    if unknown:
        raise RefusedError(f"Custom metadata field not found: {', '.join(unknown)}")


def _check_content(payload: dict[str, Any]) -> None:
    """Refuse a row whose content is not of its media type, as in the official SDK's tests."""
    kind = payload.get("media_type")
    if kind in PICTURES and not isinstance(payload["row_data"], str):
        raise RefusedError(f"Expected type {kind.lower()}/*, detected: application/json")


def _check_texts(values: dict[str, Any]) -> None:
    for column, name in (("metadata", "metadata_fields"), ("attachments", "attachments")):
        if not _well_formed(values.get(column, "[]")):
            raise RefusedError(f"`{name}` must be a list of objects with texts for names, ids and types")
    for name, value in values.items():
        if value is not None and not isinstance(value, str):
            raise RefusedError(f"`{name}` must be a string")


def _well_formed(text: str) -> bool:
    values = orjson.loads(text)
    return isinstance(values, list) and all(isinstance(value, dict) and _has_texts(value) for value in values)


def _has_texts(value: dict[str, Any]) -> bool:
    named = [value.get(name) for name in ("name", "type", "kind", "schemaId", "schema_id")]
    if "id" in value:  # only attachments have one, and their value is a string
        named.append(value.get("value"))
    return all(each is None or isinstance(each, str) for each in named)


def _check_key(session: Session, values: dict[str, Any], key: str, owner: str | None) -> None:
    fault = data_rows.key_fault(key)
    if fault is not None:
        raise RefusedError(fault)
    holder = data_rows.with_key(session, key)
    if holder is None and behaviour.holds_key(session, key):
        raise RefusedError(f"Duplicate global key: '{key}'")
    if holder is None or holder.id == owner:
        return
    if settings.flawed(session, "duplicate-keys"):
        values["global_key"] = None
        return
    raise RefusedError(f"Duplicate global key: '{key}'")


def _record(session: Session, job_id: str, outcome: Outcome) -> None:
    session.insert(
        "upload_results",
        job_id=job_id,
        data_row_id=outcome.data_row_id,
        message=outcome.message,
        spec=as_json(outcome.spec) if outcome.data_row_id is None else "{}",
    )


@dataclass(frozen=True)
class Page:
    """Some of a job's outcomes."""

    rows: list[dict[str, Any]]
    after: str | None
    total: int


def outcomes(session: Session, job_id: str, *, failed: bool, after: str | None, first: int) -> Page:
    """Return a page of the created rows, or of the refused items, in the order in which they were processed."""
    jobs.get(session, job_id)
    test = "o.data_row_id IS NULL" if failed else "o.data_row_id IS NOT NULL"
    total = session.value(f"SELECT count(*) FROM upload_results o WHERE job_id = ? AND {test}", (job_id,))  # noqa: S608
    rows = session.rows(
        "SELECT o.seq, o.message, o.spec, r.id, r.external_id, r.global_key, r.row_data FROM upload_results o "  # noqa: S608
        f"LEFT JOIN data_rows r ON r.id = o.data_row_id WHERE o.job_id = ? AND o.seq > ? AND {test} "
        "ORDER BY o.seq LIMIT ?",
        (job_id, filters.offset(after), first + 1),
    )
    cursor = str(rows[first - 1]["seq"]) if len(rows) > first else None
    return Page(rows[:first], cursor, total)
