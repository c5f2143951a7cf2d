"""Without the login Prefect's API permits nothing, and whoever starts a run cannot choose what is executed."""

import stat
from typing import Any

import httpx
import pytest

from tests.up.conftest import Deployed

EVIL = "http://evil.example"


@pytest.mark.parametrize(
    "path", ["/deployments/filter", "/flow_runs/filter", "/work_pools/filter", "/variables/filter"]
)
@pytest.mark.parametrize("password", [None, "labelferry:wrong", ":"])
def test_nobody_without_the_login(path: str, password: str | None, deployed: Deployed) -> None:
    auth = None if password is None else (password.split(":")[0], password.split(":")[1])
    answer = httpx.post(f"{deployed.url}/api{path}", json={}, auth=auth, trust_env=False)
    assert answer.status_code == 401


def test_health_needs_none(deployed: Deployed) -> None:
    assert httpx.get(f"{deployed.url}/api/health", trust_env=False).status_code == 200


def test_the_login_is_its_owners_and_was_printed(deployed: Deployed) -> None:
    path = deployed.home / "up" / "login"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert f"login {deployed.login}\n" in (deployed.home / "printed.txt").read_text("utf-8")


@pytest.mark.parametrize(("origin", "allowed"), [(EVIL, False), ("own", True)])
def test_only_its_own_pages_may_call_it(origin: str, allowed: bool, deployed: Deployed) -> None:
    asked = deployed.url if origin == "own" else origin
    headers = {
        "Origin": asked,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    answer = httpx.options(f"{deployed.url}/api/deployments/filter", headers=headers, trust_env=False)
    assert answer.headers.get("Access-Control-Allow-Origin") == (asked if allowed else None)


@pytest.mark.parametrize(
    "chosen", [{"command": "touch /tmp/owned"}, {"env": {"PYTHONPATH": "/srv"}}, {"working_dir": "/"}], ids=str
)
def test_a_run_cannot_choose_what_is_run(chosen: dict[str, Any], deployed: Deployed) -> None:
    deployment = deployed.deployment("plan")["id"]
    body = {"parameters": {"spec": "x.yaml"}, "job_variables": chosen, "state": {"type": "SCHEDULED"}}
    answer = deployed.ask("POST", f"/deployments/{deployment}/create_flow_run", body)
    assert answer.status_code == 422, answer.text
    assert next(iter(chosen)) in answer.text


def test_the_pool_fixes_them(deployed: Deployed) -> None:
    template = deployed.api("GET", "/work_pools/labelferry")["base_job_template"]
    assert set(template["variables"]["properties"]) == {"name"}
    assert template["job_configuration"]["env"]["LABELFERRY_WAIT"] == "3600"
    assert "command" not in template["job_configuration"]
