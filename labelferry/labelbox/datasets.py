"""Datasets."""

from collections.abc import Iterator

from labelferry.labelbox.call import JsonDict, mutation, query
from labelferry.labelbox.pages import Nodes, by_offset, page_at
from labelferry.labelbox.records import Dataset
from labelferry.labelbox.resource import Resource, present

__all__ = ["DatasetResource"]

FIELDS = "createdAt description name rowCount id updatedAt"
CREATE = f"mutation CreateDatasetPyApi($name: String!) {{ createDataset(data: {{name: $name}}) {{ {FIELDS} }} }}"
CREATE_DESCRIBED = f"""mutation CreateDatasetPyApi($name: String!, $description: String!) {{
  createDataset(data: {{name: $name, description: $description}}) {{ {FIELDS} }} }}"""
GET = f"query GetDatasetPyApi($param_0: ID!) {{ dataset(where: {{id: $param_0}}) {{ {FIELDS} }} }}"
FIND = f"""query GetDatasetsPyApi($param_0: String!, $param_1: Boolean!) {{
  datasets(where: {{AND: [{{name: $param_0}}, {{deleted: $param_1}}]}} skip: 0 first: 100) {{ {FIELDS} }} }}"""
DELETE = """mutation deleteDatasetPyApi($datasetId: ID!) {
  updateDataset(where: {id: $datasetId} data: {deleted: true}) { id } }"""


class DatasetResource(Resource):
    """Datasets; their names are not unique."""

    def create(self, name: str, description: str | None = None) -> Dataset:
        """Create a dataset.

        Raises:
            UnavailableError: with ``acted``, ask ``find`` before creating again.
        """
        call = mutation(CREATE, name=name)
        if description is not None:
            call = mutation(CREATE_DESCRIBED, name=name, description=description)
        return _dataset(present(self._wire.send(call).get("createDataset"), "the new dataset"))

    def get(self, dataset_id: str) -> Dataset:
        """Return a dataset by its id.

        Raises:
            NotFoundError: there is none.
        """
        answer = self._wire.send(query(GET, param_0=dataset_id))
        return _dataset(present(answer.get("dataset"), f"dataset {dataset_id}"))

    def find(self, name: str) -> list[Dataset]:
        """Return the datasets of exactly this name."""
        return [_dataset(node) for node in self._named(name) if node["name"] == name]

    def row_count(self, dataset_id: str) -> int:
        """Return the number of rows that a dataset has now.

        Raises:
            NotFoundError: the dataset does not exist.
        """
        return self.get(dataset_id).row_count

    def delete(self, dataset_id: str) -> None:
        """Delete a dataset and its rows.

        Raises:
            NotFoundError: there is none.
        """
        present(self._wire.send(mutation(DELETE, datasetId=dataset_id)).get("updateDataset"), f"dataset {dataset_id}")

    def _named(self, name: str) -> Iterator[JsonDict]:
        def page(skip: int) -> Nodes:
            call = query(page_at(FIND, skip), param_0=name, param_1=False)
            return list(self._wire.send(call).get("datasets") or [])

        return by_offset(page)


def _dataset(node: JsonDict) -> Dataset:
    return Dataset(node["id"], node["name"], node.get("description"), node.get("rowCount") or 0)
