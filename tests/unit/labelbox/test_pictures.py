"""Pictures of masks: the service's own URLs get the key, and no other host ever sees it."""

import httpx
import pytest

from labelferry.errors import NotFoundError, RejectedError
from labelferry.labelbox import Client


@pytest.mark.parametrize(
    ("url", "goes_along"),
    [
        ("https://service.test/api/v1/tasks/t/masks/m/index/1", True),
        ("https://SERVICE.test:443/masks/1", True),
        ("http://service.test/masks/1", False),
        ("https://service.test:8443/masks/1", False),
        ("https://service.test.evil.test/masks/1", False),
        ("https://service.test@evil.test/masks/1", False),
        ("https://storage.test/masks/1?signature=1", False),
    ],
)
def test_the_key_goes_to_the_services_own_host_only(service, client: Client, url: str, goes_along: bool):
    service.on(httpx.URL(url).path, httpx.Response(200, content=b"png"))
    assert client.exports.picture(url) == b"png"
    said = service.sent[-1].request.headers.get("authorization", "")
    assert (service.key in said) is goes_along


def test_the_key_does_not_follow_a_redirect(service, client: Client):
    service.on("/own", httpx.Response(302, headers={"location": "https://storage.test/other"}))
    service.on("/other", httpx.Response(200, content=b"png"))
    assert client.exports.picture("https://service.test/own") == b"png"
    assert service.key in service.sent[0].request.headers["authorization"]
    assert service.key not in service.sent[1].request.headers.get("authorization", "")


def test_a_picture_that_is_gone(service, client: Client):
    service.on("/gone", httpx.Response(404))
    with pytest.raises(NotFoundError):
        client.exports.picture("https://service.test/gone")


def test_an_address_that_is_none(client: Client):
    with pytest.raises(RejectedError, match="is not a readable URL"):
        client.exports.picture("https://host:port/mask.png")
