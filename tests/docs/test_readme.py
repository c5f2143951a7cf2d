"""The README's code runs, its spec is one, and its report is what the demo prints."""

import re
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
import typer.main

from docs.generate.contact_sheet import draw_contact_sheet
from labelferry.cli.main import app
from labelferry.spec.loaded import LoadedSpec
from tests.docs import pages
from tests.docs.pages import ROOT, words

README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return [block.text for block in pages.blocks(ROOT / "README.md") if block.language == language]


def test_python_runs(tmp_path: Path) -> None:
    (code,) = blocks("python")
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == "1 line\n"
    assert len((tmp_path / "labels.ndjson").read_text("utf-8").splitlines()) == 1


def test_spec_is_one(tmp_path: Path) -> None:
    (text,) = blocks("yaml")
    (tmp_path / "spec.yaml").write_text(text, "utf-8")
    assert LoadedSpec.from_file(tmp_path / "spec.yaml").spec.name == "tud-campus"


def test_commands_exist() -> None:
    commands = set(re.findall(r"^\$ labelferry ([\w-]+)", README, flags=re.M))
    assert {"check", "convert", "onboard", "status"} <= commands
    known: Any = typer.main.get_command(app)
    assert commands <= set(known.commands)


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"^\$ make (\w+)", README, flags=re.M):
        assert re.search(rf"^{target}:", makefile, flags=re.M), target


@pytest.mark.parametrize("page", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_links_lead_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / page).read_text("utf-8")):
        assert target.startswith("https://") or (ROOT / target).exists(), target


def test_picture_is_what_the_demo_draws(tmp_path: Path) -> None:
    draw_contact_sheet(tmp_path / "scene.png")
    assert (tmp_path / "scene.png").read_bytes() == (ROOT / "docs" / "scene.png").read_bytes()


def test_demo_prints_the_report_and_then_has_nothing_to_do(followed: Mapping[str, "Future[dict[str, str]]"]) -> None:
    """The quick start types ``make demo`` twice."""
    printed = [words(line) for line in followed["start/localbox.md"].result()["make demo"].splitlines()]
    (report,) = blocks("text")
    assert [line for line in map(words, report.splitlines()) if line not in printed] == []
    assert sum(line.endswith(": nothing to do: everything is already imported") for line in printed) == 4
