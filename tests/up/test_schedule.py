"""A cron deployment: runs come and go by themselves, a new row arrives, and where nothing is new nothing moves."""

from pathlib import Path
from typing import Any

from tests.e2e.conftest import Localbox
from tests.up.conftest import NEVER, RUN_SECONDS, Deployed, onboarding, until

SCHEDULED_SECONDS = 90
EVERY_MINUTE = {"cron": "* * * * *", "timezone": "Europe/Berlin"}


def set_schedule(deployed: Deployed, schedule: dict[str, str], spec: Path) -> None:
    """Give sync a spec and a schedule; what was scheduled before is forgotten."""
    sync = deployed.deployment("sync")
    for old in sync["schedules"]:
        deployed.api("DELETE", f"/deployments/{sync['id']}/schedules/{old['id']}")
    deployed.api("PATCH", f"/deployments/{sync['id']}", {"parameters": {"spec": str(spec)}})
    deployed.api("POST", f"/deployments/{sync['id']}/schedules", [{"schedule": schedule, "active": True}])


def more_than(deployed: Deployed, before: int) -> list[dict[str, Any]]:
    """The runs of sync that have ended, when there are more than there were."""
    runs = deployed.runs_of("sync", type={"any_": ["COMPLETED", "FAILED", "CRASHED"]})
    return runs if len(runs) > before else []


def test_what_is_new_moves_by_itself(deployed: Deployed, localbox: Localbox, tmp_path: Path) -> None:
    name = "growing"
    spec, before = onboarding(tmp_path, name), len(more_than(deployed, -1))
    set_schedule(deployed, EVERY_MINUTE, spec)
    try:
        waiting = until(lambda: deployed.runs_of("sync", type={"any_": ["SCHEDULED"]}), SCHEDULED_SECONDS, "scheduling")
        assert all(run["auto_scheduled"] for run in waiting)
        first = until(lambda: more_than(deployed, before), RUN_SECONDS, "a scheduled run")[-1]
        assert (first["name"], first["state"]["type"]) == (f"sync {name}: 1 new row", "COMPLETED")

        localbox.forget()
        quiet = until(lambda: more_than(deployed, before + 1), RUN_SECONDS, "the next run")[-1]
        assert (quiet["name"], localbox.mutations()) == (f"sync {name}: nothing new", [])

        onboarding(tmp_path, name, rows=2)
        until(lambda: len(localbox.annotations()) == 2, 2 * RUN_SECONDS, "the new row")
    finally:
        set_schedule(deployed, {"cron": NEVER, "timezone": "UTC"}, spec)
    assert sorted(row["global_key"] for row in localbox.table("data_rows")) == ["growing-0", "growing-1"]
