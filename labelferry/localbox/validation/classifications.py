"""Rules for classifications, global, frame-based or nested, at any depth."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from labelferry.localbox.validation import spans
from labelferry.localbox.validation.answers import Part, UnreadableError, parts
from labelferry.localbox.validation.features import CLASSIFICATIONS, Feature, find, missing


@dataclass(frozen=True)
class Place:
    """The place of a classification: whether it may have frames, and within which."""

    limits: spans.Limits = spans.ANY
    nested: bool = False
    within: tuple[spans.Span, ...] | None = None
    any_scope: bool = True


def faults(node: dict[str, Any], feature: Feature, place: Place) -> Iterator[str]:
    """Yield what is wrong with one classification node."""
    if feature.kind not in CLASSIFICATIONS:
        yield f"'{feature.name}' is a {feature.kind}, not a classification"
        return
    try:
        found = parts(feature.kind, node)
    except UnreadableError as error:
        yield str(error)
        return
    problems = [problem for part in found for problem in _frame_faults(part, feature, place)]
    yield from problems
    if not problems:
        yield from _together(found, feature)
    for part in found:
        yield from _content_faults(part, feature, place, sound=not problems)


def _frame_faults(part: Part, feature: Feature, place: Place) -> Iterator[str]:
    if part.frames is None:
        return
    if place.nested and place.within is None:
        yield f"'{feature.name}' has frames, but what it is nested in has none"
    elif not place.any_scope and not place.nested and feature.kind != "text" and feature.scope != "index":
        yield f"'{feature.name}' has frames, but its scope in the ontology is not index"
    problems = list(spans.faults(part.frames, place.limits))
    yield from problems
    if not problems and place.within is not None:
        yield from _outside_faults(part, feature, place.within)


def _outside_faults(part: Part, feature: Feature, within: tuple[spans.Span, ...]) -> Iterator[str]:
    for start, end in spans.outside(spans.read(part.frames), within):
        yield f"Frames {start}-{end} of '{feature.name}' are outside the frames of what it is nested in"


def _together(found: list[Part], feature: Feature) -> Iterator[str]:
    if feature.kind == "checklist" or len(found) < 2:
        return
    if any(part.frames is None for part in found):
        yield f"'{feature.name}' is a {feature.kind}: it can have one answer at a time"
        return
    for one, other in combinations(found, 2):
        shared = spans.overlap(spans.read(one.frames), spans.read(other.frames))
        if shared is not None:
            yield f"'{feature.name}' is a {feature.kind}: it has two answers at frames {shared[0]}-{shared[1]}"
            return


def _content_faults(part: Part, feature: Feature, place: Place, *, sound: bool) -> Iterator[str]:
    holder = feature if feature.kind == "text" else find(feature.children, part.node)
    if holder is None:
        yield missing(part.node)
        return
    within = tuple(spans.read(part.frames)) if sound and part.frames is not None else place.within
    inner = replace(place, nested=True, within=within)
    yield from nested_faults(part.node.get("classifications"), holder.children, inner)


def nested_faults(nodes: object, features: tuple[Feature, ...], place: Place) -> Iterator[str]:
    """Yield what is wrong with the ``classifications`` of an option, a keyframe or a mask's instance."""
    if nodes is None:
        return
    if not isinstance(nodes, list) or not all(isinstance(node, dict) for node in nodes):
        yield "classifications must be a list of objects"
        return
    for node in nodes:
        feature = find(features, node)
        if feature is None:
            yield missing(node)
        else:
            yield from faults(node, feature, place)
