"""Killed runs: they end Crashed automatically, someone is notified, and the next run does what is left, once."""

import os
import signal
from pathlib import Path
from typing import Any

from tests.localbox_server import Localbox
from tests.up.conftest import Deployed, flow_processes, until

NOTICED_SECONDS = 240
"""Ninety without a heartbeat, after the last one, and the server's time to notice."""

ONCE = ("datasets", "projects", "ontologies", "data_rows", "imports", "annotations")

Told = list[dict[str, Any]]


def at_work(deployed: Deployed, localbox: Localbox, spec: Path) -> str:
    """Start a run, and wait until its import job is made, for which the service takes its time."""
    localbox.control("POST", "transitions", {"mal-import": {"when": "seconds", "n": 30}})
    run = deployed.start("onboard", spec=str(spec))
    until(lambda: localbox.table("imports"), 180, "an import job")
    return run


def taken_up(deployed: Deployed, localbox: Localbox, spec: Path) -> None:
    """The next run ends the job; everything is there once."""
    again = deployed.run("onboard", spec=str(spec))
    assert again["state"]["type"] == "COMPLETED", again["state"]["message"]
    assert [len(localbox.table(name)) for name in ONCE] == [1] * len(ONCE)


def test_the_flows_process(deployed: Deployed, localbox: Localbox, spec: Path, alerts: tuple[str, Told]) -> None:
    run = at_work(deployed, localbox, spec)
    for pid in flow_processes(run):
        os.kill(pid, signal.SIGKILL)
    ended = deployed.ended(run)
    assert ended["state"]["type"] == "CRASHED"
    until(lambda: [told for told in alerts[1] if ended["name"] in told["subject"]], 60, "an alert")
    taken_up(deployed, localbox, spec)


def test_worker_and_flow(deployed: Deployed, localbox: Localbox, spec: Path, alerts: tuple[str, Told]) -> None:
    run = at_work(deployed, localbox, spec)
    for pid in (deployed.service("worker"), *flow_processes(run)):
        os.kill(pid, signal.SIGKILL)
    ended = deployed.ended(run, NOTICED_SECONDS)
    assert ended["state"]["type"] == "CRASHED"
    assert "heartbeat" in ended["state"]["message"]
    until(lambda: [told for told in alerts[1] if ended["name"] in told["subject"]], 60, "an alert")
    deployed.up()
    taken_up(deployed, localbox, spec)
