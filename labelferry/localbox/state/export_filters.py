"""An export's filters turned into an SQL condition on data rows (``r``).

``{"projectId", "searchQuery": {"query": [{"type": "global_key", "operator": "is", "ids": [...]}, ...]}}``; the items
combine by AND.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson

from labelferry.localbox.errors import MalformedError
from labelferry.localbox.ids import as_text
from labelferry.localbox.state import organization, workflow
from labelferry.localbox.state.database import Session, as_json
from labelferry.localbox.state.filters import Condition
from labelferry.localbox.state.projects import Project

IDS = {
    "global_key": "r.global_key COLLATE NOCASE IN (SELECT value FROM json_each(?))",
    "data_row_id": "r.id IN (SELECT value FROM json_each(?))",
    "dataset": "r.dataset_id IN (SELECT value FROM json_each(?))",
    "batch": "r.id IN (SELECT data_row_id FROM batch_rows WHERE batch_id IN (SELECT value FROM json_each(?)))",
}
LABELLED = "SELECT 1 FROM labels l WHERE l.data_row_id = r.id"
TIMES = {"data_row_last_activity_at": "r.updated_at", "labeled_at": "l.created_at"}
LARGEST = 2000


def condition(filters: dict[str, Any]) -> Condition:
    """Return the SQL text and its parameters.

    Raises:
        MalformedError: a filter is unknown or has the wrong form.
    """
    project_id = filters.get("projectId")
    parts: list[Condition] = [_item(item, project_id) for item in _items(filters.get("searchQuery") or {})]
    if project_id:
        parts.append(("r.id IN (SELECT data_row_id FROM batch_rows WHERE project_id = ?)", [project_id]))
    texts = " AND ".join(text for text, _ in parts) or "1"
    return texts, [value for _, values in parts for value in values]


def _items(search: Any) -> list[Any]:
    found = (search.get("query") or []) if isinstance(search, dict) else None
    if not isinstance(found, list):
        raise MalformedError("searchQuery must be an object with a list of filters in query")
    return found


def _item(item: Any, project_id: str | None) -> Condition:
    kind = item.get("type") if isinstance(item, dict) else None
    if kind in IDS:
        return _ids(item)
    read = READERS.get(str(kind))
    if read is None:
        raise MalformedError(f"Unknown export filter: {kind}")
    return read(item, project_id)


def _ids(item: dict[str, Any]) -> Condition:
    ids = item.get("ids")
    if item.get("operator", "is") != "is" or not isinstance(ids, list) or len(ids) > LARGEST:
        raise MalformedError(f"Filter {item['type']} takes operator `is` and up to {LARGEST} ids")
    return IDS[item["type"]], [as_json(ids)]


def _times(item: dict[str, Any], project_id: str | None) -> Condition:
    value = item.get("value")
    if not isinstance(value, dict):
        raise MalformedError(f"Filter {item['type']} needs a value")
    low, high = _bounds(value)
    column = TIMES[item["type"]]
    text = f"{column} >= ? AND {column} <= ?"
    if item["type"] == "labeled_at":
        text = f"EXISTS ({LABELLED} AND {text}{' AND l.project_id = ?' if project_id else ''})"
        return text, [low, high, *([project_id] if project_id else [])]
    return text, [low, high]


def _bounds(value: dict[str, Any]) -> tuple[str, str]:
    zone, inner = value.get("timezone"), value.get("value")
    if value.get("operator") == "BETWEEN" and isinstance(inner, dict):
        return moment(inner.get("min"), zone), moment(inner.get("max"), zone, end=True)
    if value.get("operator") == "GREATER_THAN_OR_EQUAL":
        return moment(inner, zone), "9"
    if value.get("operator") == "LESS_THAN_OR_EQUAL":
        return "", moment(inner, zone, end=True)
    raise MalformedError(f"Unknown comparison of times: {value.get('operator')}")


def moment(text: Any, zone: Any, *, end: bool = False) -> str:
    """Return a time in a time zone as our own times are written; none is before all others, or after them."""
    if text is None:
        return "9" if end else ""
    try:
        read = datetime.fromisoformat(str(text))
        local = read if read.tzinfo else read.replace(tzinfo=ZoneInfo(str(zone or "UTC")))
    except (ValueError, ZoneInfoNotFoundError) as error:
        raise MalformedError(f"Not a time: {text} {zone}") from error
    whole_second = end and not read.microsecond
    return as_text(local.astimezone(UTC) + (timedelta(milliseconds=999) if whole_second else timedelta()))


def _queue(item: dict[str, Any], project_id: str | None) -> Condition:
    stage = next((each for each in workflow.STAGES.values() if each.filtered == item.get("status")), None)
    if stage is None:
        raise MalformedError(f"Unknown workflow status: {item.get('status')}")
    mine = " AND b.project_id = ?" if project_id else ""
    text = f"EXISTS (SELECT 1 FROM batch_rows b WHERE b.data_row_id = r.id{mine} AND {workflow.OF_BATCH_ROW} = ?)"  # noqa: S608 - ours
    return text, [*([project_id] if project_id else []), stage.exported]


def _no_queue(_: dict[str, Any], __: str | None) -> Condition:
    return "r.id NOT IN (SELECT data_row_id FROM batch_rows)", []


def _asset_type(item: dict[str, Any], _: str | None) -> Condition:
    value = item.get("assetType")
    types = value.get("assetTypes") if isinstance(value, dict) else None
    if not isinstance(types, list):
        raise MalformedError("Filter media_attribute_asset_type needs assetType.assetTypes, a list")
    return "json_extract(r.media_attributes, '$.assetType') IN (SELECT value FROM json_each(?))", [as_json(types)]


READERS: dict[str, Callable[[dict[str, Any], str | None], Condition]] = {
    "data_row_last_activity_at": _times,
    "labeled_at": _times,
    "task_queue_status": _queue,
    "task_queue_not_exist": _no_queue,
    "media_attribute_asset_type": _asset_type,
}


def details(session: Session, project: Project, row_id: str) -> dict[str, Any]:
    """Return what an export reports about a row in a project."""
    sql = (
        "SELECT b.batch_id, b.priority, c.name, c.consensus_settings FROM batch_rows b "
        "JOIN batches c ON c.id = b.batch_id WHERE b.project_id = ? AND b.data_row_id = ?"
    )
    found = session.rows(sql, (project.id, row_id))
    place = found[0] if found else dict.fromkeys(("batch_id", "priority", "name", "consensus_settings"))
    asked = orjson.loads(place["consensus_settings"] or "{}")
    labels = asked.get("numberOfLabels") if isinstance(asked, dict) else None
    return {
        "ontology_id": project.ontology_id,
        "batch_id": place["batch_id"],
        "batch_name": place["name"],
        "priority": place["priority"],
        "consensus_expected_label_count": labels or 1,
        "workflow_status": workflow.stage_of(session, project.id, row_id).exported,
        "workflow_history": [_moved(session, move) for move in workflow.history(session, project.id, row_id)],
    }


def _moved(session: Session, move: dict[str, Any]) -> dict[str, Any]:
    stage = workflow.STAGES[move["stage"]]
    by = organization.user(session).email
    return {"action": "Move", "next_task_name": stage.name, "created_at": move["created_at"], "created_by": by}
