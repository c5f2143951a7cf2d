"""The compose files' services as local processes: with their commands, settings and secrets, but other addresses.

The names of the composed network become 127.0.0.1 and a free port, ``/run/secrets`` and the volumes become folders, the
images of others become Debian's packages. All else is taken from the files, so they cannot drift from what works.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.deployments.composed import DEPLOYMENTS, Composed

__all__ = ["KEY", "LOGIN", "PASSWORD", "Stack", "postgres_tools"]

ROOT = DEPLOYMENTS.parent
BIN = Path(sys.executable).parent
KEY, PASSWORD, LOGIN = "production-canary-key", "production canary / password", "labelferry:production-canary-login"
START_SECONDS, STOP_SECONDS = 400, 20


@dataclass
class Stack:
    """The services in the compose files, at local addresses."""

    composed: Composed
    folder: Path
    ports: Mapping[str, int]
    running: ExitStack

    @classmethod
    @contextmanager
    def of(cls, composed: Composed, folder: Path) -> Iterator["Stack"]:
        """A stack that is not running yet; everything that is started ends with the block."""
        for name in ("secrets", "logs", "home"):
            (folder / name).mkdir()
        (folder / "secrets" / "postgres_password").write_text(PASSWORD, "utf-8")
        (folder / "secrets" / "labelbox_api_key").write_text(KEY, "utf-8")
        (folder / "secrets" / "prefect_login").write_text(LOGIN, "utf-8")
        ports = {name: free_port() for name in ("postgres", "server", "redis", "localbox")}
        with ExitStack() as running:
            yield cls(composed, folder, ports, running)

    @property
    def api(self) -> str:
        """Prefect's API."""
        return f"http://127.0.0.1:{self.ports['server']}/api"

    def environment(self, service: str, **more: str) -> dict[str, str]:
        """What a service of the compose file runs with."""
        said = self.composed.services[service]["environment"]
        return {
            "PATH": f"{BIN}:/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "HOME": str(self.folder / "home"),
            "LABELFERRY_HOME": str(self.folder / "home"),
            "LABELFERRY_CHECKOUT": str(ROOT),
            "PREFECT_HOME": str(self.folder / "prefect"),
            **{name: self._here(value) for name, value in said.items()},
            "LABELBOX_ENDPOINT": f"http://127.0.0.1:{self.ports['localbox']}/graphql",
            "PREFECT_SERVER_API_PORT": str(self.ports["server"]),
            **more,
        }

    def _here(self, value: str) -> str:
        for name in ("postgres:5432", "server:4200", "redis:6379"):
            value = value.replace(name, f"127.0.0.1:{self.ports[name.split(':')[0]]}")
        for there, here in (("0.0.0.0", "127.0.0.1"), ("/run/secrets", str(self.folder / "secrets"))):  # noqa: S104
            value = value.replace(there, here)
        return {"redis": "127.0.0.1", "6379": str(self.ports["redis"])}.get(value, value)

    def command(self, service: str) -> list[str]:
        """How a service of the compose file is started."""
        return [str(DEPLOYMENTS / "with-secrets"), *self.composed.services[service]["command"]]

    def start(self, service: str, ready: Callable[[], bool] = lambda: True, **more: str) -> None:
        """Start a service, and wait until it answers."""
        self.launch(service, self.command(service), self.environment(service, **more), ready)

    def run(self, service: str, *command: str, **more: str) -> str:
        """Run a command to its end, in the place of a service; returns what it prints."""
        environment = self.environment(service, **more)
        whole = [str(DEPLOYMENTS / "with-secrets"), *command]
        done = subprocess.run(
            whole, env=environment, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=START_SECONDS
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def launch(self, name: str, command: list[str], environment: Mapping[str, str], ready: Callable[[], bool]) -> None:
        """Start a process that is ended with the stack."""
        path = self.folder / "logs" / f"{name}-{len(list((self.folder / 'logs').iterdir()))}.log"
        with path.open("wb") as log:
            process = subprocess.Popen(
                command, env=environment, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )
        self.running.callback(end, process)
        until = time.monotonic() + START_SECONDS
        while not ready():
            assert process.poll() is None, path.read_text("utf-8")[-3000:]
            assert time.monotonic() < until, path.read_text("utf-8")[-3000:]
            time.sleep(0.2)

    def start_localbox(self) -> None:
        """A Labelbox for the runs."""
        port = str(self.ports["localbox"])
        environment = {"PATH": "/usr/bin:/bin", "LOCALBOX_KEY": KEY, "LABELFERRY_HOME": str(self.folder / "localbox")}
        command = [str(BIN / "labelferry"), "localbox", "--port", port]
        self.launch("localbox", command, environment, lambda: answers(f"http://127.0.0.1:{port}/_localbox/health"))

    def start_redis(self) -> None:
        """Debian's Redis, with the options of the compose file."""
        _, *options = self.composed.services["redis"]["command"]
        port, folder = self.ports["redis"], self.folder / "redis"
        folder.mkdir()
        bound = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder)]
        command = ["/usr/bin/redis-server", *options, *bound]
        self.launch("redis", command, {"PATH": "/usr/bin:/bin"}, lambda: listens(port))

    def start_postgres(self) -> None:
        """Debian's PostgreSQL as the image founds it: one role with a password, Prefect's database, our SQL file."""
        tools, port = postgres_tools(), self.ports["postgres"]
        assert tools is not None
        said = self.composed.services["postgres"]["environment"]
        # pytest's own folder is closed to other users again whenever some pytest starts.
        folder = Path(self.running.enter_context(tempfile.TemporaryDirectory(prefix="labelferry-postgres-")))
        (folder / "password").write_text(PASSWORD, "utf-8")
        if os.geteuid() == 0:
            for each in (folder, folder / "password"):
                shutil.chown(each, "postgres")
        data = str(folder / "data")
        found = [
            "-E",
            "UTF8",
            "--no-locale",
            "-A",
            "scram-sha-256",
            "-U",
            said["POSTGRES_USER"],
            f"--pwfile={folder / 'password'}",
        ]
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": "/"}
        subprocess.run(as_owner([str(tools / "initdb"), "-D", data, *found]), **quiet)
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        control = [str(tools / "pg_ctl"), "-D", data, "-w"]
        subprocess.run(as_owner([*control, "-l", str(folder / "log"), "-o", options, "start"]), **quiet)
        self.running.callback(subprocess.run, as_owner([*control, "-m", "fast", "stop"]), **quiet)
        self.postgres("psql", "--dbname=postgres", f"--command=CREATE DATABASE {said['POSTGRES_DB']}")
        self.postgres("psql", "--dbname=postgres", f"--file={DEPLOYMENTS / 'postgres' / 'ledger.sql'}")

    def postgres(self, tool: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs on the running database."""
        tools = postgres_tools()
        assert tools is not None
        user = self.composed.services["postgres"]["environment"]["POSTGRES_USER"]
        where = ["--host=127.0.0.1", f"--port={self.ports['postgres']}", f"--username={user}"]
        environment = {"PATH": "/usr/bin:/bin", "PGPASSWORD": PASSWORD}
        subprocess.run([tools / tool, *where, *arguments], check=True, env=environment, stdout=subprocess.DEVNULL)


def postgres_tools() -> Path | None:
    """Where PostgreSQL's programs are, if they are."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def as_owner(command: list[str]) -> list[str]:
    """PostgreSQL does not run as root; Debian's package has a user for it."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


def end(process: "subprocess.Popen[bytes]") -> None:
    """End a process as systemd does: with SIGTERM first, then with everything that it started."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def answers(url: str) -> bool:
    """Whether a GET succeeds."""
    try:
        return httpx.get(url, timeout=2, trust_env=False).is_success
    except httpx.TransportError:
        return False


def listens(port: int) -> bool:
    """Whether something listens."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
