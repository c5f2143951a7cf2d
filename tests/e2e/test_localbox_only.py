"""A key is exported, and the user asks for localbox: nothing is asked of the service that the key is for."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.commands import command
from tests.e2e.test_environment import BOXES, SPEC
from tests.localbox_server import Localbox

COMMANDS = (
    ("plan", "spec.yaml"),
    ("onboard", "spec.yaml"),
    ("resume", "machine"),
    ("retry-failed", "machine"),
    ("verify", "spec.yaml"),
    ("status", "machine", "--rebuild"),
)


@pytest.fixture
def service(running_localbox: Localbox) -> Localbox:
    """The stand-in for the service that the key is for."""
    running_localbox.reset()
    running_localbox.forget()
    return running_localbox


def told(home: Path, service: Localbox, *arguments: str) -> str:
    """Run a command with the key exported; return its output."""
    key = {"LABELBOX_API_KEY": service.key, "LABELBOX_ENDPOINT": service.endpoint}
    ended = command(home, *arguments, **key)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_every_command_that_asks_the_service(service: Localbox, tmp_path: Path) -> None:
    (tmp_path / "boxes.csv").write_text(BOXES, "utf-8")
    (tmp_path / "spec.yaml").write_text(SPEC, "utf-8")
    for name, *rest in COMMANDS:
        arguments = [str(tmp_path / each) if each == "spec.yaml" else each for each in rest]
        told(tmp_path, service, name, *arguments, "--localbox")
        assert service.operations() == [], name


@pytest.mark.full
def test_the_demo(service: Localbox, tmp_path: Path) -> None:
    said = told(tmp_path, service, "demo")
    assert said.count("went to the embedded localbox") == 4
    assert service.operations() == []
    for line in re.findall("next: labelferry (.*)", said):  # it works as typed, key or not
        name = line.split()[-1]
        assert f"{name} in workspace" in told(tmp_path, service, *line.split())
    assert service.operations() == []


def test_without_it_the_key_counts(service: Localbox, tmp_path: Path) -> None:
    (tmp_path / "boxes.csv").write_text(BOXES, "utf-8")
    (tmp_path / "spec.yaml").write_text(SPEC, "utf-8")
    told(tmp_path, service, "plan", str(tmp_path / "spec.yaml"))
    assert service.operations() != []


def test_the_version(tmp_path: Path) -> None:
    assert command(tmp_path, "--version").stdout == f"labelferry {version('labelferry')}\n"
