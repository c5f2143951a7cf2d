"""The README's code runs, its spec is one, and its report is what the demo prints."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from labelferry.demo import draw_contact_sheet
from labelferry.spec import LoadedSpec

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.S | re.M)


def test_python_runs(tmp_path: Path) -> None:
    (code,) = blocks("python")
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "1 line\n"
    assert len((tmp_path / "labels.ndjson").read_text().splitlines()) == 1


def test_spec_is_one(tmp_path: Path) -> None:
    (text,) = blocks("yaml")
    (tmp_path / "spec.yaml").write_text(text)
    assert LoadedSpec.from_file(tmp_path / "spec.yaml").spec.name == "tud-campus"


def test_commands_exist() -> None:
    commands = set(re.findall(r"^\$ labelferry (\w+)", README, flags=re.M))
    assert {"check", "convert", "onboard", "status"} <= commands
    for command in commands:
        subprocess.run([sys.executable, "-m", "labelferry.cli", command, "--help"], check=True, capture_output=True)


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"^\$ make (\w+)", README, flags=re.M):
        assert re.search(rf"^{target}:", makefile, flags=re.M), target


@pytest.mark.parametrize("page", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_links_lead_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / page).read_text()):
        assert target.startswith("https://") or (ROOT / target).exists(), target


def test_picture_is_what_the_demo_draws(tmp_path: Path) -> None:
    draw_contact_sheet(tmp_path / "scene.png")
    assert (tmp_path / "scene.png").read_bytes() == (ROOT / "docs" / "scene.png").read_bytes()


def test_demo_prints_the_report_and_then_has_nothing_to_do(tmp_path: Path) -> None:
    env = os.environ | {"LABELFERRY_HOME": str(tmp_path / "home"), "PREFECT_HOME": str(tmp_path / "prefect")}
    env.pop("LABELBOX_API_KEY", None)
    command = [sys.executable, "-m", "labelferry.cli", "demo"]
    first = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True).stdout
    (report,) = blocks("text")
    printed = [line.strip() for line in first.splitlines()]
    assert [line.strip() for line in report.splitlines() if line.strip() not in printed] == []
    again = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True).stdout
    assert again.count(": nothing to do, everything is in already") == 4
