"""Ctrl-C in the middle of an onboarding: said, in the history, its lease given back, and the next run goes on."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.localbox_server import Localbox

COMMAND = str(Path(sys.executable).with_name("labelferry"))
SECONDS = 120
SPEC = """\
name: yard
dataset: Yard
project: {name: Yard, media_type: VIDEO}
ontology: {name: Yard, from: labels}
videos: [{global_key: yard, row_data: "https://example.com/yard.mp4"}]
labels:
  - {format: table, path: boxes.csv}
"""
BOXES = "global_key,frame,track,class,left,top,width,height\nyard,1,1,car,1,2,3,4\n"


@pytest.fixture
def ferry(localbox: Localbox, tmp_path: Path) -> dict[str, Any]:
    """How a command is started: for an empty localbox, in a folder with a spec."""
    localbox.control("POST", "reset")
    (tmp_path / "yard.yaml").write_text(SPEC, "utf-8")
    (tmp_path / "boxes.csv").write_text(BOXES, "utf-8")
    service = {"LABELBOX_API_KEY": localbox.key, "LABELBOX_ENDPOINT": localbox.endpoint}
    env = {**os.environ, **service, "LABELFERRY_HOME": str(tmp_path / "home")}
    return {"cwd": tmp_path, "env": env, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}


def ended(*arguments: str, **ferry: Any) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([COMMAND, *arguments], timeout=SECONDS, **ferry)


def fired(localbox: Localbox) -> bool:
    faults: Any = localbox.control("GET", "faults")
    return bool(faults[0]["fired"])


def test_an_interrupted_run_says_so_and_the_next_one_goes_on(localbox: Localbox, ferry: dict[str, Any]) -> None:
    slow = {"kind": "slow", "seconds": 5, "operation": "createBatchV2PyApi", "nth": 1}
    localbox.control("POST", "faults", slow)
    with subprocess.Popen([COMMAND, "onboard", "yard.yaml"], **ferry) as run:
        assert any(fired(localbox) or run.poll() is not None for _ in range(100_000))
        run.send_signal(signal.SIGINT)
        _, said = run.communicate(timeout=SECONDS)
    assert run.returncode == 130
    assert "interrupted" in said
    assert "again" in said
    assert "Traceback" not in said
    assert "interrupted" in ended("status", "yard", **ferry).stdout
    localbox.control("DELETE", "faults")
    again = ended("onboard", "yard.yaml", **ferry)
    assert (again.returncode, again.stderr) == (0, "")
    state: Any = localbox.control("GET", "state")
    tables = ("datasets", "data_rows", "ontologies", "projects", "batches", "batch_rows", "imports", "annotations")
    assert {table: len(state[table]) for table in tables} == dict.fromkeys(tables, 1)
