"""Anything at all over HTTP: an answer below 500 every time, nothing readable without the key, nothing lost.

``LOCALBOX_FUZZ_EXAMPLES=10000 pytest tests/hostile`` is the long run.
"""

import asyncio
import gc
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from labelferry.localbox import app
from labelferry.localbox.execution import Operation, answer
from labelferry.localbox.founding import found
from labelferry.localbox.options import Options
from labelferry.localbox.state.database import Database

pytestmark = pytest.mark.filterwarnings("ignore:Unclosed file <tempfile.SpooledTemporaryFile:ResourceWarning")
"""Starlette leaves the file of a part that the body cuts off to the garbage collector."""

EXAMPLES = int(os.environ.get("LOCALBOX_FUZZ_EXAMPLES", "100"))
BROAD = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
KEY = "fuzz-key"
CREATE = 'mutation {createDataset(data: {name: "kept"}) {id}}'
PATHS = ["/graphql", "/_gql", "/", "/_page/projects", "/_page/projects/x/rows", "/_page/projects/x/rows/y", "/files/x"]
PATHS += ["/_page/projects/x/imports", "/files/../localbox.db", "/files/%2e%2e/localbox.db", "/api/v1/ontologies/x"]
PATHS += ["/api/v1/feature-schemas/unused", "/api/v1/anything", "/_localbox/health", "/_localbox/state", "/nowhere"]
CONTROLS = ["faults", "transitions", "flaws", "rate-limit", "integrations", "import-files", "outcomes", "seed"]
OPEN = {"/", "/_localbox/health"}  # besides files, whose ids cannot be guessed
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
TYPES = [
    "application/json",
    "multipart/form-data; boundary=b",
    "multipart/form-data",
    "text/plain",
    "",
    "multipart/form-data; boundary=",
]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=10,
)
REQUESTS = st.fixed_dictionaries(
    {
        "query": JSON
        | st.sampled_from(["{user {id}}", "{datasets {id name}}", CREATE, "query Q($x: ID!) {user {id}}"]),
        "variables": JSON,
        "operationName": JSON,
    }
)
PARTS = st.lists(st.sampled_from(["operations", "map", "1", ""]), max_size=4)


@st.composite
def multiparts(draw: st.DrawFn) -> bytes:
    """Bodies in the shape of a multipart request, with anything in the parts."""
    blocks = []
    for name in draw(PARTS):
        file = draw(st.sampled_from(["", '; filename="../../x"', '; filename=""']))
        value = draw(st.binary(max_size=20) | (REQUESTS | JSON).map(lambda each: json.dumps(each).encode()))
        blocks.append(f'--b\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + value + b"\r\n")
    return b"".join(blocks) + draw(st.sampled_from([b"--b--\r\n", b"", b"--b"]))


BODIES = st.binary(max_size=40) | (REQUESTS | JSON).map(lambda each: json.dumps(each).encode()) | multiparts()


@dataclass
class Server:
    """The ASGI application over a folder with one dataset in it, called without a socket."""

    application: Any
    database: Database
    runner: asyncio.Runner

    def send(self, method: str, path: str, body: bytes, kind: str, key: str | None) -> tuple[int, bytes]:
        headers = [(b"host", b"127.0.0.1:1"), (b"content-type", kind.encode())]
        headers += [(b"authorization", f"Bearer {key}".encode())] if key is not None else []
        plain, _, query = path.partition("?")
        scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http"}
        scope |= {"path": plain, "raw_path": plain.encode(), "query_string": query.encode(), "root_path": ""}
        scope |= {"headers": headers, "client": ("127.0.0.1", 9), "server": ("127.0.0.1", 1)}
        return self.runner.run(self._answer(scope, body))

    async def _answer(self, scope: dict[str, Any], body: bytes) -> tuple[int, bytes]:
        said: list[dict[str, Any]] = []
        messages = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            return messages.pop() if messages else {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            said.append(message)

        await asyncio.wait_for(self.application(scope, receive, send), 20)
        return said[0]["status"], b"".join(message.get("body", b"") for message in said[1:])

    def datasets(self) -> set[str]:
        said = answer(self.database, Operation("{datasets(first: 100000) {name}}", {}), "http://here")
        return {each["name"] for each in said.body["data"]["datasets"]}


@pytest.fixture(autouse=True)
def _swept() -> Iterator[None]:
    """Collect garbage here, where the warning is expected, and not in another test."""
    yield
    gc.collect()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("http")
    database = Database(folder)
    found(database)
    answer(database, Operation(CREATE, {}), "http://here")
    with asyncio.Runner() as runner:
        yield Server(app.build(database, Options(folder, key=KEY, control=True)), database, runner)


@given(st.sampled_from(METHODS), st.sampled_from(PATHS), BODIES, st.sampled_from(TYPES))
@example("POST", "/graphql", b"", "multipart/form-data; boundary=b")
@BROAD
def test_every_body_gets_an_answer(server: Server, method: str, path: str, body: bytes, kind: str) -> None:
    status, _ = server.send(method, path, body, kind, KEY)
    assert status < 500 or (status == 501 and path not in OPEN)
    assert "kept" in server.datasets()


@given(
    st.sampled_from(METHODS),
    st.sampled_from(PATHS),
    BODIES,
    st.sampled_from(TYPES),
    st.none() | st.text("ab-", max_size=9),
)
@BROAD
def test_nothing_is_told_without_the_key(
    server: Server, method: str, path: str, body: bytes, kind: str, key: str | None
) -> None:
    status, said = server.send(method, path, body, kind, key)
    assert status in {401, 404, 405} or path in OPEN
    assert b"kept" not in said


@given(st.sampled_from(CONTROLS), BODIES)
@BROAD
def test_the_control_plane_takes_or_refuses(server: Server, name: str, body: bytes) -> None:
    status, _ = server.send("POST", f"/_localbox/{name}", body, "application/json", KEY)
    assert status in {200, 400}
    assert server.send("POST", "/_localbox/reset", b"", "", KEY)[0] == 200
    answer(server.database, Operation(CREATE, {}), "http://here")
    assert server.datasets() == {"kept"}
