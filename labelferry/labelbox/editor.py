"""A project's editor, set up as the official SDK does when it connects an ontology."""

from labelferry.errors import NotFoundError
from labelferry.labelbox.call import JsonDict, mutation, query
from labelferry.labelbox.resource import Resource, present

__all__ = ["Editor"]

GET_FRONTEND = """query GetProjectLabelingFrontendPyApi($param_0: ID!) {
  project(where: {id: $param_0}) { labelingFrontend { description iframeUrlPath name id } } }"""
FIND_FRONTENDS = """query GetLabelingFrontendsPyApi($param_0: String!, $param_1: Boolean!) {
  labelingFrontends(where: {AND: [{name: $param_0}, {deleted: $param_1}]} skip: 0 first: 100) {
    description iframeUrlPath name id } }"""
CONNECT_FRONTEND = """mutation ConnectProjectAndLabelingFrontendPyApi($projectId: ID!, $labelingFrontendId: ID!) {
  updateProject(where: {id: $projectId} data: {labelingFrontend: {connect: {id: $labelingFrontendId}}}) { id } }"""
CREATE_OPTIONS = """mutation CreateLabelingFrontendOptionsPyApi(
    $project: ID!, $labelingFrontend: ID!, $customizationOptions: String!) {
  createLabelingFrontendOptions(data: {project: {connect: {id: $project}},
    labelingFrontend: {connect: {id: $labelingFrontend}}, customizationOptions: $customizationOptions}) {
    customizationOptions id } }"""
CONNECT_ONTOLOGY = """mutation ConnectOntologyPyApi($projectId: ID!, $ontologyId: ID!) {
  project(where: {id: $projectId}) { connectOntology(ontologyId: $ontologyId) { id } } }"""

_EMPTY = '{"tools": [], "classifications": []}'


class Editor(Resource):
    """The editor of projects."""

    def is_set_up(self, project_id: str) -> bool:
        """Return whether a project has an editor.

        Raises:
            NotFoundError: the project does not exist.
        """
        answer = self._wire.send(query(GET_FRONTEND, param_0=project_id))
        return bool(present(answer.get("project"), f"project {project_id}").get("labelingFrontend"))

    def set_up(self, project_id: str) -> None:
        """Give a project the service's editor, unless it has one.

        Raises:
            NotFoundError: the project does not exist, or the service offers no editor.
        """
        if self.is_set_up(project_id):
            return
        frontend_id = self._frontend_id()
        self._wire.send(mutation(CONNECT_FRONTEND, projectId=project_id, labelingFrontendId=frontend_id))
        options: JsonDict = {"project": project_id, "labelingFrontend": frontend_id, "customizationOptions": _EMPTY}
        self._wire.send(mutation(CREATE_OPTIONS, **options))

    def connect_ontology(self, project_id: str, ontology_id: str) -> None:
        """Connect an ontology to a project that has an editor.

        Raises:
            NotFoundError: the project or ontology does not exist.
        """
        answer = self._wire.send(mutation(CONNECT_ONTOLOGY, projectId=project_id, ontologyId=ontology_id))
        project = present(answer.get("project"), f"project {project_id}")
        present(project.get("connectOntology"), f"ontology {ontology_id}")

    def _frontend_id(self) -> str:
        found = self._wire.send(query(FIND_FRONTENDS, param_0="Editor", param_1=False)).get("labelingFrontends")
        if not found:
            raise NotFoundError('the service offers no labeling frontend named "Editor"; connect one in its own UI')
        return str(found[0]["id"])
