"""The many spellings of a classification's answer turned into one list of parts.

Accepted, because the guide or the SDK write them: a radio as object or list; a checklist as list or single object; a
text as string or as ``[{"value", "frames"}]``; ``frames`` on the line or each answer; ``answers`` for ``answer``.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Part:
    """One option or text, with the frames given for it and the node that names or nests more.

    ``frames`` is None where nothing was given; what was given is unchecked.
    """

    text: str | None
    node: dict[str, Any]
    frames: Any


class UnreadableError(ValueError):
    """The answer has a form that no kind of classification accepts."""


def parts(kind: str, node: dict[str, Any]) -> list[Part]:
    """Return the parts of a classification node's answer.

    Raises:
        UnreadableError: with the reason.
    """
    answer = _given(node)
    if kind == "text" and isinstance(answer, str):
        return [Part(answer, node, node.get("frames"))]
    entries = answer if isinstance(answer, list) else [answer]
    if not entries:
        raise UnreadableError(f"'{node.get('name')}' has an empty answer")
    read = _text_part if kind == "text" else _option_part
    return [read(node, entry) for entry in entries]


def _given(node: dict[str, Any]) -> Any:
    given = [key for key in ("answer", "answers") if key in node]
    if len(given) != 1:
        raise UnreadableError(f"'{node.get('name')}' has {'answer and answers' if given else 'no answer'}")
    return node[given[0]]


def _text_part(node: dict[str, Any], entry: object) -> Part:
    if not isinstance(entry, dict) or not isinstance(entry.get("value"), str):
        raise UnreadableError(
            f"'{node.get('name')}' is a text: its answer must be a string or a list of {{value, frames}}"
        )
    return Part(entry["value"], entry, entry.get("frames", node.get("frames")))


def _option_part(node: dict[str, Any], entry: object) -> Part:
    if not isinstance(entry, dict):
        raise UnreadableError(f"'{node.get('name')}' takes options as answers: {{name}}, not {type(entry).__name__}")
    return Part(None, entry, entry.get("frames", node.get("frames")))
