"""``make deploy``: everything that a Prefect server needs for labelferry; may be run again at any time.

The work pool, the requests that all workers together may send, the block types and the storage block, the deployments
of ``prefect.yaml``, and the automations. What exists is updated, nothing is created twice. Nothing is
scheduled and no spec is filled in unless LABELFERRY_SYNC_SPEC names one.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
from prefect.exceptions import ObjectNotFound

from deployments.automations import ensure_automations
from deployments.blocks import ensure_blocks
from deployments.limits import ensure_rate_limit
from deployments.schedules import describe_schedules, settle_schedules, without_schedules
from labelferry.errors import LabelferryError, SpecError
from labelferry.settings import Settings

__all__ = ["CHECKOUT", "SetupError", "defaults", "main"]

CHECKOUT = Path(__file__).resolve().parents[1]
PREFECT_FILE = CHECKOUT / "deployments" / "prefect.yaml"
POOL = "labelferry"
PROCESS = "process"
STARTING_SECONDS = 60.0

RUN_SETTINGS = {
    # Prefect repeats only what the client gave up on, minutes apart.
    "PREFECT_TASKS_DEFAULT_RETRIES": "LABELFERRY_TASK_RETRIES",
    "PREFECT_TASKS_DEFAULT_RETRY_DELAY_SECONDS": "LABELFERRY_TASK_RETRY_SECONDS",
    "LABELFERRY_STORAGE": "LABELFERRY_STORAGE",
}
RUN_CONSTANTS = {
    # Two runs into one project: the second waits for the first, and then finds what is left to do.
    "LABELFERRY_WAIT": "3600",
    # Without a beat for three of these a run counts as crashed (deployments/automations.py).
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
}


class SetupError(LabelferryError):
    """Prefect refused something."""


def main() -> int:
    """Set everything up; return the exit code."""
    environment = os.environ | defaults(os.environ)
    try:
        if not environment.get("PREFECT_API_URL"):
            raise SpecError("PREFECT_API_URL is not set; set it to your Prefect server, or use make up")
        set_up(environment)
    except LabelferryError as error:
        print(f"labelferry: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def set_up(environment: Mapping[str, str]) -> None:
    """Create what is missing and update what differs.

    Raises:
        SetupError: when Prefect refuses something.
    """
    await_server(environment["PREFECT_API_URL"])
    ensure_pool(environment)
    ensure_rate_limit(Settings.from_environment(environment).requests_per_minute)
    alerts = ensure_blocks(environment)
    with tempfile.TemporaryDirectory() as folder:
        prefect(environment, "deploy", "--all", "--prefect-file", str(prefect_file(environment, Path(folder))))
    settle_schedules(named=bool(environment["LABELFERRY_SYNC_SPEC"]))
    names = ensure_automations(alerts)
    print(f"deployed to {environment['PREFECT_API_URL']}; automations: {', '.join(names)}\n{describe_schedules()}")


def await_server(url: str) -> None:
    """Wait until the server answers; it may just have been started.

    Raises:
        SetupError: when it does not answer in time.
    """
    until = time.monotonic() + STARTING_SECONDS
    with get_client(sync_client=True) as client:
        while problem := client.api_healthcheck():
            if time.monotonic() > until:
                raise SetupError(f"Prefect's server at {url} does not answer ({problem}); start it")
            time.sleep(0.5)


def ensure_pool(environment: Mapping[str, str]) -> None:
    """Create the work pool, or bring it up to date; one of another type has a template of its own, and stays as it is.

    Raises:
        SetupError: when Prefect knows no work pool of that type.
    """
    kind = environment["LABELFERRY_POOL_TYPE"]
    with get_client(sync_client=True) as client:
        try:
            existing = client.read_work_pool(POOL)
        except ObjectNotFound:
            template = job_template(environment) if kind == PROCESS else {}
            client.create_work_pool(WorkPoolCreate(name=POOL, type=kind, base_job_template=template))
            return
        if existing.type == PROCESS:
            client.update_work_pool(POOL, WorkPoolUpdate(base_job_template=job_template(environment)))


def job_template(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return how a worker of processes starts a run.

    Command, environment and folder are fixed: Prefect's own template lets whoever starts a run choose them, and with
    them any program as the worker's user.
    """
    env = {name: environment[ours] for name, ours in RUN_SETTINGS.items()} | RUN_CONSTANTS
    name = {"type": "string", "title": "Name", "description": "Name of the process, for people"}
    return {
        "job_configuration": {"name": "{{ name }}", "env": env, "stream_output": True},
        "variables": {"type": "object", "properties": {"name": name}, "additionalProperties": False},
    }


def defaults(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the defaults of the variables that ``prefect.yaml`` uses."""
    wanted = {
        "LABELFERRY_CHECKOUT": str(CHECKOUT),
        "LABELFERRY_VERSION": version("labelferry"),
        "LABELFERRY_POOL_TYPE": "process",
        "LABELFERRY_SYNC_SPEC": "",
        "LABELFERRY_SYNC_CRON": "*/15 * * * *",
        "LABELFERRY_VERIFY_CRON": "0 6 * * 1",
        "LABELFERRY_TIMEZONE": "UTC",
        "LABELFERRY_TASK_RETRIES": "2",
        "LABELFERRY_TASK_RETRY_SECONDS": "120",
        "LABELFERRY_STORAGE": "local-file-system/labelferry",
    }
    return {name: environment.get(name) or value for name, value in wanted.items()}


def prefect_file(environment: Mapping[str, str], folder: Path) -> Path:
    """Write the deployments' file for this environment, and return its path.

    Without LABELFERRY_SYNC_SPEC nothing is scheduled; with LABELFERRY_GIT workers clone that repository.
    """
    content: dict[str, Any] = yaml.safe_load(PREFECT_FILE.read_text(encoding="utf-8"))
    if not environment.get("LABELFERRY_SYNC_SPEC"):
        content["deployments"] = without_schedules(content["deployments"])
    if environment.get("LABELFERRY_GIT"):
        branch = environment.get("LABELFERRY_GIT_BRANCH") or "main"
        clone = {"repository": environment["LABELFERRY_GIT"], "branch": branch}
        content["pull"] = [{"prefect.deployments.steps.git_clone": clone}]
    path = folder / "prefect.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def prefect(environment: Mapping[str, str], *arguments: str) -> None:
    """Run one of Prefect's own commands in the checkout.

    Raises:
        SetupError: with its output, when it fails.
    """
    done = subprocess.run(  # noqa: S603  our own command
        [Path(sys.executable).with_name("prefect"), "--no-prompt", *arguments],
        cwd=CHECKOUT,
        env=dict(environment),
        capture_output=True,
        encoding="utf-8",
    )
    if done.returncode:
        raise SetupError(f"prefect {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    sys.exit(main())
