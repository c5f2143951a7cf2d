"""The command line against a localbox in a process of its own.

``ferry`` runs the command line inside the test's process, which is fast; ``ferry.start`` runs it as a process of its
own, which can be killed. ``flowing`` is the same with a Prefect server, so that runs are flows. All of them speak to
these servers, and to nothing else.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from labelferry.cli import main
from labelferry.labelbox import Client

ROOT = Path(__file__).parents[2]
COMMAND = str(Path(sys.executable).with_name("labelferry"))
KEY = "e2e-canary-key-5f0d"
READY = "localbox ready at "
STOP_SECONDS = 30
SERVER_SECONDS = 180
PROCESS_SECONDS = 180
LOGGING = {
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_ROOT_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
}
"""Of the runs inside this process: handlers keep the stderr of the test they were made in, and logs take a second."""
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
    """A running localbox, its control plane open."""

    endpoint: str

    def client(self) -> Client:
        return Client(KEY, self.endpoint)

    def control(self, method: str, name: str, body: object = None) -> Any:
        """Turn the control plane, and return its answer."""
        url = self.endpoint.replace("/graphql", f"/_localbox/{name}")
        answer = httpx.request(method, url, json=body, headers={"Authorization": f"Bearer {KEY}"}, trust_env=False)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    def operations(self) -> list[str]:
        """What was asked of it since the log was last cleared."""
        return [str(request["operation"]) for request in self.control("GET", "requests")]

    def mutations(self) -> list[str]:
        """The requests among those that change something."""
        return [name for name in self.operations() if name in MUTATIONS]

    def forget(self) -> None:
        """Clear the log of requests."""
        self.control("DELETE", "requests")

    def table(self, name: str) -> list[dict[str, Any]]:
        """The rows of one of its tables."""
        rows: list[dict[str, Any]] = self.control("GET", "state")[name]
        return rows

    def kept(self) -> dict[str, Any]:
        """All that it keeps but the traces of being asked."""
        return {name: rows for name, rows in self.control("GET", "state").items() if name not in LOOK_UPS}

    def labelled(self) -> list[str]:
        """The global keys of the rows that annotations are on, one for each annotation, sorted."""
        keys = {row["id"]: row["global_key"] for row in self.table("data_rows")}
        return sorted(keys[row["data_row_id"]] for row in self.table("annotations"))

    def annotations(self) -> list[dict[str, Any]]:
        """The annotation lines that it took, as they were sent."""
        return [orjson.loads(row["line"]) for row in self.table("annotations")]


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.out, self.err
        return orjson.loads(self.out)

    def refused(self, code: int) -> str:
        """The one message of a command that was refused, apart from what it told while it tried again."""
        assert self.code == code, f"{self.code}\n{self.out}\n{self.err}"
        assert "Traceback" not in self.out + self.err
        said = re.sub(r"^\d\d:\d\d:\d\d WARNING .*\n", "", self.err, flags=re.MULTILINE)
        assert re.findall("^labelferry: ", said, re.MULTILINE) == ["labelferry: "], said
        assert said.startswith("labelferry: ")
        assert KEY not in self.out + self.err
        return said.removeprefix("labelferry: ").strip()

    def done(self) -> str:
        """What a command said that went through."""
        assert self.code == 0, f"{self.code}\n{self.out}\n{self.err}"
        assert not self.err
        return self.out


class Ferry:
    """Runs commands with an environment of their own."""

    def __init__(self, environment: Mapping[str, str], run: Callable[[list[str]], Outcome]) -> None:
        self.environment = environment
        self._run = run

    @property
    def home(self) -> Path:
        return Path(self.environment["LABELFERRY_HOME"])

    def __call__(self, *arguments: object) -> Outcome:
        """Run a command inside this process."""
        return self._run([str(argument) for argument in arguments])

    def process(self, *arguments: object, **environment: str) -> Outcome:
        """Run a command as a process of its own."""
        ended = subprocess.run(timeout=PROCESS_SECONDS, capture_output=True, **self._how(arguments, environment))
        return Outcome(ended.returncode, ended.stdout, ended.stderr)

    def python(self, code: str, given: str, **environment: str) -> Outcome:
        """Run a program with the same environment and what it reads from its standard input."""
        how = {**self._how((), environment), "args": [sys.executable, "-c", code]}
        ended = subprocess.run(timeout=PROCESS_SECONDS, capture_output=True, input=given, **how)
        return Outcome(ended.returncode, ended.stdout, ended.stderr)

    def start(self, *arguments: object, **environment: str) -> "subprocess.Popen[str]":
        """Start a command as a process of its own, whose output nobody reads."""
        return subprocess.Popen(
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self._how(arguments, environment)
        )

    def _how(self, arguments: tuple[object, ...], environment: Mapping[str, str]) -> dict[str, Any]:
        inherited = {name: value for name, value in os.environ.items() if name not in LOGGING}
        env = {**inherited, **self.environment, **environment}
        return {"args": [COMMAND, *map(str, arguments)], "cwd": ROOT, "env": env, "encoding": "utf-8"}


@pytest.fixture(scope="session")
def running_localbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Localbox]:
    folder = tmp_path_factory.mktemp("localbox")
    command = [COMMAND, "localbox", "--port", "0", "--data", str(folder), "--control"]
    env = {**os.environ, "LOCALBOX_KEY": KEY}
    with (
        (folder / "log.txt").open("wb") as log,
        subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=log, encoding="utf-8") as server,
    ):
        try:
            assert server.stdout
            line = server.stdout.readline()
            assert line.startswith(READY), (folder / "log.txt").read_text("utf-8")[-2000:]
            yield Localbox(line.removeprefix(READY).strip())
        finally:
            server.terminate()
            server.wait(STOP_SECONDS)


@pytest.fixture
def localbox(running_localbox: Localbox) -> Localbox:
    """An empty localbox."""
    running_localbox.control("POST", "reset")
    return running_localbox


@pytest.fixture(scope="session")
def prefect_url() -> Iterator[str]:
    """The address of a Prefect server that every run reports to."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in LOGGING.items():
            patch.setenv(name, value)
        from prefect.settings import PREFECT_API_URL
        from prefect.testing.utilities import prefect_test_harness

        with prefect_test_harness(server_startup_timeout=SERVER_SECONDS):
            yield PREFECT_API_URL.value()


@pytest.fixture
def offline(
    running_localbox: Localbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Ferry:
    """The command line, in this process, with no Prefect server."""
    environment = {
        "LABELFERRY_HOME": str(tmp_path / "home"),
        "LABELBOX_API_KEY": KEY,
        "LABELBOX_ENDPOINT": running_localbox.endpoint,
        "PREFECT_PROFILES_PATH": str(tmp_path / "no-profiles.toml"),
    }

    def run(arguments: list[str]) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["labelferry", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Outcome(int(ended.value.code or 0), said.out, said.err)

    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for name in ("LABELFERRY_LEDGER", "PREFECT_API_URL"):
        monkeypatch.delenv(name, raising=False)
    return Ferry(environment, run)


@pytest.fixture
def ferry(localbox: Localbox, offline: Ferry) -> Ferry:
    """The command line and an empty localbox."""
    assert localbox.endpoint == offline.environment["LABELBOX_ENDPOINT"]
    return offline


@pytest.fixture
def flowing(ferry: Ferry, prefect_url: str, monkeypatch: pytest.MonkeyPatch) -> Ferry:
    """The command line where a Prefect server is configured."""
    monkeypatch.setenv("PREFECT_API_URL", prefect_url)
    return Ferry({**ferry.environment, "PREFECT_API_URL": prefect_url}, ferry._run)
