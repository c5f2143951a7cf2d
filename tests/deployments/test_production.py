"""The services in the compose files, actually started: PostgreSQL, Prefect's server on it, two workers, a schedule."""

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.deployments.composed import COMPOSE, REDIS, Composed
from tests.deployments.stack import KEY, LOGIN, PASSWORD, Stack, answers, free_port, postgres_tools

ROOT = Path(__file__).resolve().parents[2]
SCHEDULED_SECONDS, RUN_SECONDS, SEEN_SECONDS = 90, 150, 30
NAMED = {"LABELFERRY_SYNC_SPEC": "config/examples/guide/ground-truth.yaml", "LABELFERRY_SYNC_CRON": "* * * * *"}

pytestmark = pytest.mark.skipif(postgres_tools() is None, reason="PostgreSQL is not installed (Debian's postgresql)")


@pytest.fixture(scope="module", params=[pytest.param("alone", marks=pytest.mark.full), "with redis"])
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """All services in the files, up and running."""
    scaled = request.param == "with redis"
    if scaled and shutil.which("redis-server") is None:
        pytest.skip("Redis is not installed (Debian's package redis-server)")
    composed = Composed(COMPOSE, REDIS) if scaled else Composed(COMPOSE)
    with Stack.of(composed, tmp_path_factory.mktemp("production")) as stack:
        stack.start_postgres()
        stack.start_localbox()
        if scaled:
            stack.start_redis()
        stack.run("migrate", *composed.services["migrate"]["command"])
        stack.start("server", lambda: answers(f"{stack.api}/health"))
        if scaled:
            stack.start("scheduler")
        deploy(stack)
        for _ in range(composed.services["worker"]["deploy"]["replicas"]):
            stack.start("worker", PREFECT_WORKER_WEBSERVER_PORT=str(free_port()))
        yield stack


def deploy(stack: Stack) -> None:
    """The one-shot service, twice: it may run again."""
    for _ in range(2):
        stack.run("deploy", *stack.composed.services["deploy"]["command"], **NAMED)


@pytest.fixture
def client(stack: Stack) -> Iterator[httpx.Client]:
    user, password = LOGIN.split(":")
    with httpx.Client(base_url=stack.api, timeout=30, trust_env=False, auth=(user, password)) as client:
        yield client


def runs(client: httpx.Client, *states: str) -> list[dict[str, Any]]:
    query = {"flow_runs": {"state": {"type": {"any_": list(states)}}}}
    found: list[dict[str, Any]] = client.post("/flow_runs/filter", json=query).json()
    return found


def wait_for_runs(client: httpx.Client, seconds: float, *states: str) -> list[dict[str, Any]]:
    until = time.monotonic() + seconds
    while not (found := runs(client, *states)):
        assert time.monotonic() < until, f"no run became {states} within {seconds} s"
        time.sleep(1)
    return found


def test_server_has_the_settings_of_the_files(stack: Stack, client: httpx.Client) -> None:
    server = client.get("/admin/settings").json()["server"]
    recorder = server["services"]["task_run_recorder"]
    assert (recorder["batch_size"], recorder["read_batch_size"], recorder["flush_interval"]) == (100, 100, 1)
    assert (server["analytics_enabled"], server["ui"]["show_promotional_content"]) == (False, False)


def test_server_counts_for_prometheus(client: httpx.Client) -> None:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    names = {family.name for family in text_string_to_metric_families(answer.text)}
    assert "prefect_events_observed" in names


def test_scheduled_runs_appear_and_one_completes(stack: Stack, client: httpx.Client) -> None:
    scheduled = wait_for_runs(client, SCHEDULED_SECONDS, "SCHEDULED", "PENDING", "RUNNING", "COMPLETED")
    assert all(run["auto_scheduled"] for run in scheduled)
    ended = wait_for_runs(client, RUN_SECONDS, "COMPLETED", "FAILED", "CRASHED")
    assert {run["state"]["type"] for run in ended} == {"COMPLETED"}
    assert (stack.folder / "home" / "reports" / "guide-ground-truth.json").exists()
    stop_schedules(client)


