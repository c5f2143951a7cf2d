"""The tests run in a read-only checkout, with an ASCII locale, and without xdist."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOWHERE = "/proc/no-folder-can-be-made-here"
C = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
SOME = ("tests/unit/model", "tests/unit/assemble/test_order.py")


def test_they_run_anywhere() -> None:
    """Some of them, including Hypothesis's: any of them would fail in a bad environment."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-o", f"cache_dir={NOWHERE}", *SOME]
    env = {**os.environ, **C, "HYPOTHESIS_STORAGE_DIRECTORY": NOWHERE, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert " passed" in done.stdout
