"""A YAML or JSON file -> an ontology.

Two shapes are read, and may be mixed: that of Labelbox's ``OntologyBuilder`` (``tool: BBOX``, ``class_type: RADIO``,
options as values or plain texts) and the normalised form that Labelbox exports (``tool: rectangle``, ``type: radio``).
https://docs.labelbox.com/reference/import-video-annotations
"""

from pathlib import Path
from typing import Any

from labelferry.files.documents import load
from labelferry.files.located import Located, MappingShape
from labelferry.ontology.fields import Fields, only_once, text_of
from labelferry.ontology.kinds import QuestionKind, Scope, question_kind, tool_kind, tool_remedy
from labelferry.ontology.tree import Ids, Ontology, Option, Question, Tool

__all__ = ["read"]

ID_KEYS = {
    "featureSchemaId": "feature_schema_id",
    "feature_schema_id": "feature_schema_id",
    "schemaNodeId": "schema_id",
    "schema_id": "schema_id",
}
ROOT_KEYS = {"tools": "tools", "classifications": "classifications"}
SHAPE = MappingShape("an ontology", tuple(ROOT_KEYS))
TOOL_KEYS = {
    "tool": "tool",
    "name": "name",
    "classifications": "classifications",
    "required": "required",
    "color": "color",
    "attributes": "attributes",
    **ID_KEYS,
}
QUESTION_KEYS = {
    "class_type": "class_type",
    "type": "class_type",
    "name": "name",
    "options": "options",
    "scope": "scope",
    "required": "required",
    "instructions": "instructions",
    "ui_mode": "uiMode",
    "uiMode": "uiMode",
    "is_likert_scale": "isLikertScale",
    "isLikertScale": "isLikertScale",
    "attributes": "attributes",
    **ID_KEYS,
}
OPTION_KEYS = {"value": "value", "label": "label", "options": "options", "position": "position", **ID_KEYS}


def read(path: Path) -> Ontology:
    """Read an ontology file.

    Raises:
        SpecError: with file and line (JSON: file), for unknown keys and kinds, names that are empty or used twice,
            options missing or misplaced.
    """
    root = Fields(load(path, SHAPE), "an ontology", ROOT_KEYS)
    tools, questions = root.each("tools", _tool), root.each("classifications", _question)
    if not tools and not questions:
        raise root.place.wrong("an ontology without tools and classifications; give at least one")
    named = [(tool.name, place) for tool, place in tools] + [(question.name, place) for question, place in questions]
    only_once(named, "at the top level")
    return Ontology(tuple(tool for tool, _ in tools), tuple(question for question, _ in questions))


def _tool(place: Located) -> tuple[Tool, Located]:
    fields = Fields(place, "a tool", TOOL_KEYS)
    name = fields.name("name")
    fields.what = f"tool '{name}'"
    tool = Tool(
        kind=fields.kind("tool", tool_kind, tool_remedy),
        name=name,
        questions=_nested(fields, "classifications"),
        required=fields.flag("required"),
        colour=fields.text("color"),
        ids=_ids(fields),
        extra=_extra(fields, "attributes"),
    )
    return tool, place


def _question(place: Located) -> tuple[Question, Located]:
    fields = Fields(place, "a classification", QUESTION_KEYS)
    name = fields.name("name")
    fields.what = f"classification '{name}'"
    kind = fields.kind("class_type", question_kind, lambda _: "use one of RADIO, CHECKLIST, TEXT")
    question = Question(
        kind=kind,
        name=name,
        options=() if kind is QuestionKind.TEXT else _options(fields),
        scope=_scope(fields),
        required=fields.flag("required"),
        instructions=fields.text("instructions") or "",
        questions=_below_text(fields) if kind is QuestionKind.TEXT else (),
        ids=_ids(fields),
        extra=_extra(fields, "attributes", "uiMode", "isLikertScale"),
    )
    return question, place


def _nested(fields: Fields, key: str) -> tuple[Question, ...]:
    questions = fields.each(key, _question)
    only_once([(question.name, place) for question, place in questions], f"in {fields.what}")
    return tuple(question for question, _ in questions)


def _below_text(fields: Fields) -> tuple[Question, ...]:
    for place in fields.each("options", lambda item: item):
        if not isinstance(place.value, dict) or not {"type", "class_type"} & place.value.keys():
            raise place.wrong(
                f"{fields.what} is a text and takes no options; remove them or make it RADIO or CHECKLIST"
            )
    return _nested(fields, "options")


def _options(fields: Fields) -> tuple[Option, ...]:
    options = fields.each("options", _option)
    if not options:
        raise fields.place.wrong(f"{fields.what} has no options; a radio or checklist needs at least one")
    only_once([(option.value, place) for option, place in options], f"in {fields.what}")
    return tuple(option for option, _ in options)


def _option(place: Located) -> tuple[Option, Located]:
    if not isinstance(place.value, dict):
        return Option(text_of(place, "an option")), place
    fields = Fields(place, "an option", OPTION_KEYS)
    value = fields.name("value")
    fields.what = f"option '{value}'"
    option = Option(
        value=value,
        label=fields.text("label") or "",
        questions=_nested(fields, "options"),
        ids=_ids(fields),
        extra=_extra(fields, "position"),
    )
    return option, place


def _scope(fields: Fields) -> Scope:
    spelling = (fields.text("scope") or Scope.GLOBAL).lower()
    if spelling not in set(Scope):
        raise fields.found["scope"].wrong(f"scope '{spelling}' of {fields.what}; use GLOBAL (once per video) or INDEX")
    return Scope(spelling)


def _ids(fields: Fields) -> Ids:
    return Ids(fields.text("feature_schema_id"), fields.text("schema_id"))


def _extra(fields: Fields, *keys: str) -> dict[str, Any]:
    found = {key: _plain(fields.found[key]) for key in keys if key in fields.found}
    return {key: value for key, value in found.items() if value is not None}


def _plain(place: Located) -> Any:
    if isinstance(place.value, dict):
        return {key: _plain(item) for key, item in place.value.items()}
    return [_plain(item) for item in place.value] if isinstance(place.value, list) else place.value
