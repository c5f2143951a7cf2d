"""IAM integrations, made and changed with the official SDK as at a cloud that always answers."""

from collections.abc import Iterator
from typing import Any

import lbox.exceptions as lb_exceptions
import pytest
from labelbox.schema.iam_integration import (
    AwsIamIntegrationSettings,
    AzureIamIntegrationSettings,
    GcpIamIntegrationSettings,
)

from tests.localbox_server import Localbox

DELETE = "mutation DeleteIamIntegrationPyApi($id: ID!) { deleteIamIntegration(where: {id: $id}) }"
AWS = AwsIamIntegrationSettings(role_arn="arn:aws:iam::000000000000:role/reads", read_bucket="clips")
SETTINGS = {
    "AWS": (AWS, AwsIamIntegrationSettings(role_arn="arn:aws:iam::000000000000:role/other")),
    "GCP": (GcpIamIntegrationSettings(read_bucket="clips"), GcpIamIntegrationSettings(read_bucket="other")),
    "Azure": (
        AzureIamIntegrationSettings(read_container_url="https://a.blob.core.windows.net/clips", tenant_id="one"),
        AzureIamIntegrationSettings(read_container_url="https://b.blob.core.windows.net/clips", tenant_id="two"),
    ),
}


@pytest.fixture
def organization(client: Any, localbox: Localbox) -> Iterator[Any]:
    yield client.get_organization()
    localbox.reset()


@pytest.mark.parametrize("provider", SETTINGS)
def test_made_changed_and_deleted(organization: Any, client: Any, provider: str) -> None:
    first, second = SETTINGS[provider]
    made = organization.create_iam_integration(" clips ", first)
    assert (made.name, made.provider, made.settings, made.valid) == ("clips", provider, first, True)
    assert (made.is_org_default, made.last_valid_at is None) == (False, False)
    made.update(name="others", settings=second)
    (listed,) = organization.get_iam_integrations()
    assert (listed.uid, listed.name, listed.provider) == (made.uid, "others", provider)
    assert client.execute(DELETE, {"id": made.uid}, experimental=True) == {"deleteIamIntegration": True}
    assert organization.get_iam_integrations() == []
    assert client.execute(DELETE, {"id": made.uid}) is None  # what the SDK makes of RESOURCE_NOT_FOUND


def test_one_of_them_is_the_default_and_signs_new_datasets(organization: Any, client: Any) -> None:
    older, newer = (organization.create_iam_integration(name, AWS) for name in ("older", "newer"))
    assert organization.get_default_iam_integration() is None
    for each in (older, newer):
        each.set_as_default()
        assert organization.get_default_iam_integration().uid == each.uid
    assert [each.name for each in organization.get_iam_integrations()] == ["newer", "older"]
    dataset = client.create_dataset(name="signed")
    assert client.get_dataset(dataset.uid).iam_integration().uid == newer.uid
    client.execute(DELETE, {"id": newer.uid})
    assert client.get_dataset(dataset.uid).iam_integration() is None


def test_a_test_says_what_it_found(organization: Any, localbox: Localbox) -> None:
    assert organization.create_iam_integration("works", AWS).validate() == {
        "valid": True,
        "checks": [{"name": "integration", "success": True, "message": "The storage can be read."}],
    }
    localbox.control("POST", "integrations", {"name": "broken", "works": False})
    broken = organization.get_iam_integrations()[0]
    assert (broken.name, broken.valid, broken.validate()["valid"]) == ("broken", True, False)
    assert organization.get_iam_integrations()[0].valid is False


def test_refusals(organization: Any) -> None:
    with pytest.raises(lb_exceptions.MalformedQueryException, match="needs a name"):
        organization.create_iam_integration("  ", AWS)
    made = organization.create_iam_integration("clips", AWS)
    with pytest.raises(lb_exceptions.MalformedQueryException, match="is one of AWS, not of GCP"):
        made.update_gcp_integration("clips", "bucket")
