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

import orjson
import pytest

from labelferry.cli import main
from tests.localbox_server import KEY, ROOT, Localbox

COMMAND = str(Path(sys.executable).with_name("labelferry"))
SERVER_SECONDS = 180
PROCESS_SECONDS = 180
LOGGING = {
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_ROOT_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
}
"""Of the runs inside this process: handlers keep the stderr of the test they were made in, and logs take a second."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of a command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.out, self.err
        return orjson.loads(self.out)

    def refused(self, code: int) -> str:
        """The one message of a refused command, without what it printed while it retried."""
        assert self.code == code, f"{self.code}\n{self.out}\n{self.err}"
        assert "Traceback" not in self.out + self.err
        said = re.sub(r"^\d\d:\d\d:\d\d WARNING .*\n", "", self.err, flags=re.MULTILINE)
        assert re.findall("^labelferry: ", said, re.MULTILINE) == ["labelferry: "], said
        assert said.startswith("labelferry: ")
        assert KEY not in self.out + self.err
        return said.removeprefix("labelferry: ").strip()

    def done(self) -> str:
        """The output of a command that succeeded."""
        assert self.code == 0, f"{self.code}\n{self.out}\n{self.err}"
        assert not self.err
        return self.out


class Ferry:
    """A runner of commands with an environment of their own."""

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
        """Start a command as a process of its own, whose output is not read."""
        return subprocess.Popen(
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self._how(arguments, environment)
        )

    def _how(self, arguments: tuple[object, ...], environment: Mapping[str, str]) -> dict[str, Any]:
        inherited = {name: value for name, value in os.environ.items() if name not in LOGGING}
        env = {**inherited, **self.environment, **environment}
        return {"args": [COMMAND, *map(str, arguments)], "cwd": ROOT, "env": env, "encoding": "utf-8"}


@pytest.fixture(scope="package")
def prefect_url() -> Iterator[str]:
    """The URL of a Prefect server that every run reports to."""
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
            main.run()
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
