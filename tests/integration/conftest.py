"""A localbox of its own process and port for the tests that need a real socket."""

import queue
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx
import pytest

from labelferry.labelbox import Client
from tests.integration.postgres import postgres_url, url

__all__ = ["Localbox", "postgres_url", "url"]

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0


@dataclass(frozen=True)
class Localbox:
    """A running localbox."""

    endpoint: str
    key: str

    def client(self) -> Client:
        return Client(self.key, self.endpoint)

    def control(self, method: str, name: str, body: object = None) -> object:
        """Turn the control plane, and return its answer."""
        url = self.endpoint.replace("/graphql", f"/_localbox/{name}")
        answer = httpx.request(method, url, json=body, headers={"Authorization": f"Bearer {self.key}"}, trust_env=False)
        answer.raise_for_status()
        return answer.json()["result"]


@pytest.fixture(scope="session")
def localbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Localbox]:
    folder, key = tmp_path_factory.mktemp("localbox"), "integration-test-key"
    command = [
        sys.executable,
        "-m",
        "labelferry.localbox",
        "--port",
        "0",
        "--data",
        str(folder),
        "--key",
        key,
        "--control",
    ]
    log = folder / "log.txt"
    with log.open("wb") as errors, subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors) as server:
        try:
            assert server.stdout
            yield Localbox(ready(server.stdout, log), key)
        finally:
            server.terminate()
            server.wait(PATIENCE)


@pytest.fixture
def client(localbox: Localbox) -> Iterator[Client]:
    with localbox.client() as client:
        yield client


def ready(stdout: IO[bytes], log: Path) -> str:
    """Return the endpoint that localbox prints; go on reading, so that it never blocks on its own output."""
    found: queue.Queue[str] = queue.Queue()
    threading.Thread(target=read, args=(stdout, found), daemon=True).start()
    try:
        endpoint = found.get(timeout=PATIENCE)
    except queue.Empty:
        endpoint = ""
    if not endpoint:
        pytest.fail(f"localbox did not start: {log.read_text('utf-8', 'replace')[-2000:]}")
    return endpoint


def read(stdout: IO[bytes], found: queue.Queue[str]) -> None:
    for line in stdout:
        if match := re.search(rb"localbox ready at (\S+)", line):
            found.put(match[1].decode())
    found.put("")
