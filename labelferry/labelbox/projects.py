"""Projects, and their connection to an ontology."""

from collections.abc import Collection, Iterator
from typing import Any

from labelferry.labelbox import ontologies
from labelferry.labelbox.call import JsonDict, mutation, query
from labelferry.labelbox.editor import Editor
from labelferry.labelbox.pages import Nodes, by_offset, page_at
from labelferry.labelbox.records import OntologyRecord, Project
from labelferry.labelbox.resource import Resource, present
from labelferry.labelbox.transport import Wire

__all__ = ["DEFAULT_QUALITY", "ProjectResource"]

FIELDS = "allowedMediaType description name id"
CREATE = f"""mutation CreateProjectPyApi($name: String!, $allowedMediaType: MediaType!, $autoAuditPercentage: Float!,
    $autoAuditNumberOfLabels: Int!, $isBenchmarkEnabled: Boolean!, $isConsensusEnabled: Boolean!, $description: String!
  ) {{
  createProject(data: {{name: $name, allowedMediaType: $allowedMediaType, autoAuditPercentage: $autoAuditPercentage,
    autoAuditNumberOfLabels: $autoAuditNumberOfLabels, isBenchmarkEnabled: $isBenchmarkEnabled,
    isConsensusEnabled: $isConsensusEnabled, description: $description}}) {{ {FIELDS} }} }}"""
GET = f"query GetProjectPyApi($param_0: ID!) {{ project(where: {{id: $param_0}}) {{ {FIELDS} }} }}"
FIND = f"""query GetProjectsPyApi($param_0: String!, $param_1: Boolean!) {{
  projects(where: {{AND: [{{name: $param_0}}, {{deleted: $param_1}}]}} skip: 0 first: 100) {{ {FIELDS} }} }}"""
GET_ONTOLOGY = f"""query GetProjectOntologyPyApi($param_0: ID!) {{
  project(where: {{id: $param_0}}) {{ ontology {{ {ontologies.FIELDS} }} }} }}"""
LABEL_COUNT = "query LabelCountPyApi($projectId: ID!) { project(where: {id: $projectId}) { labelCount } }"
DELETE = """mutation deleteProjectPyApi($projectId: ID!) {
  updateProject(where: {id: $projectId} data: {deleted: true}) { id } }"""

DEFAULT_QUALITY = frozenset({"benchmark", "consensus"})


class ProjectResource(Resource):
    """Projects; their names are not unique."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire)
        self._editor = Editor(wire)

    def create(
        self,
        name: str,
        media_type: str = "VIDEO",
        description: str = "",
        quality: Collection[str] = DEFAULT_QUALITY,
    ) -> Project:
        """Create a project.

        Args:
            name: need not be unique, but should be.
            media_type: Labelbox's name of it, such as ``VIDEO``.
            description: a good place for a key to find the project by.
            quality: ``benchmark``, ``consensus`` or both, as the official SDK does by default.

        Raises:
            UnavailableError: with ``acted``, ask ``find`` before creating again.
        """
        variables: JsonDict = {
            "name": name,
            "allowedMediaType": media_type,
            "description": description,
            **_audit(quality),
        }
        answer = self._wire.send(mutation(CREATE, **variables))
        return _project(present(answer.get("createProject"), "the new project"))

    def get(self, project_id: str) -> Project:
        """Return a project by its id.

        Raises:
            NotFoundError: there is none.
        """
        return _project(self._project(GET, project_id, "param_0"))

    def find(self, name: str) -> list[Project]:
        """Return the projects of exactly this name."""
        return [_project(node) for node in self._named(name) if node["name"] == name]

    def ontology(self, project_id: str) -> OntologyRecord | None:
        """Return the ontology that a project is connected to, or None.

        Raises:
            NotFoundError: the project does not exist.
        """
        node = self._project(GET_ONTOLOGY, project_id, "param_0").get("ontology")
        return ontologies.ontology_of(node) if node else None

    def connect_ontology(self, project_id: str, ontology_id: str) -> None:
        """Connect an ontology, after setting up the editor if the project has none; may be repeated.

        Raises:
            NotFoundError: the project or ontology does not exist.
        """
        self._editor.set_up(project_id)
        self._editor.connect_ontology(project_id, ontology_id)

    def has_editor(self, project_id: str) -> bool:
        """Return whether a project has an editor.

        Raises:
            NotFoundError: the project does not exist.
        """
        return self._editor.is_set_up(project_id)

    def label_count(self, project_id: str) -> int:
        """Return the number of labels in a project.

        Raises:
            NotFoundError: the project does not exist.
        """
        return int(self._project(LABEL_COUNT, project_id, "projectId").get("labelCount") or 0)

    def delete(self, project_id: str) -> None:
        """Delete a project.

        Raises:
            NotFoundError: there is none.
        """
        present(self._wire.send(mutation(DELETE, projectId=project_id)).get("updateProject"), f"project {project_id}")

    def _project(self, document: str, project_id: str, variable: str) -> JsonDict:
        answer = self._wire.send(query(document, **dict[str, Any]({variable: project_id})))
        return present(answer.get("project"), f"project {project_id}")

    def _named(self, name: str) -> Iterator[JsonDict]:
        def page(skip: int) -> Nodes:
            call = query(page_at(FIND, skip), param_0=name, param_1=False)
            return list(self._wire.send(call).get("projects") or [])

        return by_offset(page)


def _audit(quality: Collection[str]) -> JsonDict:
    consensus = "consensus" in quality
    return {
        "autoAuditPercentage": 0 if consensus else 1,
        "autoAuditNumberOfLabels": 3 if consensus else 1,
        "isBenchmarkEnabled": "benchmark" in quality,
        "isConsensusEnabled": consensus,
    }


def _project(node: JsonDict) -> Project:
    return Project(node["id"], node["name"], node.get("description"), node.get("allowedMediaType"))
