"""A line of one ontology turned into the same line of another, by a mapping of feature schema ids."""

from typing import Any

from labelferry.localbox.validation.features import IDS, Feature, Ontology, find

Mapping = dict[str, str]
Node = dict[str, Any]
NAMED = {"name", *IDS}


def mapped(line: Node, ontology: Ontology, mapping: Mapping) -> Node | None:
    """Return a line with other features; None when the mapping lacks one that the line begins with."""
    named = line["masks"]["instances"] if "masks" in line else [line]
    found = [find(ontology.top, node) for node in named]
    if not all(feature is not None and feature.feature_id in mapping for feature in found):
        return None
    if "masks" in line:
        return line | {"masks": line["masks"] | {"instances": _all(named, ontology.top, mapping)}}
    return _node(line, ontology.top, mapping)


def _all(nodes: list[Node], features: tuple[Feature, ...], mapping: Mapping) -> list[Node]:
    return [_node(node, features, mapping) for node in nodes]


def _node(node: Node, features: tuple[Feature, ...], mapping: Mapping) -> Node:
    """Return a line, an answer or a question with its feature's successor; one without keeps its name."""
    feature = find(features, node)
    if feature is None:
        return node
    target = mapping.get(feature.feature_id)
    made = {key: _inside(key, value, feature, mapping) for key, value in node.items() if key not in NAMED}
    return made | ({"schemaId": target} if target else {"name": feature.name})


def _inside(key: str, value: Any, feature: Feature, mapping: Mapping) -> Any:
    if key in ("answer", "answers") and isinstance(value, dict):
        return _node(value, feature.children, mapping)
    if key in ("answer", "answers", "classifications") and isinstance(value, list):
        return _all(value, feature.children, mapping)
    if key == "segments":
        return [{"keyframes": [_keyframe(each, feature, mapping) for each in part["keyframes"]]} for part in value]
    return value


def _keyframe(keyframe: Node, feature: Feature, mapping: Mapping) -> Node:
    return {key: _inside(key, value, feature, mapping) for key, value in keyframe.items()}
