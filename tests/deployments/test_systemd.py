"""systemd's own analysis of the units: no unknown settings, and few permissions."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNITS = ROOT / "deployments" / "systemd"
NAMES = sorted(path.name.replace("@", "@1") for path in UNITS.glob("labelferry-*.*") if path.is_file())
SERVICES = [name for name in NAMES if name.endswith(".service")]
EXPOSURE = 20
"""Tenths of systemd's score from 0 (may touch nothing) to 100."""

pytestmark = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed (Debian's package systemd)"
)


def analyze(units: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "SYSTEMD_UNIT_PATH": f"{units}:", "SYSTEMD_COLORS": "0", "SYSTEMD_PAGER": ""}
    return subprocess.run(["systemd-analyze", *arguments], env=environment, capture_output=True, encoding="utf-8")


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units, with the path of this checkout."""
    folder = tmp_path / "units"
    shutil.copytree(UNITS, folder)
    for unit in folder.rglob("*.*"):
        if unit.is_file():
            unit.write_text(
                unit.read_text("utf-8").replace("/opt/labelferry/.venv/bin", str(Path(sys.executable).parent)), "utf-8"
            )
    return folder


def test_units_are_valid(units: Path) -> None:
    assert len(NAMES) == 6
    done = analyze(units, "verify", "--man=no", *NAMES)
    assert (done.returncode, done.stderr.strip()) == (0, "")


def test_a_wrong_unit_is_not(units: Path) -> None:
    unit = units / "labelferry-server.service"
    unit.write_text(unit.read_text("utf-8").replace("KillMode=mixed", "KillMood=mixed"), "utf-8")
    assert "KillMood" in analyze(units, "verify", "--man=no", unit.name).stderr


@pytest.mark.parametrize("service", SERVICES)
def test_services_may_touch_little(units: Path, service: str) -> None:
    done = analyze(units, "security", "--offline=true", f"--threshold={EXPOSURE}", service)
    assert done.returncode == 0, done.stdout + done.stderr


def test_long_services_end_in_time() -> None:
    """A worker whose server is gone never ends on its own."""
    texts = [path.read_text("utf-8") for path in UNITS.glob("*.service")]
    long = [text for text in texts if "Type=exec" in text]
    assert len(long) == 3
    for text in long:
        assert "KillMode=mixed" in text
        assert "TimeoutStopSec=" in text
