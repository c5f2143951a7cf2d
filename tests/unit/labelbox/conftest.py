"""A scripted service: each test sets the answers, and reads what was sent."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from labelferry.labelbox import Client, Policy

KEY = "canary-key-0123456789"
ENDPOINT = "https://service.test/graphql"

Answer = httpx.Response | dict[str, Any] | Exception | Callable[[httpx.Request], httpx.Response]


@dataclass
class Sent:
    """One request, taken apart."""

    request: httpx.Request
    operation: str
    variables: dict[str, Any]
    document: str

    @property
    def parts(self) -> list[tuple[str, bytes]]:
        return parts_of(self.request)


@dataclass
class Service:
    """Answers by operation name, in order; the last answer of an operation stays."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    naps: list[float] = field(default_factory=list)
    now: float = 0.0

    def on(self, operation: str, *answers: Answer) -> None:
        self.answers[operation] = list(answers)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        sent = taken_apart(request)
        self.sent.append(sent)
        queue = self.answers[sent.operation]
        answer = queue.pop(0) if len(queue) > 1 else queue[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, dict):
            return httpx.Response(200, json={"data": answer})
        return (
            answer(request)
            if callable(answer)
            else httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
        )

    key = KEY
    endpoint = ENDPOINT

    @staticmethod
    def refusal(code: str | None, message: str = "no", **extensions: Any) -> httpx.Response:
        known = {"code": code, **extensions} if code else extensions
        return httpx.Response(200, json={"data": None, "errors": [{"message": message, "extensions": known}]})

    def operations(self) -> list[str]:
        return [sent.operation for sent in self.sent]

    def of(self, operation: str) -> list[Sent]:
        return [sent for sent in self.sent if sent.operation == operation]

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds

    def client(self, endpoint: str = ENDPOINT, policy: Policy | None = None) -> Client:
        return Client(
            KEY,
            endpoint,
            transport=httpx.MockTransport(self),
            policy=policy or Policy(),
            clock=lambda: self.now,
            sleep=self.sleep,
        )


def taken_apart(request: httpx.Request) -> Sent:
    if request.method == "GET":
        return Sent(request, request.url.path, {}, "")
    body = operations_of(request) if is_multipart(request) else json.loads(request.content)
    name = re.match(r"\s*(?:query|mutation)\s+(\w+?)(?:PyApi)?\b", body["query"])
    assert name
    return Sent(request, name[1], body["variables"], body["query"])


def is_multipart(request: httpx.Request) -> bool:
    return request.headers["content-type"].startswith("multipart/")


def operations_of(request: httpx.Request) -> dict[str, Any]:
    return dict(json.loads(parts_of(request)[0][1]))


def parts_of(request: httpx.Request) -> list[tuple[str, bytes]]:
    """Return head and body of each part, split by hand so that nothing is tidied on the way."""
    boundary = request.headers["content-type"].split("boundary=")[1].encode()
    blocks = request.content.split(b"--" + boundary)[1:-1]
    pairs = [block[2:-2].split(b"\r\n\r\n", 1) for block in blocks]
    return [(head.decode(), body) for head, body in pairs]


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def client(service: Service) -> Client:
    return service.client()
