"""Metadata fields, built-in and custom, and sent values turned into described ones.

An enum's value is sent as two entries: one for the field, one for the option, both with an empty value. They are shown
as one: the field with the option's name.
"""

from typing import Any

import orjson

from labelferry.localbox.errors import MalformedError, NotFoundError
from labelferry.localbox.ids import new_id, now
from labelferry.localbox.state.database import Session, as_json

ENUM, OPTION = "CustomMetadataEnum", "CustomMetadataEnumOption"
KINDS = {"CustomMetadataNumber", "CustomMetadataDateTime", "CustomMetadataString", ENUM}
Field = dict[str, Any]


def _entry(field_id: str, name: str, kind: str, options: list[Field] | None = None) -> Field:
    return {"id": field_id, "name": name, "kind": kind, "reserved": True, "options": options or []}


RESERVED: list[Field] = [
    _entry("cko8s9r5v0001h2dk9elqdidh", "tag", "CustomMetadataString"),
    _entry("cko8sdzv70006h2dk8jg64zvb", "captureDateTime", "CustomMetadataDateTime"),
    _entry(
        "cko8sbczn0002h2dkdaxb5kal",
        "split",
        ENUM,
        [
            _entry("cko8sbscr0003h2dk04w86hof", "train", OPTION),
            _entry("cko8sc2yr0004h2dk69aj5x63", "valid", OPTION),
            _entry("cko8scbz70005h2dkastwhgqt", "test", OPTION),
        ],
    ),
]
"""The same ids in every organisation: the official SDK's tests (7.17.0, tests/integration/conftest.py) name them."""


def fields(session: Session) -> list[Field]:
    """Return every metadata field."""
    kept = session.column("SELECT field FROM metadata_fields ORDER BY seq")
    return RESERVED + [orjson.loads(text) for text in kept]


def upsert(session: Session, data: dict[str, Any]) -> Field:
    """Create a field, or rename one and replace its options."""
    field_id = data.get("id")
    _refuse_upsert(fields(session), data, field_id)
    options = [_made(each["name"], OPTION, each.get("id"), []) for each in data.get("options") or []]
    made = _made(data["name"], data["kind"], field_id, options)
    session.run("DELETE FROM metadata_fields WHERE id = ?", (made["id"],))
    session.insert("metadata_fields", id=made["id"], field=as_json(made), created_at=now())
    return made


def _refuse_upsert(known: list[Field], data: dict[str, Any], field_id: str | None) -> None:
    if data["kind"] not in KINDS:
        raise MalformedError(f"Unknown kind of metadata: {data['kind']}")
    if any(each["name"] == data["name"] and each["id"] != field_id for each in known):
        raise MalformedError(f"A metadata field named '{data['name']}' exists")
    if field_id and not any(each["id"] == field_id and not each["reserved"] for each in known):
        raise NotFoundError.of("Custom metadata field", field_id)


def _made(name: str, kind: str, field_id: str | None, options: list[Field]) -> Field:
    return {"id": field_id or new_id(), "name": name, "kind": kind, "reserved": False, "options": options}


def delete(session: Session, field_id: str | None) -> bool:
    """Delete a custom field."""
    if not session.delete("metadata_fields", str(field_id)):
        raise NotFoundError.of("Custom metadata field", field_id)
    return True


def described(session: Session, sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return metadata as sent, with names and kinds where the field is known, and enums with their options' names."""
    known = fields(session)
    options = {option["id"]: option["name"] for each in known for option in each["options"]}
    chosen = {str(value.get("schemaId") or value.get("schema_id")) for value in sent} & set(options)
    rest = [value for value in sent if str(value.get("schemaId") or value.get("schema_id")) not in options]
    return [_described(value, known, options, chosen) for value in rest]


def _described(value: dict[str, Any], known: list[Field], options: dict[str, str], chosen: set[str]) -> dict[str, Any]:
    sent_id, name = value.get("schemaId") or value.get("schema_id"), value.get("name")
    field = next((each for each in known if sent_id == each["id"] or (name and name == each["name"])), None)
    if field is None:
        return {"schemaId": sent_id, "name": name, "value": value.get("value"), "kind": value.get("kind")}
    mine = [options[each["id"]] for each in field["options"] if each["id"] in chosen]
    shown = mine[0] if mine else value.get("value")
    return {"schemaId": field["id"], "name": field["name"], "value": shown, "kind": field["kind"]}


def raw(session: Session, sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return metadata as pairs of schema id and value, an enum's option next to its field, as the SDK reads them."""
    known = fields(session)
    pairs = [pair for value in sent for pair in _pairs(value, {each["name"]: each for each in known})]
    return [{"schemaId": field_id, "value": value} for field_id, value in pairs if field_id]


def _pairs(value: dict[str, Any], by_name: dict[str, Field]) -> list[tuple[str | None, Any]]:
    sent_id = value.get("schemaId") or value.get("schema_id")
    field = by_name.get(str(value.get("name")))
    if sent_id or field is None:
        return [(sent_id, value.get("value"))]
    chosen: list[tuple[str | None, Any]] = [
        (option["id"], {}) for option in field["options"] if option["name"] == value.get("value")
    ]
    return [(field["id"], {} if chosen else value.get("value")), *chosen]
