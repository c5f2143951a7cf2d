"""Ontology <-> the normalised form, a JSON object with ``tools`` and ``classifications``.

The shape is that of the official SDK's ``OntologyBuilder.asdict()``: ``scope`` only at the top level, ids null until
the service fills them in, missing colours spread over the hues. Questions nested in a text are written where a
radio has its options; no public ontology has any, though the guide mentions them.
"""

import colorsys
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from labelferry.errors import SpecError
from labelferry.ontology.kinds import Scope
from labelferry.ontology.tree import Ids, Ontology, Option, Question, Tool

__all__ = ["fingerprint", "from_normalized", "to_normalized"]

TOOL_EXTRA = ("attributes",)
QUESTION_EXTRA = ("attributes", "uiMode", "isLikertScale")
OPTION_EXTRA = ("position",)


def to_normalized(ontology: Ontology) -> dict[str, Any]:
    """Write an ontology in the normalised form."""
    n = len(ontology.tools)
    return {
        "tools": [_tool(tool, tool.colour or _hue(i, n)) for i, tool in enumerate(ontology.tools)],
        "classifications": [_question(question) | {"scope": str(question.scope)} for question in ontology.questions],
    }


def from_normalized(normalized: Mapping[str, Any]) -> Ontology:
    """Read the normalised form, including kinds that video imports do not accept.

    Raises:
        SpecError: when a required key is missing or has the wrong type.
    """
    try:
        return Ontology(
            tools=tuple(_read_tool(tool) for tool in normalized["tools"]),
            questions=tuple(_read_question(question) for question in normalized["classifications"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SpecError(
            f"this is not a normalised ontology ({type(error).__name__}: {error}); "
            "it needs tools and classifications as Labelbox writes them"
        ) from error


def fingerprint(ontology: Ontology) -> str:
    """Hash the normalised form without ids and colours, features ordered by name."""
    text = json.dumps(_meaning(to_normalized(ontology)), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _meaning(value: Any) -> Any:
    if isinstance(value, dict):
        unsaid = {"color", "schemaNodeId", "featureSchemaId", "position"}
        return {key: _meaning(item) for key, item in value.items() if key not in unsaid}
    if isinstance(value, list):
        return sorted((_meaning(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return value


def _hue(index: int, count: int) -> str:
    red, green, blue = (int(255 * part) for part in colorsys.hsv_to_rgb(index / count, 1, 1))
    return f"#{red:02x}{green:02x}{blue:02x}"


def _ids(ids: Ids) -> dict[str, str | None]:
    return {"schemaNodeId": ids.schema_node, "featureSchemaId": ids.feature_schema}


def _tool(tool: Tool, colour: str) -> dict[str, Any]:
    return {
        "tool": str(tool.kind),
        "name": tool.name,
        "required": tool.required,
        "color": colour,
        "classifications": [_question(question) for question in tool.questions],
        **_ids(tool.ids),
        "attributes": None,
        **tool.extra,
    }


def _question(question: Question) -> dict[str, Any]:
    nested = [_question(inner) for inner in question.questions]
    return {
        "type": str(question.kind),
        "instructions": question.instructions,
        "name": question.name,
        "required": question.required,
        "options": [*(_option(option) for option in question.options), *nested],
        **_ids(question.ids),
        "attributes": None,
        **question.extra,
    }


def _option(option: Option) -> dict[str, Any]:
    return {
        **_ids(option.ids),
        "label": option.label,
        "value": option.value,
        "options": [_question(question) for question in option.questions],
        **option.extra,
    }


def _read_ids(item: Mapping[str, Any]) -> Ids:
    return Ids(item.get("featureSchemaId"), item.get("schemaNodeId"))


def _extra(item: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    return {key: item[key] for key in keys if item.get(key) is not None}


def _read_tool(item: Mapping[str, Any]) -> Tool:
    return Tool(
        kind=item["tool"],
        name=item["name"],
        questions=tuple(_read_question(question) for question in item.get("classifications") or ()),
        required=bool(item.get("required")),
        colour=item.get("color"),
        ids=_read_ids(item),
        extra=_extra(item, TOOL_EXTRA),
    )


def _read_question(item: Mapping[str, Any]) -> Question:
    inside = item.get("options") or ()
    return Question(
        kind=item["type"],
        name=item["name"],
        options=tuple(_read_option(option) for option in inside if "type" not in option),
        scope=Scope(item.get("scope") or Scope.GLOBAL),
        required=bool(item.get("required")),
        instructions=item.get("instructions") or "",
        questions=tuple(_read_question(question) for question in inside if "type" in question),
        ids=_read_ids(item),
        extra=_extra(item, QUESTION_EXTRA),
    )


def _read_option(item: Mapping[str, Any]) -> Option:
    return Option(
        value=str(item["value"]),
        label=str(item.get("label") or ""),
        questions=tuple(_read_question(question) for question in item.get("options") or ()),
        ids=_read_ids(item),
        extra=_extra(item, OPTION_EXTRA),
    )
