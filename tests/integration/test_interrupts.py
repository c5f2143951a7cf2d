"""Ctrl-C where libraries or Python swallow it, and after the end; ``python -m benches.interrupts`` tries many."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from labelferry.ledger import open_ledger
from labelferry.onboarding.history import UNASKED
from tests.integration.test_interrupted import SPEC

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


INTERRUPTED = "labelferry: interrupted; nothing is lost, run the same command again\n"
DYING = """\
import atexit, os, signal
from pathlib import Path

class Dying:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(100_000):
            pass

def user_data_path(name):
    WHEN
    return Path(__file__).with_name("home")
"""
"""What finds the folder of the ledger when a command runs; WHEN an object dies and is interrupted."""


def interrupted(
    module: str, folder: Path, text: str = SWALLOWING, arguments: tuple[str, ...] = ("status",)
) -> "subprocess.CompletedProcess[str]":
    (folder / f"{module}.py").write_text(text, "utf-8")
    env = {**os.environ, "PYTHONPATH": str(folder), "LABELFERRY_HOME": str(folder / "home")}
    if module == "platformdirs":
        del env["LABELFERRY_HOME"]
    return subprocess.run(
        [COMMAND, *arguments], env=env, capture_output=True, encoding="utf-8", timeout=120, check=False
    )


@pytest.mark.parametrize("module", ["typer", "sqlalchemy"], ids=["at the start", "in a command"])
def test_an_import_does_not_swallow_it(module: str, tmp_path: Path) -> None:
    ended = interrupted(module, tmp_path)
    assert ended.stderr == INTERRUPTED
    assert (ended.returncode, ended.stdout) == (130, "")


def test_a_run_that_is_interrupted_before_it_has_a_name_is_in_the_history(tmp_path: Path) -> None:
    spec = tmp_path / "yard.yaml"
    spec.write_text(SPEC, "utf-8")
    ended = interrupted("typer", tmp_path, arguments=("onboard", "--json", str(spec), "--localbox"))
    assert (ended.returncode, ended.stderr) == (130, INTERRUPTED)
    with open_ledger(f"sqlite:///{tmp_path}/home/ledger.db") as file:
        (run,) = file.of(UNASKED, "yard").history()
    assert (run["outcome"], run["report"]["message"]) == ("interrupted", "interrupted; run it again")


@pytest.mark.parametrize("arguments", [("onboard", "--nonsense", "absent.yaml"), ("undo", "absent")])
def test_an_interrupted_command_that_names_nothing_is_said_alone(arguments: tuple[str, ...], tmp_path: Path) -> None:
    ended = interrupted("typer", tmp_path, arguments=arguments)
    assert (ended.returncode, ended.stderr) == (130, INTERRUPTED)
    assert not (tmp_path / "home").exists()


def test_a_destructor_does_not_swallow_it(tmp_path: Path) -> None:
    """Python ignores what is raised there."""
    ended = interrupted("platformdirs", tmp_path, DYING.replace("WHEN", "Dying()"))
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", INTERRUPTED)


@pytest.mark.parametrize("when", ["atexit.register(Dying().__del__)", "global kept; kept = Dying()"])
def test_an_interrupt_after_the_end_changes_nothing(when: str, tmp_path: Path) -> None:
    """Python shuts down for up to a second after the last word; the exit code is the one of the work."""
    ended = interrupted("platformdirs", tmp_path, DYING.replace("WHEN", when))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "no onboarding in" in ended.stdout


def test_a_process_that_is_told_to_ignore_it_does(tmp_path: Path) -> None:
    """As a shell tells what it starts with ``&`` in a script."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        ended = interrupted("typer", tmp_path)
    finally:
        signal.signal(signal.SIGINT, before)
    assert (ended.returncode, ended.stderr) == (0, "")
