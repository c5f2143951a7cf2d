"""What ``make up`` starts, used as its users use it; labels go to a localbox that the tests can break.

The services are started once, and may connect to this machine only (``loopback/``). Tasks are not tried again by
themselves and requests not for long, so that what breaks shows at once. A key is set and no spec is named, so nothing
may be scheduled, whatever the schedules' settings say.
"""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from tests.e2e.test_again import box, write
from tests.localbox_server import KEY, ROOT, Localbox

ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
RUN_SECONDS = 180
LOCKED_SECONDS = 30
EVERY_MINUTE = "* * * * *"
SERVICES = [sys.executable, "-m", "deployments.services"]
QUICK = {
    "LABELFERRY_PATIENCE": "3",
    "LABELFERRY_TASK_RETRIES": "0",
    "LABELFERRY_SYNC_CRON": EVERY_MINUTE,
    "LABELFERRY_VERIFY_CRON": EVERY_MINUTE,
}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text("utf-8").rsplit(")", 1)[-1].split()[0] != "Z"


def until(holds: Callable[[], Any], seconds: float, what: str) -> Any:
    """Wait until something holds, and return it."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if found := holds():
            return found
        time.sleep(0.5)
    return pytest.fail(f"{what}: not within {seconds} s")


def flow_processes(run: str) -> list[int]:
    """The processes that carry out a flow run, by what their environment says."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            environment = entry.read_bytes()
        except OSError:
            continue  # it has ended in the meantime, or is not ours
        if f"PREFECT__FLOW_RUN_ID={run}".encode() in environment:
            found.append(int(entry.parent.name))
    return found


@dataclass(frozen=True)
class Deployed:
    """The services, by the URL of Prefect's server and the folder of all data."""

    url: str
    home: Path
    environment: Mapping[str, str]

    @property
    def login(self) -> str:
        """user:password of Prefect's server, as make up keeps it."""
        return (self.home / "up" / "login").read_text("utf-8").strip()

    @property
    def client(self) -> dict[str, str]:
        """What a shell needs to speak with the server."""
        return {"PREFECT_API_URL": f"{self.url}/api", "PREFECT_API_AUTH_STRING": self.login}

    def ask(self, method: str, path: str, body: object = None) -> httpx.Response:
        """Ask Prefect's API, logged in."""
        user, password = self.login.split(":")
        url = f"{self.url}/api{path}"
        return httpx.request(method, url, json=body, timeout=60, trust_env=False, auth=(user, password))

    def api(self, method: str, path: str, body: object = None) -> Any:
        """Ask Prefect's API; while its database is locked it says 503, and its clients ask again."""
        ends = time.monotonic() + LOCKED_SECONDS
        while True:
            answer = self.ask(method, path, body)
            if answer.status_code != 503 or time.monotonic() > ends:
                break
            time.sleep(0.5)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def deployment(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.api("GET", f"/deployments/name/{name}/{name}")
        return found

    def start(self, deployment: str, **parameters: object) -> str:
        """Start a run of a deployment, as the UI does; returns its id."""
        path = f"/deployments/{self.deployment(deployment)['id']}/create_flow_run"
        return str(self.api("POST", path, {"parameters": parameters, "state": {"type": "SCHEDULED"}})["id"])

    def ended(self, run: str, seconds: float = RUN_SECONDS) -> dict[str, Any]:
        """Wait for a run to end."""
        found: dict[str, Any] = until(lambda: self._ended(run), seconds, f"run {run} ends")
        return found

    def run(self, deployment: str, **parameters: object) -> dict[str, Any]:
        return self.ended(self.start(deployment, **parameters))

    def state(self, run: str) -> str:
        return str(self.api("GET", f"/flow_runs/{run}")["state"]["type"])

    def runs_of(self, name: str, **states: object) -> list[dict[str, Any]]:
        query: dict[str, Any] = {"deployment_id": {"any_": [self.deployment(name)["id"]]}}
        if states:
            query["state"] = states
        body = {"flow_runs": query, "sort": "EXPECTED_START_TIME_ASC", "limit": 200}
        found: list[dict[str, Any]] = self.api("POST", "/flow_runs/filter", body)
        return found

    def artifacts(self, run: str) -> list[dict[str, Any]]:
        body = {"artifacts": {"flow_run_id": {"any_": [run]}}, "sort": "CREATED_DESC"}
        found: list[dict[str, Any]] = self.api("POST", "/artifacts/filter", body)
        return found

    def service(self, name: str) -> int:
        """The process id of a service."""
        return int((self.home / "up" / f"{name}.pid").read_text("utf-8"))

    def up(self) -> str:
        """Start what does not run; returns what is printed."""
        command, env = [*SERVICES, "up"], dict(self.environment)
        done = subprocess.run(
            command, cwd=ROOT, env=env, check=True, timeout=300, stdout=subprocess.PIPE, encoding="utf-8"
        )
        return done.stdout

    def deploy(self, **changes: str) -> str:
        """Deploy again, as make deploy does; returns what is printed."""
        environment = {**self.environment, **self.client, **changes}
        command = [sys.executable, "-m", "deployments.setup"]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, check=True, timeout=180, stdout=subprocess.PIPE, encoding="utf-8"
        )
        return done.stdout

    def down(self) -> None:
        """Stop everything, and check that it has ended, and that nothing called other machines."""
        pids = [int(path.read_text("utf-8")) for path in (self.home / "up").glob("*.pid")]
        subprocess.run([*SERVICES, "down"], cwd=ROOT, env=dict(self.environment), check=True, timeout=120)
        assert [pid for pid in pids if alive(pid)] == []
        assert self.outbound() == ""

    def outbound(self) -> str:
        """What any of our processes wanted from other machines."""
        log = Path(self.environment["LOOPBACK_LOG"])
        return log.read_text("utf-8") if log.exists() else ""

    def _ended(self, run: str) -> dict[str, Any] | None:
        found: dict[str, Any] = self.api("GET", f"/flow_runs/{run}")
        return found if found["state"]["type"] in ENDED else None


