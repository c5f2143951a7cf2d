"""The cases from public reports run through check: none of them may end in a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("LABELFERRY_SHARED", Path(__file__).resolve().parents[3] / "shared")) / "cases"
CASES = sorted(path.name for path in ROOT.iterdir() if path.is_dir()) if ROOT.is_dir() else []

SCRIPT = """\
import os, sys
from labelferry import api
from labelferry.errors import LabelferryError
for folder in sys.argv[1:]:
    os.chdir(folder)
    try:
        api.check("spec.yaml")
    except LabelferryError as error:
        assert ";" in str(error) or ":" in str(error), folder
"""


@pytest.mark.skipif(not CASES, reason=f"{ROOT} is absent")
def test_no_case_ends_in_a_traceback() -> None:
    command = [sys.executable, "-c", SCRIPT, *(str(ROOT / name) for name in CASES)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
