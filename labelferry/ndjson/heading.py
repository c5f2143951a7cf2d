"""The identity of a line, from what a service kept of it: the line as sent, or only its status.

Nothing here raises: a service may keep anything, and what is missing is ``UNKNOWN``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labelferry.errors import AnnotationError
from labelferry.model import Feature, RowRef
from labelferry.ndjson.feature_keys import INSTANCE_SCHEMA_ID, NAME, SCHEMA_ID
from labelferry.ndjson.line import ROW, UUID

__all__ = ["UNKNOWN", "Heading", "read_heading"]

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Heading:
    """The identity of a line.

    Args:
        uuid: ties the line to its status.
        row: the data row.
        feature: name of the tool or question; those of a mask are joined by commas.
    """

    uuid: str
    row: RowRef
    feature: str


def read_heading(kept: Mapping[str, Any]) -> Heading:
    """Return the identity of a line.

    Args:
        kept: the line, or its status, as JSON.
    """
    return Heading(_text(kept.get(UUID)) or UNKNOWN, _row(kept.get(ROW)), _feature(kept))


def _row(named: object) -> RowRef:
    keys = named if isinstance(named, dict) else {}
    global_key = _text(keys.get("globalKey"))
    try:
        return RowRef(global_key) if global_key else RowRef(id=_text(keys.get("id")) or UNKNOWN)
    except AnnotationError:
        return RowRef(id=UNKNOWN)


def _feature(kept: Mapping[str, Any]) -> str:
    masks = kept.get("masks")
    instances = masks.get("instances") if isinstance(masks, dict) else None
    names = [_named(each) for each in instances] if isinstance(instances, list) else [_named(kept)]
    return ", ".join(dict.fromkeys(names)) or UNKNOWN


def _named(node: object) -> str:
    keys = node if isinstance(node, dict) else {}
    name, schema_id = _text(keys.get(NAME)), _text(keys.get(SCHEMA_ID)) or _text(keys.get(INSTANCE_SCHEMA_ID))
    return str(Feature(name, schema_id)) if name or schema_id else UNKNOWN


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
