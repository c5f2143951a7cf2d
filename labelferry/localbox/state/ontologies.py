"""Ontologies and feature schemas: the tree of tools, classifications and options, with an id on every node."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from labelferry.localbox.errors import MalformedError, NotFoundError, UnprocessableError
from labelferry.localbox.ids import new_id, now
from labelferry.localbox.state import filters, settings
from labelferry.localbox.state.database import Session, as_json

NESTED = ("tools", "classifications", "options")
TEXTS = ("tool", "type", "name", "instructions", "scope", "color", "featureSchemaId", "schemaNodeId")
DEEPEST = 50
DELETED = "deleted feature schemas"


@dataclass(frozen=True)
class Ontology:
    """An ontology; ``normalized`` is JSON text."""

    id: str
    name: str
    description: str | None
    normalized: str
    media_type: str | None
    created_at: str
    updated_at: str

    @property
    def tree(self) -> dict[str, Any]:
        """Tools and classifications as a tree of dicts."""
        tree: dict[str, Any] = orjson.loads(self.normalized)
        return tree


@dataclass(frozen=True)
class FeatureSchema:
    """One tool or classification outside an ontology."""

    id: str
    name: str
    normalized: str


def create(session: Session, name: str, normalized: str, media_type: str | None) -> Ontology:
    """Create an ontology: every node keeps the id it came with, if that exists, or gets a new one."""
    tree = parsed(normalized)
    tree = {"tools": tree.get("tools") or [], "classifications": tree.get("classifications") or []}
    for node in nodes(tree):
        _identify(node)
        _keep_feature(session, node)
    ontology_id, made = new_id(), now()
    session.insert(
        "ontologies",
        id=ontology_id,
        name=name,
        normalized=as_json(tree),
        media_type=media_type,
        created_at=made,
        updated_at=made,
    )
    return get(session, ontology_id)


def nodes(tree: dict[str, Any], depth: int = 0) -> Iterator[dict[str, Any]]:
    """Yield every tool, classification and option, parents first."""
    if depth > DEEPEST:
        raise MalformedError(f"The ontology is nested more than {DEEPEST} levels deep")
    for member in NESTED:
        for node in _members(tree, member):
            yield node
            yield from nodes(node, depth + 1)


def _members(tree: dict[str, Any], member: str) -> list[dict[str, Any]]:
    found = tree.get(member) or []
    if not isinstance(found, list):
        raise MalformedError(f"The ontology's `{member}` must be a list")
    if not all(isinstance(node, dict) for node in found):
        raise MalformedError(f"The ontology has something in `{member}` that is not an object")
    return found


def parsed(normalized: str) -> dict[str, Any]:
    """Return the JSON object in a text.

    Raises:
        MalformedError: it holds none.
    """
    try:
        tree = orjson.loads(normalized)
    except orjson.JSONDecodeError as error:
        raise MalformedError(f"`normalized` is not JSON: {error}") from error
    if not isinstance(tree, dict):
        raise MalformedError("`normalized` must be a JSON object")
    return tree


def _identify(node: dict[str, Any]) -> None:
    odd = [name for name in TEXTS if not isinstance(node.get(name), str | None)]
    if odd:
        raise MalformedError(f"The ontology has a `{odd[0]}` that is not a text: {node[odd[0]]}")
    node["schemaNodeId"] = node.get("schemaNodeId") or new_id()
    node["featureSchemaId"] = node.get("featureSchemaId") or new_id()
    if "tool" in node:
        node.setdefault("classifications", [])
        node.setdefault("color", "#ff0000")
    if "type" in node:
        node.setdefault("options", [])
        node.setdefault("instructions", node.get("name"))
    if "value" in node:
        node.setdefault("label", node["value"])


def _keep_feature(session: Session, node: dict[str, Any]) -> None:
    if "tool" not in node and "type" not in node:
        return
    session.run(
        "INSERT OR IGNORE INTO feature_schemas (id, name, normalized, created_at) VALUES (?, ?, ?, ?)",
        (node["featureSchemaId"], str(node.get("name") or ""), as_json(node), now()),
    )


def get(session: Session, ontology_id: str | None) -> Ontology:
    """Return the ontology with that id."""
    ontology = session.one(Ontology, "SELECT * FROM ontologies WHERE id = ?", (ontology_id,))
    if ontology is None:
        raise NotFoundError.of("Ontology", ontology_id)
    return ontology


def search(session: Session, text: str | None, after: str | None, first: int) -> tuple[list[Ontology], str | None]:
    """Return a page of the ontologies whose names contain a text, and the next cursor."""
    skip = filters.offset(after)
    sql = "SELECT * FROM ontologies WHERE name LIKE ? ESCAPE '\\' ORDER BY seq" + filters.window(skip, first + 1)  # noqa: S608 - window writes numbers only
    found = session.all(Ontology, sql, (_containing(text),))
    return found[:first], str(skip + first) if len(found) > first else None


def _containing(text: str | None) -> str:
    escaped = (text or "").replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def unused(session: Session) -> list[str]:
    """Return the ids of the ontologies that no project uses."""
    return session.column(
        "SELECT id FROM ontologies WHERE id NOT IN (SELECT ontology_id FROM projects WHERE ontology_id IS NOT NULL)"
    )


def delete(session: Session, ontology_id: str) -> None:
    """Delete an ontology that no project uses."""
    get(session, ontology_id)
    using = session.column("SELECT id FROM projects WHERE ontology_id = ? ORDER BY seq", (ontology_id,))
    if using:
        text = "Cannot delete an ontology connected to a project. The ontology is connected to projects: "
        raise UnprocessableError(text + ", ".join(using))
    session.delete("ontologies", ontology_id)


def replace(session: Session, ontology_id: str, tree: dict[str, Any]) -> None:
    """Replace the tree of an ontology."""
    session.update("ontologies", ontology_id, normalized=as_json(tree), updated_at=now())


def create_feature(session: Session, normalized: str) -> dict[str, Any]:
    """Create a feature schema and return its tree."""
    tree = read_feature(normalized)
    _keep_feature(session, tree)
    return tree


def read_feature(normalized: str) -> dict[str, Any]:
    """Return the tree of a feature schema, with an id on every node."""
    tree = parsed(normalized)
    for node in (tree, *nodes(tree)):
        _identify(node)
    return tree


def get_feature(session: Session, feature_id: str) -> FeatureSchema:
    """Return the feature schema with that id."""
    feature = session.one(FeatureSchema, "SELECT * FROM feature_schemas WHERE id = ?", (feature_id,))
    if feature is None:
        raise NotFoundError.of("FeatureSchema", feature_id)
    return feature


def search_features(
    session: Session, text: str | None, after: str | None, first: int
) -> tuple[list[FeatureSchema], str | None]:
    """Return a page of the feature schemas whose names contain a text, and the next cursor."""
    skip = filters.offset(after)
    sql = "SELECT * FROM feature_schemas WHERE name LIKE ? ESCAPE '\\' ORDER BY seq" + filters.window(skip, first + 1)  # noqa: S608 - window writes numbers only
    found = session.all(FeatureSchema, sql, (_containing(text),))
    return found[:first], str(skip + first) if len(found) > first else None


def features_in_use(session: Session) -> set[str]:
    """Return the ids of the feature schemas that some ontology contains."""
    trees = session.column("SELECT normalized FROM ontologies")
    return {node["featureSchemaId"] for text in trees for node in nodes(orjson.loads(text))}


def unused_features(session: Session) -> list[str]:
    """Return the ids of the feature schemas that no ontology contains."""
    used = features_in_use(session)
    return [each for each in session.column("SELECT id FROM feature_schemas ORDER BY seq") if each not in used]


def delete_feature(session: Session, feature_id: str) -> None:
    """Delete a feature schema that no ontology contains; the refusals' texts are those of the official SDK's tests."""
    if feature_id in settings.read(session, DELETED, []):
        raise UnprocessableError("Feature schema is already deleted")
    if session.value("SELECT 1 FROM feature_schemas WHERE id = ?", (feature_id,)) is None:
        raise NotFoundError(f"Cannot find root schema node with feature schema id {feature_id}")
    if feature_id in features_in_use(session):
        raise UnprocessableError("Feature schema cannot be deleted because it is used in ontologies")
    session.delete("feature_schemas", feature_id)
    settings.write(session, DELETED, [*settings.read(session, DELETED, []), feature_id])
