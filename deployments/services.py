"""``make up`` and ``make down``: a Prefect server, a worker and a localbox on this machine, and the deployments.

Each service's process id is in ``<home>/up/<name>.pid``, its output in ``<home>/up/<name>.log``; ``down`` ends
exactly these processes. Prefect's server asks for the login in ``<home>/up/login``, which is made at the first start.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import httpx

from deployments.login import CLIENT, login, server_login
from labelferry.errors import LabelferryError
from labelferry.settings import Settings

__all__ = ["main"]

CHECKOUT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
STARTING_SECONDS, STOPPING_SECONDS = 120.0, 20.0
PORT = os.environ.get("LABELFERRY_PREFECT_PORT", "4200")
API = f"http://127.0.0.1:{PORT}/api"
LOCALBOX_PORT = os.environ.get("LABELFERRY_LOCALBOX_PORT", "8765")
LOGIN = "login"
NAMES = ("worker", "server", "localbox")


class ServiceError(LabelferryError):
    """A service did not start."""


def main(arguments: list[str]) -> int:
    """Start or stop everything; return the exit code."""
    settings = Settings.from_environment()
    folder = settings.home / "up"
    if arguments not in (["up"], ["down"]):
        print("usage: python -m deployments.services up|down", file=sys.stderr)
        return 2
    try:
        if arguments == ["up"]:
            up(settings, folder)
        else:
            down(folder)
    except LabelferryError as error:
        down(folder)
        print(f"labelferry: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def up(settings: Settings, folder: Path) -> None:
    """Start what is not running yet, and deploy.

    Raises:
        ServiceError: when a service does not answer in time.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    user = login(folder / LOGIN, os.environ)
    env = environment(settings, user)
    localbox = f"http://127.0.0.1:{LOCALBOX_PORT}"
    box: Sequence[str | Path] = [BIN / "labelferry", "localbox", "--port", LOCALBOX_PORT]
    start(folder, "localbox", box, env, lambda: answers(f"{localbox}/_localbox/health"))
    server: Sequence[str | Path] = [BIN / "prefect", "server", "start", "--host", "127.0.0.1", "--port", PORT]
    start(folder, "server", server, env | server_login(user, PORT), lambda: answers(f"{API}/health"))
    deploy(env)
    worker: Sequence[str | Path] = [
        BIN / "prefect",
        "worker",
        "start",
        "--pool",
        "labelferry",
        "--type",
        "process",
        "--with-healthcheck",
    ]
    start(folder, "worker", worker, env, lambda: True)
    where = f"{settings.endpoint} (LABELBOX_API_KEY is set)" if settings.api_key else f"localbox at {localbox}"
    print(
        f"Prefect's UI: http://127.0.0.1:{PORT}, login {user}\nin a shell: export PREFECT_API_URL={API} "
        f"PREFECT_API_AUTH_STRING={user}\nruns go to {where}\nlogs are in {folder}; make down stops everything"
    )


def environment(settings: Settings, user: str) -> dict[str, str]:
    """Return the environment of the services, which log in as ``user``, without telemetry."""
    return {
        **os.environ,
        "LABELFERRY_HOME": str(settings.home),
        "PREFECT_HOME": os.environ.get("PREFECT_HOME", str(settings.home / "prefect")),
        CLIENT: user,
        "PREFECT_API_URL": API,
        "PREFECT_UI_API_URL": API,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "100",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
        "PREFECT_WORKER_QUERY_SECONDS": "5",
        "PREFECT_WORKER_WEBSERVER_HOST": "127.0.0.1",
        "DO_NOT_TRACK": "1",
    }


def start(
    folder: Path, name: str, command: Sequence[str | Path], env: Mapping[str, str], ready: Callable[[], bool]
) -> None:
    """Start a service in the background unless it is running, and wait until it answers.

    Raises:
        ServiceError: when it ends, or does not answer in time.
    """
    pid_file = folder / f"{name}.pid"
    if pid_file.exists() and alive(int(pid_file.read_text("utf-8"))):
        return
    with (folder / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603  our own commands
            command,
            cwd=CHECKOUT,
            env=dict(env),
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            umask=0o077,
        )
    pid_file.write_text(str(process.pid), "utf-8")
    until = time.monotonic() + STARTING_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > until:
            raise ServiceError(f"{name} did not start; see {folder / name}.log")
        time.sleep(0.2)


def deploy(env: Mapping[str, str]) -> None:
    """Set up work pool, blocks, deployments and automations on the server, and print what is scheduled.

    See ``deployments/setup.py``.

    Raises:
        ServiceError: when the server refuses something.
    """
    done = subprocess.run(
        [sys.executable, "-m", "deployments.setup"], cwd=CHECKOUT, env=dict(env), capture_output=True, encoding="utf-8"
    )
    if done.returncode:
        raise ServiceError(f"deploying failed:\n{done.stdout}{done.stderr}")
    print(done.stdout, end="", flush=True)


def down(folder: Path) -> None:
    """End the services that ``up`` started, the worker first, and wait for each."""
    for name in NAMES:
        pid_file = folder / f"{name}.pid"
        if not pid_file.exists():
            continue
        end(int(pid_file.read_text("utf-8")))
        pid_file.unlink()


def end(pid: int) -> None:
    """End a service and what it started, with SIGTERM first."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if not alive(pid):
            return
        os.killpg(pid, sign)
        until = time.monotonic() + STOPPING_SECONDS
        while alive(pid) and time.monotonic() < until:
            time.sleep(0.2)


def alive(pid: int) -> bool:
    """Return whether a process is running; a zombie is not."""
    try:
        os.kill(pid, 0)
        return "Z" not in Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rsplit(")", 1)[-1].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False


def answers(url: str) -> bool:
    """Return whether a GET of ``url`` succeeds."""
    try:
        return httpx.get(url, timeout=2, trust_env=False).is_success
    except httpx.TransportError:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
