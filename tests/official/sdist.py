"""The official SDK's source distribution, by name from the index, as a folder with its tests; never committed."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.official.environments import KEPT, alone, python_with

VERSION = "7.17.0"
SOURCES = KEPT / "sources"
"""Apart from the environments, one of which has the name of the unpacked distribution."""
TOOLS = ("pytest>=8,<9", "pytest-timeout", "pytest-cases", "pytest-snapshot", "faker")
"""What the SDK's tests import; pytest-cases knows no later pytest."""


def python() -> Path:
    """Return the Python of the environment that the tests run in."""
    return python_with(f"official-{VERSION}", f"labelbox[data]=={VERSION}", *TOOLS)


def folder() -> Path:
    """Return the unpacked source distribution."""
    unpacked = SOURCES / f"labelbox-{VERSION}"
    if not (unpacked / "tests").is_dir():
        shutil.unpack_archive(_downloaded(), SOURCES, filter="data")
    return unpacked


def _downloaded() -> Path:
    archive = SOURCES / f"labelbox-{VERSION}.tar.gz"
    if not archive.is_file():
        SOURCES.mkdir(parents=True, exist_ok=True)
        only = ["--no-deps", "--no-binary", "labelbox", "--dest", str(SOURCES)]
        command = [sys.executable, "-m", "pip", "download", "--quiet", *only, f"labelbox=={VERSION}"]
        subprocess.run(command, env=alone(), check=True)
    return archive
