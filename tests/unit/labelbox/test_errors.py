"""Every answer of the service, and the error that it becomes."""

import json

import httpx
import pytest

from labelferry import errors
from labelferry.labelbox import Client

ORGANIZATION = {"organization": {"id": "o", "name": "O"}}

CODES = [
    ("AUTHENTICATION_ERROR", {}, errors.AuthenticationError, "LABELBOX_API_KEY"),
    ("AUTHORIZATION_ERROR", {}, errors.PermissionDeniedError, "admin"),
    ("OPERATION_NOT_ALLOWED", {}, errors.PermissionDeniedError, "may not"),
    ("GRAPHQL_VALIDATION_FAILED", {}, errors.RejectedError, "report"),
    ("GRAPHQL_PARSE_FAILED", {}, errors.RejectedError, "report"),
    ("RESOURCE_NOT_FOUND", {}, errors.NotFoundError, "deleted"),
    ("RESOURCE_CONFLICT", {}, errors.RemoteConflictError, "taken"),
    ("MALFORMED_REQUEST", {}, errors.RejectedError, "fix the request"),
    ("INTERNAL_SERVER_ERROR", {"exception": {"status": 400}}, errors.RejectedError, "fix the request"),
    ("INTERNAL_SERVER_ERROR", {"exception": {"status": 422}}, errors.RejectedError, "fix the request"),
    ("INTERNAL_SERVER_ERROR", {"exception": {"status": 426}}, errors.QuotaError, "quota"),
    ("SOMETHING_NEW", {}, errors.RejectedError, "SOMETHING_NEW"),
    (None, {}, errors.RejectedError, "missing"),
]


@pytest.mark.parametrize(("code", "extensions", "kind", "hint"), CODES)
def test_codes_that_are_final(service, client: Client, code, extensions, kind, hint):
    service.on("GetOrganization", service.refusal(code, "their text", **extensions))
    with pytest.raises(kind, match=f"GetOrganization: their text; .*{hint}") as caught:
        client.organization.get()
    assert type(caught.value) is kind
    assert len(service.sent) == 1
    assert service.naps == []


STATUSES = [
    (401, b'{"message": "no"}', errors.AuthenticationError),
    (403, b"<html>", errors.PermissionDeniedError),
    (404, b"<html>", errors.RejectedError),
    (400, b"<html>", errors.RejectedError),
    (302, b"", errors.RejectedError),
    (413, b"<html>", errors.RejectedError),
    (426, b'{"message": "LBU limit exceeded, upgrade to continue"}', errors.QuotaError),
    (501, b'{"message": "this operation is not known here"}', errors.RejectedError),
]


@pytest.mark.parametrize(("status", "content", "kind"), STATUSES)
def test_statuses_that_are_final(service, client: Client, status, content, kind):
    service.on("GetOrganization", httpx.Response(status, content=content))
    with pytest.raises(kind, match=str(status)) as caught:
        client.organization.get()
    assert type(caught.value) is kind
    assert len(service.sent) == 1


def test_quota_is_known_by_its_text_whatever_the_code(service, client: Client):
    service.on("GetOrganization", service.refusal("OPERATION_NOT_ALLOWED", "LBU limit exceeded, upgrade to continue"))
    with pytest.raises(errors.QuotaError):
        client.organization.get()


def test_a_listed_error_wins_over_data_and_over_unknown_errors(service, client: Client):
    listed = [
        {"message": "other", "extensions": {"code": "ODD"}},
        {"message": "gone", "extensions": {"code": "RESOURCE_NOT_FOUND"}},
    ]
    service.on("GetOrganization", httpx.Response(200, json={"data": ORGANIZATION, "errors": listed}))
    with pytest.raises(errors.NotFoundError, match="gone"):
        client.organization.get()


def test_the_request_id_is_in_the_message(service, client: Client):
    service.on("GetOrganization", httpx.Response(401, headers={"x-request-id": "r-17"}))
    with pytest.raises(errors.AuthenticationError, match=r"\(request r-17\)"):
        client.organization.get()


def test_long_texts_are_cut(service, client: Client):
    service.on("GetOrganization", service.refusal("MALFORMED_REQUEST", "x" * 100_000))
    with pytest.raises(errors.RejectedError) as caught:
        client.organization.get()
    assert len(str(caught.value)) < 1_000


def test_null_where_something_must_be_is_not_found(service, client: Client):
    service.on("GetDataset", {"dataset": None})
    with pytest.raises(errors.NotFoundError, match="dataset d1"):
        client.datasets.get("d1")


@pytest.mark.parametrize("key", ["", "  ", "two words", "line\nbreak", "schlüssel"])
def test_a_key_that_cannot_be_one_is_refused_without_being_printed(key):
    with pytest.raises(errors.AuthenticationError, match="LABELBOX_API_KEY") as caught:
        Client(key)
    assert not key.strip() or key not in str(caught.value)


@pytest.mark.parametrize(
    "endpoint", ["", "api.labelbox.com/graphql", "ftp://x/graphql", "http://u:p@x/graphql", "http://x:port/graphql"]
)
def test_an_endpoint_that_is_none_is_refused(endpoint):
    with pytest.raises(errors.SpecError):
        Client("key", endpoint)


def test_errors_are_sent_once_and_read_as_json(service, client: Client):
    service.on("GetOrganization", ORGANIZATION)
    client.organization.get()
    assert json.loads(service.sent[0].request.content)["variables"] == {}
