"""What is retried, what is never retried, and how long we wait."""

import gzip

import httpx
import pytest

from labelferry.errors import AuthenticationError, RateLimitError, RejectedError, UnavailableError
from labelferry.labelbox import Client, Policy

GOOD = {"organization": {"id": "o", "name": "O"}}
MADE = {"createDataset": {"id": "d", "name": "n", "description": None, "rowCount": 0}}

AMBIGUOUS = [
    httpx.Response(500),
    httpx.Response(502, content=b"<html>"),
    httpx.Response(503),
    httpx.Response(504),
    httpx.Response(408),
    httpx.Response(200, content=b'{"data": {"organi'),
    httpx.Response(200, content=b"<html>"),
    httpx.Response(200, content=b""),
    httpx.Response(200, content=b"[]"),
    httpx.Response(200, json={"data": None}),
    httpx.Response(200, json={"errors": [{"message": "?", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}),
    httpx.ReadTimeout("slow"),
    httpx.WriteTimeout("slow"),
    httpx.ReadError("reset"),
    httpx.WriteError("reset"),
    httpx.RemoteProtocolError("cut"),
]
TURNED_AWAY = [
    httpx.ConnectError("refused"),
    httpx.ConnectTimeout("slow"),
    httpx.PoolTimeout("busy"),
    httpx.Response(429),
    httpx.Response(429, content=b"<html>"),
    httpx.Response(400, json={"message": "You have exceeded your limit"}),
]


@pytest.mark.parametrize("fault", AMBIGUOUS + TURNED_AWAY, ids=str)
def test_a_query_is_repeated_after_any_lost_answer(service, client: Client, fault):
    service.on("GetOrganization", fault, fault, GOOD)
    assert client.organization.get().id == "o"
    assert len(service.sent) == 3
    assert len(service.naps) == 2


@pytest.mark.parametrize("fault", TURNED_AWAY, ids=str)
def test_a_mutation_is_repeated_when_it_was_turned_away(service, client: Client, fault):
    service.on("CreateDataset", fault, MADE)
    assert client.datasets.create("n").id == "d"
    assert len(service.sent) == 2


@pytest.mark.parametrize("fault", AMBIGUOUS, ids=str)
def test_a_mutation_is_never_repeated_when_it_may_have_acted(service, client: Client, fault):
    service.on("CreateDataset", fault, MADE)
    with pytest.raises(UnavailableError, match=r"CreateDataset: .*checks") as caught:
        client.datasets.create("n")
    assert caught.value.acted
    assert caught.value.retryable
    assert len(service.sent) == 1


def test_a_mutation_turned_away_to_the_end_did_not_act(service, client: Client):
    service.on("CreateDataset", httpx.ConnectError("refused"))
    with pytest.raises(UnavailableError, match=r"cannot reach https://service.test/graphql .*is it running") as caught:
        client.datasets.create("n")
    assert not caught.value.acted
    assert len(service.sent) == 3


def test_turned_away_then_lost_may_have_acted(service, client: Client):
    service.on("CreateDataset", httpx.Response(429), httpx.ReadTimeout("slow"), MADE)
    with pytest.raises(UnavailableError) as caught:
        client.datasets.create("n")
    assert caught.value.acted
    assert len(service.sent) == 2


def test_an_upload_is_repeated_whole(service, client: Client):
    service.on("UploadFile", httpx.Response(502), httpx.ReadTimeout("slow"), {"uploadFile": {"url": "u"}})
    assert client.upload(b"0123456789", "a.mp4") == "u"
    assert [sent.parts[2][1] for sent in service.sent] == [b"0123456789"] * 3


def test_an_upload_from_disk_is_repeated_whole(service, client: Client, tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"0123456789")
    service.on("UploadFile", httpx.Response(502), {"uploadFile": {"url": "u"}})
    assert client.upload(path) == "u"
    assert [sent.parts[2][1] for sent in service.sent] == [b"0123456789"] * 2


@pytest.mark.parametrize(
    ("code", "kind"), [("AUTHENTICATION_ERROR", AuthenticationError), ("MALFORMED_REQUEST", RejectedError)]
)
def test_what_is_final_is_never_repeated(service, client: Client, code, kind):
    service.on("GetOrganization", service.refusal(code), GOOD)
    with pytest.raises(kind):
        client.organization.get()
    assert len(service.sent) == 1


def test_attempts_end(service):
    service.on("GetOrganization", httpx.Response(500))
    with pytest.raises(UnavailableError, match="500 Internal Server Error; try again later") as caught:
        service.client(policy=Policy(attempts=4)).organization.get()
    assert not caught.value.acted
    assert len(service.sent) == 4
    assert all(nap <= bound for nap, bound in zip(service.naps, [1, 2, 4], strict=True))


def test_the_budget_ends_before_the_attempts(service):
    service.on("GetOrganization", httpx.Response(429, headers={"retry-after": "25"}))
    with pytest.raises(RateLimitError):
        service.client(policy=Policy(attempts=50, budget=60)).organization.get()
    assert service.naps == [25, 25]


RETRY_AFTER = [
    ({"retry-after": "7"}, 7.0),
    ({"retry-after": "0.5"}, 0.5),
    ({"retry-after": "0"}, 0.0),
    ({"retry-after-ms": "1500"}, 1.5),
    ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
    ({"retry-after": "Sun, 22 Nov 2026 10:00:30 GMT", "date": "Sun, 22 Nov 2026 10:00:10 GMT"}, 20.0),
    ({"retry-after": "Sun, 22 Nov 2026 10:00:30 GMT", "date": "Sun, 22 Nov 2026 10:01:00 GMT"}, 0.0),
    ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
    ({"retry-after": "100000"}, 60.0),
    ({"retry-after": "Sun, 22 Nov 2099 10:00:30 GMT"}, 60.0),
]


@pytest.mark.parametrize(("headers", "seconds"), RETRY_AFTER)
def test_retry_after_is_obeyed_up_to_a_cap(service, client: Client, headers, seconds):
    service.on("GetOrganization", httpx.Response(429, headers=headers), GOOD)
    client.organization.get()
    assert service.naps == [seconds]


@pytest.mark.parametrize("text", ["soon", "-5", "nan", "inf", ""])
def test_a_retry_after_that_says_nothing_falls_back_on_back_off(service, client: Client, text):
    service.on("GetOrganization", httpx.Response(429, headers={"retry-after": text}), GOOD)
    client.organization.get()
    assert 0 <= service.naps[0] <= 1


def test_the_seconds_are_on_the_error(service):
    service.on(
        "GetOrganization", httpx.Response(429, headers={"retry-after": "3"}, json={"message": "You have exceeded x"})
    )
    with pytest.raises(RateLimitError, match="You have exceeded x") as caught:
        service.client(policy=Policy(attempts=1)).organization.get()
    assert caught.value.retry_after == 3.0


def test_a_broken_encoding_is_a_lost_answer(service, client: Client):
    def broken(request: httpx.Request) -> httpx.Response:
        stream = httpx.ByteStream(gzip.compress(b"{}")[:5] + b"rubbish")
        return httpx.Response(200, headers={"content-encoding": "gzip"}, stream=stream)

    service.on("GetOrganization", broken, GOOD)
    assert client.organization.get().id == "o"
