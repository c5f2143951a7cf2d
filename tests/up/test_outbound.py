"""Nothing of ours calls another machine: the services of this suite (their fixture's end), and the command line."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

from tests.e2e.conftest import COMMAND, ROOT


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LABEL", "PREFECT"))}
    return kept | {
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


def test_an_onboarding_without_a_server_calls_nobody(tmp_path: Path) -> None:
    """With Prefect's temporary server and the embedded localbox."""
    command = [COMMAND, "onboard", "config/examples/guide/prelabels.yaml"]
    ended = subprocess.run(
        command, cwd=ROOT, env=environment(tmp_path), capture_output=True, encoding="utf-8", timeout=180
    )
    assert ended.returncode == 0, ended.stderr
    assert not (tmp_path / "outbound.txt").exists()
