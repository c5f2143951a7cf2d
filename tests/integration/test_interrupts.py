"""Ctrl-C while a library is imported that swallows it; ``python -m benches.interrupts`` tries many moments."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = str(Path(sys.executable).with_name("labelferry"))
SWALLOWING = """\
import importlib, os, signal, sys
try:
    os.kill(os.getpid(), signal.SIGINT)
    for _ in range(100_000):
        pass
except BaseException:
    pass
sys.path.remove(os.path.dirname(__file__))
del sys.modules[__name__]
sys.modules[__name__] = importlib.import_module(__name__)
"""
"""A module that stands before another of its name, and is interrupted while it is imported."""


def interrupted(module: str, folder: Path, **options: object) -> "subprocess.CompletedProcess[str]":
    (folder / f"{module}.py").write_text(SWALLOWING, "utf-8")
    env = {**os.environ, "PYTHONPATH": str(folder), "LABELFERRY_HOME": str(folder / "home")}
    return subprocess.run(
        [COMMAND, "status"], env=env, capture_output=True, encoding="utf-8", timeout=120, check=False, **options
    )


@pytest.mark.parametrize("module", ["typer", "sqlalchemy"], ids=["at the start", "in a command"])
def test_an_import_does_not_swallow_it(module: str, tmp_path: Path) -> None:
    ended = interrupted(module, tmp_path)
    assert ended.stderr == "labelferry: interrupted; nothing is lost, run the same command again\n"
    assert (ended.returncode, ended.stdout) == (130, "")


def test_a_process_that_is_told_to_ignore_it_does(tmp_path: Path) -> None:
    """As a shell tells what it starts with ``&`` in a script."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        ended = interrupted("typer", tmp_path)
    finally:
        signal.signal(signal.SIGINT, before)
    assert (ended.returncode, ended.stderr) == (0, "")
