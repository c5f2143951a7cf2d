"""How lines are read where public sources disagree: what a test settles, and what the service silently drops."""

from typing import Any

from labelferry.localbox.state.database import Session
from labelferry.localbox.state.switches import Switches
from labelferry.localbox.validation.lines import Reading

SWITCHES = Switches("reading")


def of(session: Session) -> Reading:
    """Return what checking a line depends on."""
    return Reading(*(SWITCHES.position(session, name) for name in ("range_base", "any_scope", "repeated_colour")))


def as_kept(session: Session, line: dict[str, Any]) -> dict[str, Any]:
    """Return a line as stored: as the official SDK's tests show, what is nested in a keyframe's answer is dropped."""
    if "segments" not in line or SWITCHES.position(session, "keyframe_nesting") == "kept":
        return line
    return line | {"segments": [_flat(segment) for segment in line["segments"]]}


def _flat(segment: dict[str, Any]) -> dict[str, Any]:
    return segment | {"keyframes": [_plain(keyframe) for keyframe in segment["keyframes"]]}


def _plain(keyframe: dict[str, Any]) -> dict[str, Any]:
    asked = keyframe.get("classifications")
    return keyframe | {"classifications": [_without_nested(node) for node in asked]} if asked else keyframe


def _without_nested(node: dict[str, Any]) -> dict[str, Any]:
    """Return a classification whose answers contain no nested questions."""
    flat = {key: value for key, value in node.items() if key != "classifications"}
    for key in ("answer", "answers"):
        value = flat.get(key)
        if isinstance(value, list):
            flat[key] = [_leaf(entry) for entry in value]
        elif value is not None:
            flat[key] = _leaf(value)
    return flat


def _leaf(entry: Any) -> Any:
    return (
        {key: value for key, value in entry.items() if key != "classifications"} if isinstance(entry, dict) else entry
    )
