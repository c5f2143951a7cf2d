"""Labelbox's webhooks as Prefect events: what is signed becomes one, what is not is refused."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from deployments.webhooks import MOST_BYTES, receiver, signature
from tests.localbox_server import KEY, Localbox
from tests.up.conftest import ROOT, Deployed, free_port, until

SECRET = "s3cr3t-of-the-webhook"
BODY = b'{"id": "label-1", "project": {"id": "project-1"}}'
OLD = b'{"id": "label-1", "updatedAt": "2025-01-01T00:00:00Z", "project": {"id": "project-1"}}'
TOPIC = {"X-Labelbox-Event": "LABEL_CREATED"}


@pytest.fixture
def told() -> list[tuple[str, dict[str, Any]]]:
    return []


def post(told: list[tuple[str, dict[str, Any]]], body: bytes, headers: dict[str, str]) -> int:
    """The status that the receiver answers with."""
    app = receiver(SECRET, lambda event, **what: told.append((event, what)))

    async def ask() -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://receiver") as client:
            encoded = {name: value.encode("latin-1") for name, value in headers.items()}
            return (await client.post("/", content=body, headers=encoded)).status_code

    return asyncio.run(ask())


def test_a_signed_delivery_is_told(told: list[tuple[str, dict[str, Any]]]) -> None:
    assert post(told, BODY, TOPIC | {"X-Hub-Signature": signature(SECRET, BODY)}) == 204
    resource = {"prefect.resource.id": "labelbox.project.project-1"}
    payload = {"id": "label-1", "project": {"id": "project-1"}}
    assert told == [("labelbox.label_created", {"resource": resource, "payload": payload})]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (BODY, TOPIC, 401),
        (BODY, TOPIC | {"X-Hub-Signature": signature("another", BODY)}, 401),
        (BODY + b" ", TOPIC | {"X-Hub-Signature": signature(SECRET, BODY)}, 401),
        (BODY, {"X-Hub-Signature": signature(SECRET, BODY)}, 400),
        (b"[]", TOPIC | {"X-Hub-Signature": signature(SECRET, b"[]")}, 400),
        (b"{", TOPIC | {"X-Hub-Signature": signature(SECRET, b"{")}, 400),
        (BODY, TOPIC | {"X-Hub-Signature": "sha1=\xe9"}, 401),
        (BODY, {"X-Labelbox-Event": "ANYTHING", "X-Hub-Signature": signature(SECRET, BODY)}, 400),
        (b" " * (MOST_BYTES + 1), TOPIC, 413),
        (OLD, TOPIC | {"X-Hub-Signature": signature(SECRET, OLD)}, 409),
    ],
    ids=[
        "unsigned",
        "another secret",
        "changed",
        "no topic",
        "a list",
        "no JSON",
        "a signature in other letters",
        "another topic",
        "too large",
        "of last year",
    ],
)
def test_anything_else_is_refused(
    body: bytes, headers: dict[str, str], status: int, told: list[tuple[str, dict[str, Any]]]
) -> None:
    assert post(told, body, headers) == status
    assert told == []


def test_a_delivery_is_told_once_whatever_its_topic(told: list[tuple[str, dict[str, Any]]]) -> None:
    app = receiver(SECRET, lambda event, **what: told.append((event, what)))
    later = BODY.replace(b"label-1", b"label-2")

    async def ask(body: bytes, topic: str) -> int:
        headers = {"X-Labelbox-Event": topic, "X-Hub-Signature": signature(SECRET, body)}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://receiver") as client:
            return (await client.post("/", content=body, headers=headers)).status_code

    asked = [(BODY, "LABEL_CREATED"), (BODY, "LABEL_CREATED"), (BODY, "LABEL_DELETED"), (later, "LABEL_UPDATED")]
    assert [asyncio.run(ask(*each)) for each in asked] == [204, 409, 409, 204]
    assert [event for event, _ in told] == ["labelbox.label_created", "labelbox.label_updated"]


def test_no_secret_no_receiver() -> None:
    command = [sys.executable, "-m", "deployments.webhooks"]
    ended = subprocess.run(command, cwd=ROOT, env={}, capture_output=True, encoding="utf-8", timeout=60)
    assert (ended.returncode, ended.stderr.count("LABELFERRY_WEBHOOK_SECRET")) == (2, 1)


@pytest.fixture
def address(deployed: Deployed) -> Iterator[str]:
    """The receiver as a process of its own."""
    port = free_port()
    environment = dict(deployed.environment) | {
        **deployed.client,
        "LABELFERRY_WEBHOOK_SECRET": SECRET,
        "LABELFERRY_WEBHOOK_PORT": str(port),
    }
    url = f"http://127.0.0.1:{port}/"
    with subprocess.Popen([sys.executable, "-m", "deployments.webhooks"], cwd=ROOT, env=environment) as process:
        until(lambda: _answers(url), 60, "the receiver")
        yield url
        process.terminate()
        process.wait(30)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code == 405
    except httpx.TransportError:
        return False


def test_a_label_made_in_labelbox_is_an_event_in_prefect(
    deployed: Deployed, localbox: Localbox, address: str, spec: Path
) -> None:
    spec.write_text(spec.read_text("utf-8").replace("prelabels", "ground-truth"), "utf-8")
    mutation = (
        f'mutation CreateWebhookPyApi {{createWebhook(data: {{topics: {{set: [LABEL_CREATED]}}, url: "{address}", '
        f'secret: "{SECRET}"}}) {{id}}}}'
    )
    headers = {"Authorization": f"Bearer {KEY}"}
    made = httpx.post(localbox.endpoint, json={"query": mutation}, headers=headers, trust_env=False).json()
    assert made["data"]["createWebhook"]["id"], made
    assert deployed.run("onboard", spec=str(spec))["state"]["type"] == "COMPLETED"
    asked = {"filter": {"event": {"name": ["labelbox.label_created"]}}}
    found = until(lambda: deployed.api("POST", "/events/filter", asked)["events"], 60, "the event")
    project = localbox.table("projects")[0]["id"]
    assert found[0]["resource"]["prefect.resource.id"] == f"labelbox.project.{project}"
