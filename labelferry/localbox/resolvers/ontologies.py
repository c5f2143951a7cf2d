"""Ontologies and feature schemas."""

from typing import Any

import orjson

from labelferry.localbox.context import Context
from labelferry.localbox.resolvers.registry import field, mutation, query
from labelferry.localbox.state import filters, ontologies, projects
from labelferry.localbox.state.ontologies import FeatureSchema, Ontology

PAGE = 100


@query("ontology")
def ontology(_: None, context: Context, where: dict[str, Any] | None = None) -> Ontology:
    """Return one ontology."""
    return ontologies.get(context.session, (where or {}).get("id"))


@query("ontologies")
def search(
    _: None, context: Context, where: dict[str, Any] | None = None, after: str | None = None, first: int = PAGE
) -> dict[str, Any]:
    """Return a page of the ontologies whose names contain a text."""
    found, cursor = ontologies.search(context.session, (where or {}).get("search"), after, _size(first))
    return {"nodes": found, "nextCursor": cursor}


def _size(first: int | None) -> int:
    return max(1, min(first or PAGE, 5000))


@mutation("upsertOntology")
def upsert_ontology(_: None, context: Context, data: dict[str, Any]) -> Ontology:
    """Create an ontology."""
    return ontologies.create(context.session, data["name"], data["normalized"], data.get("mediaType"))


@field("Ontology", "normalized")
def normalized(source: Ontology, context: Context) -> dict[str, Any]:
    """Return the tree as an object, with the URL of a project's instructions once there are some."""
    instructions = context.url(source.tree.get("projectInstructions"))
    return source.tree | ({"projectInstructions": instructions} if instructions else {})


@field("Ontology", "objectSchemaCount")
def tool_count(source: Ontology, _: Context) -> int:
    """Return the number of tools."""
    return len(source.tree["tools"])


@field("Ontology", "classificationSchemaCount")
def classification_count(source: Ontology, _: Context) -> int:
    """Return the number of classifications."""
    return len(source.tree["classifications"])


@field("Ontology", "projects")
def ontology_projects(
    source: Ontology, context: Context, where: dict[str, Any] | None = None, skip: int = 0, first: int = PAGE
) -> list[projects.Project]:
    """Return the projects that use an ontology."""
    return filters.page(projects.using(context.session, source.id, where), skip, first)


@mutation("upsertRootSchemaNode")
def upsert_feature(_: None, context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """Create a feature schema."""
    tree = ontologies.create_feature(context.session, data["normalized"])
    return {"id": tree["featureSchemaId"], "name": tree.get("name"), "normalized": tree}


@query("rootSchemaNode")
def feature(_: None, context: Context, where: dict[str, Any]) -> dict[str, Any]:
    """Return one feature schema."""
    return _node(ontologies.get_feature(context.session, where["featureSchemaId"]))


@query("rootSchemaNodes")
def search_features(
    _: None, context: Context, where: dict[str, Any] | None = None, after: str | None = None, first: int = PAGE
) -> dict[str, Any]:
    """Return a page of the feature schemas whose names contain a text."""
    found, cursor = ontologies.search_features(context.session, (where or {}).get("search"), after, _size(first))
    return {"nodes": [_node(each) for each in found], "nextCursor": cursor}


def _node(source: FeatureSchema) -> dict[str, Any]:
    return {"id": source.id, "name": source.name, "normalized": orjson.loads(source.normalized)}
