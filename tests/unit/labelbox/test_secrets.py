"""The key goes into one header, and nowhere else."""

import logging
import traceback

import httpx
import pytest
from pydantic import SecretStr

from labelferry.errors import LabelferryError, RejectedError
from labelferry.labelbox import Client, ImportKind, Policy

FAULTS = [
    httpx.Response(500),
    httpx.Response(429),
    httpx.ConnectError("refused"),
    httpx.ReadTimeout("slow"),
    httpx.Response(200, content=b"<html>"),
]


def test_the_key_is_in_the_header_only(service, client: Client):
    service.on("GetOrganization", {"organization": {"id": "o", "name": None}})
    client.organization.get()
    request = service.sent[0].request
    assert request.headers["authorization"] == f"Bearer {service.key}"
    assert service.key.encode() not in request.content
    assert service.key not in str(request.url)


def test_the_key_is_in_no_repr(service, client: Client):
    assert service.key not in repr(client)
    assert service.key not in repr(vars(client))
    assert service.key not in repr(vars(client.organization._wire))
    assert service.key not in repr(Client(SecretStr(service.key)))


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_the_key_is_in_no_exception_and_no_log(service, fault, caplog):
    caplog.set_level(logging.DEBUG)
    service.on("GetOrganization", fault)
    with pytest.raises(LabelferryError) as caught:
        service.client(policy=Policy(attempts=2)).organization.get()
    told = "".join(traceback.format_exception(caught.value)) + caplog.text
    assert "again in" in caplog.text
    assert service.key not in told


def test_a_key_that_the_service_echoes_is_blotted_out(service, client: Client):
    service.on("GetOrganization", service.refusal("MALFORMED_REQUEST", f"what is {service.key}?"))
    with pytest.raises(RejectedError, match="what is ") as caught:
        client.organization.get()
    assert service.key not in str(caught.value)


def test_files_are_read_without_the_key(service, client: Client):
    job = {"id": "i", "name": "n", "state": "FINISHED", "statusFileUrl": "https://files.test/s?sig=1"}
    service.on("getLabelImport", {"labelImport": job})
    service.on("/s", httpx.Response(200, content=b'{"uuid": "u"}\n'))
    found = client.imports.find("p", "n", ImportKind.GROUND_TRUTH)
    assert found is not None
    assert list(client.imports.statuses(found)) == [{"uuid": "u"}]
    assert "authorization" not in service.sent[-1].request.headers


def test_we_say_who_we_are(service, client: Client):
    service.on("GetOrganization", {"organization": {"id": "o", "name": None}})
    client.organization.get()
    headers = service.sent[0].request.headers
    assert headers["user-agent"] == headers["x-user-agent"]
    assert headers["user-agent"].startswith("labelferry ")
    assert headers["accept"] == headers["content-type"] == "application/json"
