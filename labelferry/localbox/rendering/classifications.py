"""Classifications of a line, a keyframe or an option turned into their exported form, nested ones inside."""

from typing import Any

from labelferry.localbox.rendering.sheet import Sheet, derived_id, heading
from labelferry.localbox.validation import spans
from labelferry.localbox.validation.answers import Part, parts
from labelferry.localbox.validation.features import Feature, find

Rendered = dict[str, Any]


def on_sheet(sheet: Sheet, node: dict[str, Any], feature: Feature, annotation_id: str) -> None:
    """Writes a line's classification: one entry for each set of frames, their ranges under ``segments``."""
    sheet.classifications += rendered(sheet, node, feature, annotation_id)


def rendered(sheet: Sheet, node: dict[str, Any], feature: Feature, annotation_id: str) -> list[Rendered]:
    """The entries of one classification node."""
    entries = []
    for number, (frames, together) in enumerate(_by_frames(parts(feature.kind, node))):
        entry_id = annotation_id if number == 0 else derived_id(annotation_id, number)
        if frames is not None:
            sheet.segments[entry_id] = spans.joined(frames)
        entries.append(heading(entry_id, feature) | _answer(sheet, feature, together, entry_id))
    return entries


def _by_frames(found: list[Part]) -> list[tuple[tuple[spans.Span, ...] | None, list[Part]]]:
    groups: dict[tuple[spans.Span, ...] | None, list[Part]] = {}
    for part in found:
        frames = None if part.frames is None else tuple(spans.read(part.frames))
        groups.setdefault(frames, []).append(part)
    return list(groups.items())


def _answer(sheet: Sheet, feature: Feature, together: list[Part], entry_id: str) -> Rendered:
    if feature.kind == "text":
        first = together[0]
        text = {"feature_id": derived_id(entry_id, "text"), "content": first.text}
        nested = nested_of(sheet, first.node, feature.children, entry_id)
        return {"text_answer": text | ({"classifications": nested} if nested else {})}
    options = [_option(sheet, feature, part, derived_id(entry_id, number)) for number, part in enumerate(together)]
    return {"radio_answer": options[0]} if feature.kind == "radio" else {"checklist_answers": options}


def _option(sheet: Sheet, feature: Feature, part: Part, option_id: str) -> Rendered:
    option = find(feature.children, part.node)
    if option is None:  # the ontology has changed since
        name = part.node.get("name")
        return {"feature_id": option_id, "name": name, "value": name, "classifications": []}
    nested = nested_of(sheet, part.node, option.children, option_id)
    return heading(option_id, option) | {"classifications": nested}


def nested_of(sheet: Sheet, node: dict[str, Any], features: tuple[Feature, ...], parent_id: str) -> list[Rendered]:
    """The entries of what is nested in an option, a text, a keyframe or a mask's instance."""
    entries: list[Rendered] = []
    for number, child in enumerate(node.get("classifications") or []):
        feature = find(features, child)
        if feature is not None:
            entries += rendered(sheet, child, feature, derived_id(parent_id, "nested", number))
    return entries
