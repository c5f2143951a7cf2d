"""make up: a run of onboard and a scheduled run of sync complete on a process worker; make down ends everything."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
SCHEDULED_SECONDS, RUN_SECONDS = 90, 120


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, Path]]:
    home, port = tmp_path_factory.mktemp("home"), free_port()
    env = os.environ | {
        "LABELFERRY_HOME": str(home),
        "PREFECT_HOME": str(home / "prefect"),
        "LABELFERRY_PREFECT_PORT": str(port),
        "LABELFERRY_LOCALBOX_PORT": str(free_port()),
        "LABELFERRY_SYNC_CRON": "* * * * *",
    }
    env.pop("LABELBOX_API_KEY", None)
    command = [sys.executable, "-m", "deployments.services"]
    try:
        subprocess.run([*command, "up"], cwd=ROOT, env=env, check=True, timeout=300)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/api", timeout=30, trust_env=False) as client:
            yield client, home
    finally:
        pids = [int(path.read_text()) for path in (home / "up").glob("*.pid")]
        subprocess.run([*command, "down"], cwd=ROOT, env=env, check=True, timeout=120)
        assert [pid for pid in pids if running(pid)] == []


def running(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[-1].split()[0] != "Z"


def wait_for(client: httpx.Client, query: dict[str, Any], seconds: float) -> dict[str, Any]:
    """The first run that the query finds in a final state."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        runs = client.post("/flow_runs/filter", json={"flow_runs": query, "sort": "START_TIME_ASC"}).json()
        ended = [run for run in runs if run["state"]["type"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}]
        if ended:
            return dict(ended[0])
        time.sleep(1)
    pytest.fail(f"no run of {query} ended within {seconds} s")


def deployment(client: httpx.Client, name: str) -> str:
    return str(client.get(f"/deployments/name/{name}/{name}").json()["id"])


def test_onboard_from_its_deployment(services: tuple[httpx.Client, Path]) -> None:
    client, home = services
    made = client.post(f"/deployments/{deployment(client, 'onboard')}/create_flow_run", json={})
    assert made.status_code == 201
    run = wait_for(client, {"id": {"any_": [made.json()["id"]]}}, RUN_SECONDS)
    assert run["state"]["type"] == "COMPLETED"
    assert (home / "reports" / "guide-prelabels.json").exists()
    artifacts = client.post("/artifacts/filter", json={"artifacts": {"flow_run_id": {"any_": [run["id"]]}}}).json()
    assert "guide-prelabels" in {each["key"]: each for each in artifacts}["onboarding"]["data"]


def test_sync_on_its_schedule(services: tuple[httpx.Client, Path]) -> None:
    client, _ = services
    query = {
        "deployment_id": {"any_": [deployment(client, "sync")]},
        "state": {"type": {"any_": ["COMPLETED", "FAILED", "CRASHED"]}},
    }
    run = wait_for(client, query, SCHEDULED_SECONDS + RUN_SECONDS)
    assert run["auto_scheduled"] is True
    assert run["state"]["type"] == "COMPLETED"


def test_the_form_has_help_texts(services: tuple[httpx.Client, Path]) -> None:
    client, _ = services
    schema = client.get("/deployments/name/onboard/onboard").json()["parameter_openapi_schema"]
    assert "spec" in schema["properties"]
    assert "Spec" in schema["definitions"]