def services(home: Path, **changes: str) -> Deployed:
    """What ``make up`` would start in a folder of its own, on ports of its own."""
    port = free_port()
    environment = os.environ | {
        "LABELFERRY_HOME": str(home),
        "PREFECT_HOME": str(home / "prefect"),
        "LABELFERRY_PREFECT_PORT": str(port),
        "LABELFERRY_LOCALBOX_PORT": str(free_port()),
        "PYTHONPATH": str(Path(__file__).with_name("loopback")),
        "LOOPBACK_LOG": str(home / "outbound.txt"),
        **changes,
    }
    return Deployed(f"http://127.0.0.1:{port}", home, environment)


@pytest.fixture(scope="package")
def alerts() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A webhook on this machine: its URL, and what it received."""
    told: list[dict[str, Any]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(orjson.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/alert", told
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="package")
def running(
    running_localbox: Localbox, alerts: tuple[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployed]:
    """Everything that make up starts, sending to the tests' localbox."""
    home = tmp_path_factory.mktemp("deployed")
    there = {"LABELBOX_API_KEY": KEY, "LABELBOX_ENDPOINT": running_localbox.endpoint, "LABELFERRY_ALERTS": alerts[0]}
    specs = {"LABELFERRY_SPECS": str(tmp_path_factory.getbasetemp())}
    deployed = services(home, **there, **specs, **QUICK)
    try:
        (home / "printed.txt").write_text(deployed.up(), "utf-8")
        yield deployed
    finally:
        deployed.down()


@pytest.fixture
def deployed(running: Deployed, localbox: Localbox) -> Deployed:
    """The running services, and an empty localbox."""
    return running


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """An onboarding of one video that no other test knows."""
    return onboarding(tmp_path, tmp_path.name.replace("_", "-"))


def onboarding(folder: Path, name: str, rows: int = 1, **changes: str) -> Path:
    """A spec and its files: videos, and a box in each."""
    folder.mkdir(exist_ok=True)
    keys = [f"{name}-{number}" for number in range(rows)]
    project = {
        "project": f"project: {{name: {name}, media_type: VIDEO}}",
        "ontology": f"ontology: {{name: {name}, from: labels}}",
    }
    return write(folder, ([box(key, 1) for key in keys], keys), name, **(project | changes))
