"""The metadata fields that every organisation starts with, and a sent value turned into a described one."""

from typing import Any


def _entry(number: int, name: str, kind: str, options: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    field_id = f"clocalboxmetadata{number:08d}"
    return {"id": field_id, "name": name, "kind": kind, "reserved": True, "options": options or []}


def _split(number: int, name: str) -> dict[str, Any]:
    return _entry(number, name, "CustomMetadataEnumOption")


FIELDS: list[dict[str, Any]] = [
    _entry(1, "tag", "CustomMetadataString"),
    _entry(2, "captureDateTime", "CustomMetadataDateTime"),
    _entry(3, "split", "CustomMetadataEnum", [_split(4, "train"), _split(5, "valid"), _split(6, "test")]),
]


def described(value: dict[str, Any]) -> dict[str, Any]:
    """A metadata value with its field's id, name and kind; those of an unknown field stay as they were sent."""
    sent_id = value.get("schemaId") or value.get("schema_id")
    sent_name = value.get("name")
    known = next((each for each in FIELDS if sent_id == each["id"] or (sent_name and sent_name == each["name"])), None)
    return {
        "schemaId": known["id"] if known else sent_id,
        "name": known["name"] if known else sent_name,
        "value": value.get("value"),
        "kind": known["kind"] if known else value.get("kind"),
    }
