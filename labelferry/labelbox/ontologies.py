"""Ontologies."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from labelferry.labelbox.call import JsonDict, mutation, query
from labelferry.labelbox.pages import Nodes, at_cursor, by_cursor, by_offset, page_at
from labelferry.labelbox.records import OntologyRecord
from labelferry.labelbox.resource import Resource, present

__all__ = ["FIELDS", "OntologyResource", "ontology_of"]

FIELDS = "mediaType name normalized id"
CREATE = f"""mutation upsertRootSchemaNodePyApi($data: UpsertOntologyInput!) {{
  upsertOntology(data: $data) {{ {FIELDS} }} }}"""
GET = f"query GetOntologyPyApi($param_0: ID!) {{ ontology(where: {{id: $param_0}}) {{ {FIELDS} }} }}"
FIND = f"""query getOntologiesPyApi($search: String, $filter: OntologyFilter, $from: String, $first: PageSize) {{
  ontologies(where: {{filter: $filter, search: $search}}, after: $from, first: $first) {{
    nodes {{ {FIELDS} }} nextCursor }} }}"""
PROJECTS = """query GetOntologyProjectsPyApi($param_0: ID!) {
  ontology(where: {id: $param_0}) { projects(skip: 0 first: 100) { id } } }"""

_PAGE = 100


class OntologyResource(Resource):
    """Ontologies; their names are not unique."""

    def create(self, name: str, normalized: Mapping[str, Any], media_type: str | None = "VIDEO") -> OntologyRecord:
        """Create an ontology from its normalized tools and classifications.

        Raises:
            UnavailableError: with ``acted``, ask ``find`` before creating again.
        """
        data = {"name": name, "normalized": json.dumps(normalized), "mediaType": media_type}
        answer = self._wire.send(mutation(CREATE, data=data))
        return ontology_of(present(answer.get("upsertOntology"), "the new ontology"))

    def get(self, ontology_id: str) -> OntologyRecord:
        """Return an ontology with the featureSchemaIds that the service gave it.

        Raises:
            NotFoundError: there is none.
        """
        answer = self._wire.send(query(GET, param_0=ontology_id))
        return ontology_of(present(answer.get("ontology"), f"ontology {ontology_id}"))

    def find(self, name: str) -> list[OntologyRecord]:
        """Return the ontologies with exactly this name; the service itself searches by part of the name."""
        return [ontology_of(node) for node in self._search(name) if node["name"] == name]

    def names(self) -> Iterator[str]:
        """Yield the name of every ontology, page by page."""
        return (str(node["name"]) for node in self._search(""))

    def _search(self, text: str) -> Iterator[JsonDict]:
        """Yield the ontologies whose name contains a text."""

        def page(cursor: str | None) -> tuple[Nodes, str | None]:
            call = query(FIND, search=text, filter={"status": "ALL"}, **at_cursor(cursor, _PAGE))
            found = present(self._wire.send(call).get("ontologies"), "the list of ontologies")
            return found["nodes"], found["nextCursor"]

        return by_cursor(page)

    def projects(self, ontology_id: str) -> list[str]:
        """Return the ids of the projects that use an ontology.

        Raises:
            NotFoundError: there is none.
        """

        def page(skip: int) -> Nodes:
            answer = self._wire.send(query(page_at(PROJECTS, skip), param_0=ontology_id))
            return list(present(answer.get("ontology"), f"ontology {ontology_id}")["projects"])

        return [str(node["id"]) for node in by_offset(page)]

    def delete(self, ontology_id: str) -> None:
        """Delete an ontology that no project uses; its features stay.

        Raises:
            NotFoundError: there is none.
            RejectedError: a project uses it.
        """
        self._wire.remove("ontologies", ontology_id)

    def delete_feature(self, schema_id: str) -> None:
        """Delete the schema of a tool or classification that no ontology uses.

        Raises:
            NotFoundError: there is none.
            RejectedError: an ontology uses it, or it was deleted before.
        """
        self._wire.remove("feature-schemas", schema_id)


def ontology_of(node: JsonDict) -> OntologyRecord:
    """Return the ontology that a node of an answer describes."""
    normalized = node.get("normalized") or {}
    tree = json.loads(normalized) if isinstance(normalized, str) else normalized
    return OntologyRecord(node["id"], node["name"], node.get("mediaType"), tree)
