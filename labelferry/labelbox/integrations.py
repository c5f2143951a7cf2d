"""IAM integrations: Labelbox's access to private buckets. A dataset's signer is the one that signs its rows' URLs.

Facts: the official SDK 7.17.0, which signs each new dataset with the organization's default integration.
"""

from labelferry.labelbox.call import Call, query
from labelferry.labelbox.records import Integration
from labelferry.labelbox.resource import Resource, present

__all__ = ["IntegrationResource"]

FIELDS = "createdAt id isOrgDefault lastValidAt name provider updatedAt valid"
LIST = f"query getAllIntegrationsPyApi {{ iamIntegrations {{ {FIELDS} }} }}"
SIGNER = f"""query GetDatasetSignerPyApi($param_0: ID!) {{
  dataset(where: {{id: $param_0}}) {{ signer {{ {FIELDS} }} }} }}"""
SIGN = """mutation setSignerForDatasetPyApi($signerId: ID!, $datasetId: ID!) {
  setSignerForDataset(data: {signerId: $signerId}, where: {id: $datasetId}) { id } }"""
VALIDATE = """mutation validateDatasetPyApi($id: ID!) {
  validateDataset(where: {id: $id}) { valid checks { name success } } }"""


class IntegrationResource(Resource):
    """The organization's integrations, and the signers of datasets."""

    def list(self) -> tuple[Integration, ...]:
        """Return all integrations of the organization."""
        return tuple(map(_integration, self._wire.send(query(LIST)).get("iamIntegrations") or ()))

    def signer(self, dataset_id: str) -> Integration | None:
        """Return the signer of a dataset, if it has one.

        Raises:
            NotFoundError: the dataset does not exist.
        """
        answer = self._wire.send(query(SIGNER, param_0=dataset_id))
        node = present(answer.get("dataset"), f"dataset {dataset_id}").get("signer")
        return _integration(node) if isinstance(node, dict) else None

    def sign(self, dataset_id: str, integration_id: str) -> None:
        """Set an integration as signer of a dataset; may be repeated.

        Raises:
            NotFoundError: the dataset or the integration does not exist.
        """
        variables = {"signerId": integration_id, "datasetId": dataset_id}
        answer = self._wire.send(Call(document=SIGN, variables=variables, repeatable=True))
        present(answer.get("setSignerForDataset"), f"dataset {dataset_id} or integration {integration_id}")

    def failed_checks(self, dataset_id: str) -> tuple[str, ...] | None:
        """Have the service test a dataset's signer; return the names of the checks that failed, None when it works.

        Raises:
            NotFoundError: the dataset does not exist.
        """
        answer = self._wire.send(Call(document=VALIDATE, variables={"id": dataset_id}, repeatable=True))
        node = present(answer.get("validateDataset"), f"the validation of dataset {dataset_id}")
        if node.get("valid"):
            return None
        return tuple(str(check.get("name")) for check in node.get("checks") or () if not check.get("success"))


def _integration(node: dict[str, object]) -> Integration:
    return Integration(
        id=str(node["id"]),
        name=str(node.get("name") or node["id"]),
        provider=str(node.get("provider") or "unknown"),
        valid=bool(node.get("valid")),
        is_default=bool(node.get("isOrgDefault")),
    )
