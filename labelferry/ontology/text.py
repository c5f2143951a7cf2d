"""An ontology -> a YAML file that a person can edit, and that ``file:`` of a spec reads back as the same ontology."""

from collections.abc import Mapping
from typing import Any

from labelferry.ontology.kinds import QuestionKind, Scope
from labelferry.ontology.tree import Ontology, Option, Question, Tool
from labelferry.yaml_text import comment, nested

__all__ = ["as_yaml"]

HEAD = (
    "The ontology that the labels need. Edit it, then name it in the spec: ontology: {name: ..., file: this file}. A "
    "class that is only a typo should not be here: correct it in the labels, or rename it with classes: in the spec."
)


def as_yaml(ontology: Ontology, counts: Mapping[str, str]) -> str:
    """Return the text of the file.

    Args:
        ontology: without ids, as it was inferred.
        counts: what to remark on a tool, by its name.
    """
    lines = comment(HEAD)
    if ontology.tools:
        lines += ["tools:", *(line for tool in ontology.tools for line in _remarked(tool, counts))]
    if ontology.questions:
        lines += ["classifications:"]
        lines += [line for question in ontology.questions for line in nested([_question(question, top=True)], 2)]
    return "\n".join(lines) + "\n"


def _remarked(tool: Tool, counts: Mapping[str, str]) -> list[str]:
    said = comment(counts[tool.name], 2) if tool.name in counts else []
    return [*said, *nested([_tool(tool)], 2)]


def _tool(tool: Tool) -> dict[str, Any]:
    inside = {"classifications": [_question(each) for each in tool.questions]} if tool.questions else {}
    required = {"required": True} if tool.required else {}
    return {"tool": str(tool.kind), "name": tool.name, **required, **inside}


def _question(question: Question, *, top: bool = False) -> dict[str, Any]:
    """One question; only one at the top has a scope."""
    scope = {"scope": str(question.scope)} if top and question.scope is not Scope.GLOBAL else {}
    text = question.kind == QuestionKind.TEXT
    inside = [_question(each) for each in question.questions] if text else [_option(each) for each in question.options]
    said = {"instructions": question.instructions} if question.instructions != question.name else {}
    required = {"required": True} if question.required else {}
    options = {"options": inside} if inside else {}
    return {"type": str(question.kind), "name": question.name, **scope, **required, **said, **options}


def _option(option: Option) -> str | dict[str, Any]:
    if not option.questions:
        return option.value
    return {"value": option.value, "options": [_question(each) for each in option.questions]}
