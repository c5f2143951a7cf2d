"""Nothing of ours calls another machine: the services of this suite (their fixture's end), and what people type."""

import os
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.e2e.conftest import COMMAND
from tests.localbox_server import ROOT

ONBOARD = [COMMAND, "onboard", "config/examples/guide/prelabels.yaml"]
TYPED = {
    "in this process": (ONBOARD, 0),
    "as a flow": ([*ONBOARD, "--flow"], 0),
    "deploy": ([sys.executable, "-m", "deployments.setup"], 2),
    "webhooks": ([sys.executable, "-m", "deployments.webhooks"], 2),
}
"""Commands and their exit codes; the last two want a setting, and say so after Prefect was imported."""


def environment(folder: Path) -> dict[str, str]:
    """A user's default environment: no CI and no DO_NOT_TRACK, which this suite runs with."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LABELFERRY_HOME": str(folder / "home"),
        "PREFECT_HOME": str(folder / "prefect"),
        "PYTHONPATH": str(Path(__file__).with_name("loopback")),
        "LOOPBACK_LOG": str(folder / "outbound.txt"),
    }


def test_the_guard_refuses_and_tells(tmp_path: Path) -> None:
    tries = textwrap.dedent("""
        import httpx
        for host in ("192.0.2.1", "example.com"):
            try:
                httpx.get(f"http://{host}/")
            except httpx.ConnectError:
                print(host)
        """)
    command = [sys.executable, "-c", tries]
    ended = subprocess.run(command, env=environment(tmp_path), capture_output=True, encoding="utf-8", timeout=60)
    assert ended.stdout.split() == ["192.0.2.1", "example.com"], ended.stderr
    told = (tmp_path / "outbound.txt").read_text("utf-8").splitlines()
    assert [line.split()[1] for line in told] == ["192.0.2.1", "example.com"]


@pytest.mark.parametrize(("command", "code"), TYPED.values(), ids=TYPED)
def test_what_is_typed_in_a_terminal_tells_nobody(command: list[str], code: int, tmp_path: Path) -> None:
    """Prefect counts people only: those who use it in a terminal."""
    terminal = ["script", "--quiet", "--return", "--command", shlex.join(command), "/dev/null"]
    ended = subprocess.run(
        terminal,
        cwd=ROOT,
        env=environment(tmp_path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=180,
    )
    assert ended.returncode == code, ended.stdout
    assert not (tmp_path / "outbound.txt").exists()
