"""Schedules: only what is named is scheduled, and then runs come and go by themselves and move only what is new."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.localbox_server import Localbox
from tests.up.conftest import EVERY_MINUTE, RUN_SECONDS, Deployed, onboarding, until

SCHEDULED_SECONDS, LATE_SECONDS = 90, 180
TUTORIAL = "config/examples/guide/ground-truth.yaml"


def schedule(deployed: Deployed, name: str, spec: object, slug: str) -> None:
    """Schedule a deployment with a spec every minute, as users do in Prefect's UI."""
    made = {
        "schedule": {"cron": EVERY_MINUTE, "timezone": "Europe/Berlin"},
        "parameters": {"spec": str(spec)},
        "active": True,
        "slug": slug,
    }
    deployed.api("POST", f"/deployments/{deployed.deployment(name)['id']}/schedules", [made])


def unschedule(deployed: Deployed, name: str) -> None:
    """Take all schedules from a deployment."""
    deployment = deployed.deployment(name)
    for each in deployment["schedules"]:
        deployed.api("DELETE", f"/deployments/{deployment['id']}/schedules/{each['id']}")


@contextmanager
def nobody_works(deployed: Deployed) -> Iterator[None]:
    """Inside, workers start no runs."""
    pool = "/work_pools/labelferry"
    deployed.api("PATCH", pool, {"is_paused": True})
    try:
        yield
    finally:
        deployed.api("PATCH", pool, {"is_paused": False})


def evaluate_schedules(deployed: Deployed, spec: Path) -> None:
    """Wait until the server has looked at all schedules, and a worker has carried out a run that they made."""
    before = len(ended(deployed, "plan"))
    schedule(deployed, "plan", spec, "here-to-be-seen")
    try:
        until(lambda: ended(deployed, "plan")[before:], RUN_SECONDS, "a scheduled plan")
    finally:
        unschedule(deployed, "plan")


def ended(deployed: Deployed, name: str) -> list[dict[str, Any]]:
    return deployed.runs_of(name, type={"any_": ["COMPLETED", "FAILED", "CRASHED"]})


def waiting(deployed: Deployed, name: str) -> list[dict[str, Any]]:
    return deployed.runs_of(name, type={"any_": ["SCHEDULED"]})


def late(deployed: Deployed, name: str) -> list[dict[str, Any]]:
    return [run for run in waiting(deployed, name) if run["state"]["name"] == "Late"]


def test_a_key_alone_schedules_nothing(deployed: Deployed, localbox: Localbox, spec: Path) -> None:
    """What make up started has a key and schedules' settings, but no spec was named."""
    said = deployed.up()
    assert "nothing is scheduled" in said
    assert f"runs go to {localbox.endpoint} (LABELBOX_API_KEY is set)" in said
    runs = len(ended(deployed, "sync") + ended(deployed, "verify"))
    evaluate_schedules(deployed, spec)
    assert [deployed.deployment(name)["schedules"] for name in ("sync", "verify")] == [[], []]
    assert [deployed.deployment(name)["parameters"] for name in ("onboard", "plan", "sync", "verify")] == [{}] * 4
    assert waiting(deployed, "sync") + waiting(deployed, "verify") == []  # the server schedules an hour ahead
    assert len(ended(deployed, "sync") + ended(deployed, "verify")) == runs
    assert localbox.mutations() == []


def test_what_was_named_before_is_forgotten(deployed: Deployed, localbox: Localbox, spec: Path) -> None:
    """The tutorial that an earlier version scheduled, a run of it that no worker took, and its filled-in form."""
    runs = len(ended(deployed, "sync"))
    with nobody_works(deployed):
        assert f"scheduled: sync at '{EVERY_MINUTE}' (UTC) for {TUTORIAL}" in deployed.deploy(
            LABELFERRY_SYNC_SPEC=TUTORIAL
        )
        path = f"/deployments/{deployed.deployment('onboard')['id']}"
        deployed.api("PATCH", path, {"parameters": {"spec": TUTORIAL}})
        until(lambda: late(deployed, "sync"), LATE_SECONDS, "a run that is late")
        assert "nothing is scheduled" in deployed.deploy()
        assert waiting(deployed, "sync") + waiting(deployed, "verify") == []
        assert [deployed.deployment(name)["parameters"] for name in ("onboard", "sync", "verify")] == [{}] * 3
    evaluate_schedules(deployed, spec)
    assert (len(ended(deployed, "sync")), localbox.mutations()) == (runs, [])


def test_what_somebody_scheduled_stays(deployed: Deployed, spec: Path) -> None:
    with nobody_works(deployed):
        schedule(deployed, "sync", spec, "of-the-harbour")
        try:
            assert f"scheduled: sync at '{EVERY_MINUTE}' (Europe/Berlin) for {spec}" in deployed.deploy()
            until(lambda: waiting(deployed, "sync"), SCHEDULED_SECONDS, "scheduling")
        finally:
            unschedule(deployed, "sync")


def test_what_is_new_moves_by_itself(deployed: Deployed, localbox: Localbox, tmp_path: Path) -> None:
    name = "growing"
    spec, before = onboarding(tmp_path, name), len(ended(deployed, "sync"))
    schedule(deployed, "sync", spec, name)
    try:
        soon = until(lambda: waiting(deployed, "sync"), SCHEDULED_SECONDS, "scheduling")
        assert all(run["auto_scheduled"] for run in soon)
        first = until(lambda: ended(deployed, "sync")[before:], RUN_SECONDS, "a scheduled run")[-1]
        assert (first["name"], first["state"]["type"]) == (f"sync {name}: 1 new row", "COMPLETED")

        localbox.forget()
        quiet = until(lambda: ended(deployed, "sync")[before + 1 :], RUN_SECONDS, "the next run")[-1]
        assert (quiet["name"], localbox.mutations()) == (f"sync {name}: nothing new", [])

        onboarding(tmp_path, name, rows=2)
        until(lambda: len(localbox.annotations()) == 2, 2 * RUN_SECONDS, "the new row")
    finally:
        unschedule(deployed, "sync")
    assert sorted(row["global_key"] for row in localbox.table("data_rows")) == ["growing-0", "growing-1"]
