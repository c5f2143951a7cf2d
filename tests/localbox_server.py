"""The localbox that tests send to: in a process of its own, its control plane open; one for each process of a run."""

import os
import re
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import httpx
import orjson

from labelferry.labelbox import Client

ROOT = Path(__file__).parents[1]
KEY = "tests-canary-key-5f0d"
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""What plain HTTP needs; reading the usual ones takes longer than several requests."""
READY = "localbox ready at "
STOP_SECONDS = 30
LOOK_UPS = {"jobs", "files", "export_chunks"}
"""The tables that reading changes: looking up global keys and exporting are jobs at the service."""

MUTATIONS = {
    name
    for source in (ROOT / "labelferry" / "labelbox").glob("*.py")
    for name in re.findall(r"mutation (\w+)", source.read_text("utf-8"))
} - {"exportDataRowsInProjectPyApi", "exportDataRowsInCatalogPyApi"}
"""Every operation of ours that changes anything; an export is a mutation by its grammar only."""


@dataclass(frozen=True)
class Localbox:
    """A running localbox."""

    process: "subprocess.Popen[str]"
    endpoint: str
    key: str = KEY

    @property
    def base(self) -> str:
        return self.endpoint.removesuffix("/graphql")

    def client(self) -> Client:
        return Client(self.key, self.endpoint)

    def control(self, method: str, name: str, body: object = None) -> Any:
        """Turn the control plane, and return its answer."""
        headers = {"Authorization": f"Bearer {self.key}"}
        url = f"{self.base}/_localbox/{name}"
        answer = httpx.request(method, url, json=body, headers=headers, trust_env=False, verify=NO_CERTIFICATES)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    def ask(self, document: str, **variables: object) -> Any:
        """Send a GraphQL document as another client."""
        body, headers = {"query": document, "variables": variables}, {"Authorization": f"Bearer {self.key}"}
        answer = httpx.post(self.endpoint, json=body, headers=headers, trust_env=False, verify=NO_CERTIFICATES)
        return answer.json()["data"]

    def reset(self) -> None:
        """Empty it, the control plane's own settings included."""
        self.control("POST", "reset")

    def operations(self) -> list[str]:
        """What was asked of it since the log was last cleared."""
        return [str(request["operation"]) for request in self.control("GET", "requests")]

    def mutations(self) -> list[str]:
        """The requests among those that change something."""
        return [name for name in self.operations() if name in MUTATIONS]

    def forget(self) -> None:
        """Clear the log of requests."""
        self.control("DELETE", "requests")

    def state(self) -> dict[str, list[dict[str, Any]]]:
        """Every table."""
        state: dict[str, list[dict[str, Any]]] = self.control("GET", "state")
        return state

    def table(self, name: str) -> list[dict[str, Any]]:
        """The rows of one of its tables."""
        return self.state()[name]

    def kept(self) -> dict[str, Any]:
        """All that it keeps but the traces of being asked."""
        return {name: rows for name, rows in self.state().items() if name not in LOOK_UPS}

    def labelled(self) -> list[str]:
        """The global keys of the rows that annotations are on, one for each annotation, sorted."""
        state = self.state()
        keys = {row["id"]: row["global_key"] for row in state["data_rows"]}
        return sorted(keys[row["data_row_id"]] for row in state["annotations"])

    def annotations(self) -> list[dict[str, Any]]:
        """The annotation lines that it took, as they were sent."""
        return [orjson.loads(row["line"]) for row in self.table("annotations")]

    def stop(self) -> int:
        """Stop it as a user does, and return how it ended."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)


@contextmanager
def started(folder: Path, *options: str, key: str = KEY) -> Iterator[Localbox]:
    """A localbox of one's own; it ends with whoever started it, even when that is killed."""
    log = folder.with_suffix(".log")
    with log.open("ab") as errors, _process(("--data", str(folder), *options), key, errors) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith(READY), log.read_text("utf-8", "replace")[-2000:]
            yield Localbox(process, line.removeprefix(READY).strip(), key)
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)


def _process(options: tuple[str, ...], key: str, errors: IO[bytes]) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "labelferry.localbox", "--exit-with-parent", "--port", "0", *options]
    env, pipe = {**os.environ, "LOCALBOX_KEY": key}, subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, env=env, stdin=pipe, stdout=pipe, stderr=errors, encoding="utf-8")
