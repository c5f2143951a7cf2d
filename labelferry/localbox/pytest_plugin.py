"""A local Labelbox for tests of your own: pytest loads this by itself once labelferry is installed.

The fixture ``localbox`` is an empty one for each test; its server runs once a session, on loopback, and ends with it.
"""

import os
import secrets
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

__all__ = ["Localbox"]

AT_ONCE = {"*": {"when": "now"}}
READY = "localbox ready at "
STOP_SECONDS = 30


@dataclass(frozen=True)
class Localbox:
    """Where a local Labelbox is, for any client.

    Args:
        endpoint: of GraphQL.
        key: the API key.
    """

    endpoint: str
    key: str

    @property
    def rest_endpoint(self) -> str:
        """The endpoint of REST, as the official SDK wants it."""
        return self.endpoint.removesuffix("/graphql") + "/api/v1"

    def control(self, name: str, body: Any = None) -> Any:
        """Turn or look at the control plane, and return its answer.

        Args:
            name: what follows ``/_localbox/``.
            body: what is posted; without it, this is a look.
        """
        url = f"{self.endpoint.removesuffix('/graphql')}/_localbox/{name}"
        data = None if body is None else orjson.dumps(body)
        request = urllib.request.Request(url, data, {"Authorization": f"Bearer {self.key}"})  # noqa: S310 - loopback
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=STOP_SECONDS) as answer:
            return orjson.loads(answer.read())["result"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what the fixture behaves like."""
    about = "what the fixture localbox behaves like: as-official-tests, as-documented, hostile, or a JSON file"
    parser.getgroup("localbox").addoption("--localbox-like", default=None, metavar="PROFILE", help=about)


@pytest.fixture(scope="session")
def localbox_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Localbox]:
    """The one server of a session, with what earlier tests left in it."""
    like: str | None = request.config.getoption("--localbox-like")
    with _started(tmp_path_factory.mktemp("localbox"), [] if like is None else ["--like", like]) as server:
        yield server


@pytest.fixture
def localbox(request: pytest.FixtureRequest, localbox_server: Localbox) -> Localbox:
    """An empty Labelbox. Unless a profile says otherwise, its jobs end at once, so that no client waits for them."""
    localbox_server.control("reset", {})
    if request.config.getoption("--localbox-like") is None:
        localbox_server.control("transitions", AT_ONCE)
    return localbox_server


@contextmanager
def _started(folder: Path, options: list[str]) -> Iterator[Localbox]:
    key, pipe = secrets.token_hex(16), subprocess.PIPE
    own = ["--exit-with-parent", "--control", "--port", "0", "--data", str(folder / "data")]
    command = [sys.executable, "-m", "labelferry.localbox", *own, *options]
    environment = {**os.environ, "LOCALBOX_KEY": key}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=log)  # noqa: S603 - ours
    with server:
        try:
            line = server.stdout.readline().decode() if server.stdout else ""
            if not line.startswith(READY):
                pytest.fail(f"localbox did not start: {(folder / 'log').read_text('utf-8')}", pytrace=False)
            yield Localbox(line.removeprefix(READY).strip(), key)
        finally:
            server.terminate()
            server.wait(STOP_SECONDS)
