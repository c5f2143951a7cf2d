"""Feature schemas inside ontologies: renamed, replaced, inserted, archived or removed, one at a time."""

from collections.abc import Iterator
from typing import Any

import orjson

from labelferry.localbox.errors import MalformedError, NotFoundError
from labelferry.localbox.state import ontologies
from labelferry.localbox.state.database import Session, as_json
from labelferry.localbox.state.ontologies import NESTED, Ontology

Node = dict[str, Any]
IDS = ("featureSchemaId", "schemaId", "schemaNodeId")
NEW = "new_feature_schema_id"  # the SDK's id of a feature schema that has none yet


def shown(session: Session, ontology_id: str) -> dict[str, Any]:
    """Return an ontology with the state of each of its top-level nodes."""
    ontology = ontologies.get(session, ontology_id)
    tree = {name: [_with_state(node) for node in ontology.tree[name]] for name in ("tools", "classifications")}
    return {"id": ontology.id, "name": ontology.name, "featureSchemaNodes": tree | {"relationships": []}}


def _with_state(node: Node) -> Node:
    return node | {"archived": bool(node.get("archived"))}


def upsert(session: Session, feature_id: str, normalized: str) -> str:
    """Create a feature schema, or replace it wherever it is used; return its id."""
    if feature_id == NEW:
        return str(ontologies.create_feature(session, normalized)["featureSchemaId"])
    old = orjson.loads(ontologies.get_feature(session, feature_id).normalized)
    fresh = ontologies.read_feature(normalized) | {name: old[name] for name in ("featureSchemaId", "schemaNodeId")}
    _everywhere(session, feature_id, fresh)
    return feature_id


def rename(session: Session, feature_id: str, title: str) -> None:
    """Rename a feature schema wherever it is used."""
    if not title.strip():
        raise MalformedError("A feature schema needs a title")
    ontologies.get_feature(session, feature_id)
    _everywhere(session, feature_id, {"name": title})


def _everywhere(session: Session, feature_id: str, changes: Node) -> None:
    kept = orjson.loads(ontologies.get_feature(session, feature_id).normalized) | changes
    session.update("feature_schemas", feature_id, name=str(kept.get("name") or ""), normalized=as_json(kept))
    for ontology_id in session.column("SELECT id FROM ontologies ORDER BY seq"):
        tree = ontologies.get(session, ontology_id).tree
        found = [node for node in ontologies.nodes(tree) if node["featureSchemaId"] == feature_id]
        for node in found:
            node |= changes
        if found:
            ontologies.replace(session, ontology_id, tree)


def insert(session: Session, ontology_id: str, feature_id: str, position: int) -> None:
    """Insert a feature schema among the tools or classifications of an ontology, or move it there."""
    tree = ontologies.get(session, ontology_id).tree
    node = orjson.loads(ontologies.get_feature(session, feature_id).normalized)
    siblings = tree["tools" if "tool" in node else "classifications"]
    standing = [each for each in siblings if each["featureSchemaId"] == feature_id]
    siblings[:] = [each for each in siblings if each["featureSchemaId"] != feature_id]
    siblings.insert(min(max(0, position), len(siblings)), (standing or [node])[0])
    ontologies.replace(session, ontology_id, tree)


def take_out(session: Session, ontology_id: str, feature_id: str) -> dict[str, bool]:
    """Remove a feature from an ontology; if it has labels, a top-level one is archived and a nested one stays."""
    ontology = ontologies.get(session, ontology_id)
    tree = ontology.tree
    siblings, node, top = _place(tree, feature_id)
    used = _has_labels(session, ontology, node)
    if used and top:
        node["archived"] = True
    elif not used:
        siblings.remove(node)
    ontologies.replace(session, ontology_id, tree)
    return {"archived": used and top, "deleted": not used}


def unarchive(session: Session, ontology_id: str, feature_id: str) -> dict[str, bool]:
    """Restore an archived feature; the refusals' texts are those of the official SDK's tests."""
    try:
        tree = ontologies.get(session, ontology_id).tree
    except NotFoundError as error:
        raise NotFoundError(f"Failed to find ontology by id: {ontology_id}") from error
    try:
        _, node, top = _place(tree, feature_id)
    except NotFoundError as error:
        raise NotFoundError(f"Failed to find feature schema node by id: {feature_id}") from error
    if not top:
        raise MalformedError("Only a feature schema at the top of an ontology can be unarchived")
    node.pop("archived", None)
    ontologies.replace(session, ontology_id, tree)
    return {"unarchived": True}


def _place(tree: Node, feature_id: str) -> tuple[list[Node], Node, bool]:
    for siblings, top in _levels(tree, top=True):
        for node in siblings:
            if node["featureSchemaId"] == feature_id:
                return siblings, node, top
    raise NotFoundError.of("FeatureSchema", feature_id)


def _levels(tree: Node, *, top: bool) -> Iterator[tuple[list[Node], bool]]:
    for member in NESTED:
        siblings = tree.get(member)
        if siblings:
            yield siblings, top
            for node in siblings:
                yield from _levels(node, top=False)


def _has_labels(session: Session, ontology: Ontology, node: Node) -> bool:
    """Return whether a label in one of the ontology's projects uses the feature."""
    names = {node.get("name"), node.get("value")} - {None}
    ids = {node["featureSchemaId"], node["schemaNodeId"]}
    sql = (
        "SELECT a.line FROM annotations a JOIN projects p ON p.id = a.project_id "
        "WHERE p.ontology_id = ? AND a.label_id IS NOT NULL"
    )
    return any(_names(orjson.loads(text), names, ids) for text in session.column(sql, (ontology.id,)))


def _names(value: Any, names: set[Any], ids: set[str]) -> bool:
    if isinstance(value, list):
        return any(_names(each, names, ids) for each in value)
    if not isinstance(value, dict):
        return False
    given = next((value[key] for key in IDS if value.get(key)), None)
    mine = given in ids if given is not None else value.get("name") in names
    return mine or any(_names(each, names, ids) for each in value.values())
