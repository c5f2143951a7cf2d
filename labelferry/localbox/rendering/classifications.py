"""Classifications of a line, a keyframe or an option turned into their exported form, nested ones inside.

Answers for frames are placed on the first and last frame of each of their ranges, in ``frames``, with those frames in
the key frame map and the ranges under ``segments``: the official SDK's tests read them back that way. A test can have
them as entries of ``classifications`` instead, one for each set of frames. The first exports have them on every frame.
"""

from collections.abc import Iterator
from typing import Any

from labelferry.localbox.rendering.sheet import Sheet, derived_id, heading
from labelferry.localbox.validation import spans
from labelferry.localbox.validation.answers import Part, parts
from labelferry.localbox.validation.features import Feature, find

Rendered = dict[str, Any]
ASIDE, EVERY = "classifications", "every frame"


def on_sheet(sheet: Sheet, node: dict[str, Any], feature: Feature, annotation_id: str) -> None:
    """Write a line's classification."""
    ranges = spans.joined(_ranges(node, feature))
    if not ranges or sheet.style.framed == ASIDE:
        sheet.classifications += entries(sheet, node, feature, annotation_id)
        return
    edges = sorted({edge for each in _ranges(node, feature) for edge in each})
    for frame in spans.numbers(ranges) if sheet.style.framed == EVERY else edges:
        sheet.page(frame)["classifications"] += entries(sheet, node, feature, annotation_id, frame)
    sheet.keyframes[annotation_id] = edges
    if sheet.style.segments == "question":
        sheet.segments[annotation_id] = ranges
    elif sheet.style.segments == "answer":
        for part in parts(feature.kind, node):
            sheet.segments[_answer_id(annotation_id, feature, part)] = spans.joined(spans.read(part.frames))


def _ranges(node: dict[str, Any], feature: Feature) -> Iterator[spans.Span]:
    """Yield the ranges of a classification's answers and of those nested in them."""
    for part in parts(feature.kind, node):
        yield from spans.read(part.frames or [])
        holder = feature if feature.kind == "text" else find(feature.children, part.node)
        for child, asked in _nested(part.node, holder.children if holder else ()):
            yield from _ranges(child, asked)


def entries(
    sheet: Sheet, node: dict[str, Any], feature: Feature, annotation_id: str, frame: int | None = None
) -> list[Rendered]:
    """Return the entries of one classification node: on a frame, at most one; else one for each set of frames."""
    found = parts(feature.kind, node)
    if frame is not None:
        here = [part for part in found if part.frames is None or _holds(part, frame)]
        stem = heading(annotation_id, feature)
        return [stem | _answer(sheet, feature, here, annotation_id, frame)] if here else []
    written = []
    for number, (frames, together) in enumerate(_by_frames(found)):
        entry_id = annotation_id if number == 0 else derived_id(annotation_id, number)
        if frames is not None:
            sheet.segments[entry_id] = spans.joined(frames)
        written.append(heading(entry_id, feature) | _answer(sheet, feature, together, entry_id, None))
    return written


def _holds(part: Part, frame: int) -> bool:
    return any(start <= frame <= end for start, end in spans.read(part.frames))


def _by_frames(found: list[Part]) -> list[tuple[tuple[spans.Span, ...] | None, list[Part]]]:
    groups: dict[tuple[spans.Span, ...] | None, list[Part]] = {}
    for part in found:
        frames = None if part.frames is None else tuple(spans.read(part.frames))
        groups.setdefault(frames, []).append(part)
    return list(groups.items())


def _answer(sheet: Sheet, feature: Feature, together: list[Part], entry_id: str, frame: int | None) -> Rendered:
    if feature.kind == "text":
        first = together[0]
        text = {"feature_id": _answer_id(entry_id, feature, first), "content": first.text}
        nested = nested_of(sheet, first.node, feature.children, entry_id, frame)
        return {"text_answer": text | ({"classifications": nested} if nested else {})}
    options = [_option(sheet, feature, part, _answer_id(entry_id, feature, part), frame) for part in together]
    return {"radio_answer": options[0]} if feature.kind == "radio" else {"checklist_answers": options}


def _answer_id(entry_id: str, feature: Feature, part: Part) -> str:
    """Return the id of an answer, the same on every frame."""
    if feature.kind == "text":
        return derived_id(entry_id, "text", part.text)
    return derived_id(entry_id, part.node.get("name"), part.node.get("schemaId"))


def _option(sheet: Sheet, feature: Feature, part: Part, option_id: str, frame: int | None) -> Rendered:
    option = find(feature.children, part.node)
    if option is None:  # the ontology has changed since the import
        name = part.node.get("name")
        return {"feature_id": option_id, "name": name, "value": name, "classifications": []}
    nested = nested_of(sheet, part.node, option.children, option_id, frame)
    return heading(option_id, option) | {"classifications": nested}


def nested_of(
    sheet: Sheet, node: dict[str, Any], features: tuple[Feature, ...], parent_id: str, frame: int | None = None
) -> list[Rendered]:
    """Return the entries of what is nested in an option, a text, a keyframe or a mask's instance."""
    found: list[Rendered] = []
    for number, (child, feature) in enumerate(_nested(node, features)):
        found += entries(sheet, child, feature, derived_id(parent_id, "nested", number), frame)
    return found


def _nested(node: dict[str, Any], features: tuple[Feature, ...]) -> list[tuple[dict[str, Any], Feature]]:
    asked = ((child, find(features, child)) for child in node.get("classifications") or [])
    return [(child, feature) for child, feature in asked if feature is not None]