def stop_schedules(client: httpx.Client) -> None:
    """The tests that follow need no run every minute, which would take much of a small machine."""
    for deployment in client.post("/deployments/filter", json={}).json():
        client.post(f"/deployments/{deployment['id']}/pause_deployment").raise_for_status()


def test_ledger_is_in_postgresql(stack: Stack, client: httpx.Client) -> None:
    """The run's work is counted from the database, and there is no ledger in the home folder."""
    wait_for_runs(client, RUN_SECONDS, "COMPLETED")
    counted = text_string_to_metric_families(stack.run("worker", "labelferry", "metrics"))
    values = {sample.name: sample.value for family in counted for sample in family.samples}
    assert values["labelferry_runs_total"] >= 1
    assert values["labelferry_open_jobs"] == 0
    assert not (stack.folder / "home" / "ledger.db").exists()
    status = json.loads(stack.run("worker", "labelferry", "status", "guide-ground-truth", "--json"))
    assert status["workspaces"][0]["lines"]["ground-truth"].keys() == {"accepted"}


def test_a_restored_ledger_is_the_same(stack: Stack, client: httpx.Client) -> None:
    """As docs/operate.md has it: pg_dump while everything runs, createdb, pg_restore."""
    wait_for_runs(client, RUN_SECONDS, "COMPLETED")
    dump = str(stack.folder / "ledger.dump")
    stack.postgres("pg_dump", "--format=custom", f"--file={dump}", "ledger")
    stack.postgres("createdb", "restored")
    stack.postgres("pg_restore", "--no-owner", "--role=labelferry", "--dbname=restored", dump)
    url = stack.environment("worker")["LABELFERRY_LEDGER"]
    urls = (url, url.replace("/ledger", "/restored"))
    status = ("labelferry", "status", "guide-ground-truth", "--json")
    kept, restored = (json.loads(stack.run("worker", *status, LABELFERRY_LEDGER=each)) for each in urls)
    assert restored["workspaces"][0]["lines"] == kept["workspaces"][0]["lines"]


def test_both_workers_are_seen(client: httpx.Client) -> None:
    until = time.monotonic() + SEEN_SECONDS
    while True:
        workers = client.post("/work_pools/labelferry/workers/filter", json={}).json()
        if [worker["status"] for worker in workers] == ["ONLINE", "ONLINE"]:
            return
        assert time.monotonic() < until, workers
        time.sleep(1)


def test_servers_speak_through_redis(stack: Stack, client: httpx.Client) -> None:
    """In the configured place only: Prefect silently falls back to its own memory."""
    scaled = "redis" in stack.composed.services
    brokers = {client.get("/admin/settings").json()["server"]["events"]["messaging_broker"]}
    assert brokers == {"prefect_redis.messaging" if scaled else "prefect.server.utilities.messaging.memory"}
    if scaled:
        found = stack.run("server", "redis-cli", "-p", str(stack.ports["redis"]), "--scan")
        assert {"events", "task-run-recorder"} & set(found.replace(":", "\n").split())


def test_server_takes_the_kubernetes_template(client: httpx.Client) -> None:
    template = json.loads((ROOT / "deployments" / "kubernetes" / "base-job-template.json").read_text("utf-8"))
    pool = {"name": "on-kubernetes", "type": "kubernetes", "base_job_template": template}
    assert client.post("/work_pools/", json=pool).status_code == 201


def test_no_secret_is_written_down(stack: Stack, client: httpx.Client) -> None:
    wait_for_runs(client, RUN_SECONDS, "COMPLETED")
    places = [*(stack.folder / "logs").iterdir(), *(stack.folder / "home").rglob("*")]
    for path in places:
        if path.is_file():
            content = path.read_bytes()
            assert KEY.encode() not in content, path
            assert PASSWORD.encode() not in content, path
            assert LOGIN.encode() not in content, path


def test_the_server_asks_for_the_login(stack: Stack) -> None:
    for auth in (None, ("labelferry", "wrong")):
        answer = httpx.post(f"{stack.api}/deployments/filter", json={}, timeout=30, trust_env=False, auth=auth)
        assert answer.status_code == 401
    preflight = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    answer = httpx.options(f"{stack.api}/deployments/filter", headers=preflight, timeout=30, trust_env=False)
    assert "Access-Control-Allow-Origin" not in answer.headers
