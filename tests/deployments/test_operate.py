"""The commands in docs/operate.md: their programs, files, units and subcommands exist."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

from labelferry.reports import metrics

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "operate.md").read_text("utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", PAGE, re.M | re.S)
COMMANDS = [shlex.split(line) for block in BLOCKS for line in block.replace("\\\n", "").splitlines()]
SECRETS = ("postgres_password", "labelbox_api_key", "prefect_login")
MADE = {"deployments/secrets", *(f"deployments/secrets/{name}" for name in SECRETS)}
LATER = {*MADE, "deployments/secrets/*", "deployments/specs", "deployments/.env"}
"""What the commands, or whoever follows the page, make."""


def test_there_are_commands() -> None:
    assert len(BLOCKS) >= 6
    assert len(COMMANDS) >= 30


def test_files_exist() -> None:
    named = {word.split("=")[-1].removesuffix("/.") for command in COMMANDS for word in command}
    named |= set(re.findall(r"`(deployments/[\w./-]+)`", PAGE))
    for path in {path for path in named if path.startswith(("deployments/", ".env"))} - LATER:
        assert (ROOT / path).exists(), path
    assert {"deployments/systemd", "deployments/kubernetes/deploy.yaml", ".env.example"} <= named


def test_units_exist() -> None:
    units = set(re.findall(r"\blabelferry-[a-z]+(?:@|\.timer)?", PAGE))
    there = {path.name for path in (ROOT / "deployments" / "systemd").glob("labelferry-*.*")}
    assert {"labelferry-server", "labelferry-worker@", "labelferry-metrics.timer"} <= units
    for unit in units:
        assert unit in there or f"{unit}.service" in there, unit


def test_subcommands_of_labelferry_exist() -> None:
    named = set(re.findall(r"`labelferry (\w[\w-]*)", PAGE))
    assert {"metrics", "status", "plan"} <= named
    for name in named:
        subprocess.run([sys.executable, "-m", "labelferry.cli", name, "--help"], check=True, capture_output=True)


def test_every_counter_is_explained() -> None:
    made = set(re.findall(r'"(labelferry_\w+)"', Path(metrics.__file__).read_text("utf-8")))
    explained = set(re.findall(r"^\| `(labelferry_\w+)`", PAGE, re.M))
    assert explained == {*made - {"labelferry_runs"}, "labelferry_runs_total", "labelferry_info"}


def test_settings_exist() -> None:
    example = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.M))
    named = set(re.findall(r"\b((?:LABELFERRY|LABELBOX|PREFECT)_[A-Z_]+)\b", PAGE))
    assert named - {"PREFECT_CLIENT_METRICS_ENABLED"} <= example
