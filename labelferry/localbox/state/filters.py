"""A ``where`` value of the API turned into an SQL condition: ``{"AND": [{"name": "x"}, {"deleted": false}]}``."""

from typing import Any, TypeVar

T = TypeVar("T")

COLUMNS = {
    "id": "id",
    "name": "name",
    "description": "description",
    "status": "status",
    "type": "type",
    "email": "email",
    "createdAt": "created_at",
    "updatedAt": "updated_at",
}
COMPARISONS = {"": "=", "not": "<>", "lt": "<", "gt": ">", "lte": "<=", "gte": ">="}

Condition = tuple[str, list[Any]]
EVERYTHING: Condition = ("1", [])


def condition(where: dict[str, Any] | None) -> Condition:
    """Return the SQL text and its parameters."""
    parts = [_part(key, value) for key, value in (where or {}).items() if value is not None]
    return _joined(parts, " AND ")


def _part(key: str, value: Any) -> Condition:
    if key in {"AND", "OR"}:
        return _joined([condition(each) for each in value], f" {key} ")
    if key == "NOT":
        text, parameters = _joined([condition(each) for each in value], " OR ")
        return f"NOT {text}", parameters
    if key == "deleted":
        return ("0", []) if value else EVERYTHING  # what is deleted is not kept
    field, _, comparison = key.partition("_")
    return f"{COLUMNS[field]} {COMPARISONS[comparison]} ?", [value]


def _joined(parts: list[Condition], word: str) -> Condition:
    if not parts:
        return EVERYTHING
    parameters = [each for _, values in parts for each in values]
    return "(" + word.join(text for text, _ in parts) + ")", parameters


def window(skip: int | None, first: int | None) -> str:
    """Return the LIMIT clause of a page; without a size, everything from ``skip`` on."""
    return f" LIMIT {-1 if first is None else max(first, 0)} OFFSET {max(skip or 0, 0)}"


def page(found: list[T], skip: int | None, first: int | None) -> list[T]:
    """Return the same page of a list in memory."""
    start = max(skip or 0, 0)
    return found[start:] if first is None else found[start : start + max(first, 0)]


def offset(cursor: str | None) -> int:
    """Return the number in a cursor; 0 when it contains none."""
    return min(int(cursor), 2**62) if cursor and cursor.isascii() and cursor.isdigit() and len(cursor) < 20 else 0
