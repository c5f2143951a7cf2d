"""The GraphQL documents of imports: the same few for pre-labels and for ground truth, under other names."""

from dataclasses import dataclass

from labelferry.labelbox.records import ImportKind

__all__ = ["DELETE_MAL", "DOCUMENTS", "ImportDocuments"]

_FIELDS = "errorFileUrl inputFileUrl name progress state statusFileUrl id"
_INPUT = "data: {projectId: $projectId, name: $name, filePayload: {file: $file, contentLength: $contentLength}}"
_CREATE = "($projectId: ID!, $name: String!, $file: Upload!, $contentLength: Int!)"
_GET = "($projectId: ID!, $name: String!)"
_WHERE = "where: {projectId: $projectId, name: $name}"
_LIST = "skip: 0, first: 100, where: {projectId: $projectId}"

CREATE_MAL = f"""mutation createMALPredictionImportByFilePyApi{_CREATE} {{
  createModelAssistedLabelingPredictionImport({_INPUT}) {{ {_FIELDS} }} }}"""
GET_MAL = f"""query getModelAssistedLabelingPredictionImportPyApi{_GET} {{
  modelAssistedLabelingPredictionImport({_WHERE}) {{ {_FIELDS} }} }}"""
LIST_MAL = f"""query getModelAssistedLabelingPredictionImportsPyApi($projectId: ID!) {{
  modelAssistedLabelingPredictionImports({_LIST}) {{ {_FIELDS} }} }}"""
DELETE_MAL = """mutation deleteModelAssistedLabelingPredictionImportPyApi($id: ID!) {
  deleteModelAssistedLabelingPredictionImport(where: {id: $id}) { id } }"""
CREATE_LABELS = f"""mutation createLabelImportByFilePyApi{_CREATE} {{
  createLabelImport({_INPUT}) {{ {_FIELDS} }} }}"""
GET_LABELS = f"query getLabelImportPyApi{_GET} {{ labelImport({_WHERE}) {{ {_FIELDS} }} }}"
LIST_LABELS = f"query getLabelImportsPyApi($projectId: ID!) {{ labelImports({_LIST}) {{ {_FIELDS} }} }}"


@dataclass(frozen=True, slots=True)
class ImportDocuments:
    """The documents of one kind, each with the field of its answer."""

    create: str
    created: str
    get: str
    got: str
    list: str
    listed: str


DOCUMENTS = {
    ImportKind.MAL: ImportDocuments(
        CREATE_MAL,
        "createModelAssistedLabelingPredictionImport",
        GET_MAL,
        "modelAssistedLabelingPredictionImport",
        LIST_MAL,
        "modelAssistedLabelingPredictionImports",
    ),
    ImportKind.GROUND_TRUTH: ImportDocuments(
        CREATE_LABELS, "createLabelImport", GET_LABELS, "labelImport", LIST_LABELS, "labelImports"
    ),
}
