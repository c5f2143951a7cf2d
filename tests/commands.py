"""The command line as a process of its own, in the environment of somebody who has set nothing."""

import os
import subprocess
import sys
from pathlib import Path

from tests.localbox_server import ROOT

__all__ = ["command"]

SECONDS = 120


def command(
    home: Path, *arguments: str, limits: tuple[str, ...] = (), **environment: str
) -> "subprocess.CompletedProcess[str]":
    """Run a command.

    Args:
        home: HOME; LABELFERRY_HOME is ``home/home``.
        arguments: what is typed after ``labelferry``.
        limits: a program that runs the command with less, and its options.
        environment: what is set.
    """
    own = {"HOME": str(home), "LABELFERRY_HOME": str(home / "home"), "PREFECT_HOME": str(home / "prefect")}
    return subprocess.run(
        [*limits, sys.executable, "-m", "labelferry.cli", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **own, **environment},
        capture_output=True,
        encoding="utf-8",
        umask=0o022,
        timeout=SECONDS,
    )
