"""A version of the official SDK, or any set of packages, turned into an environment of its own; made once and kept."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = Path(os.environ.get("LABELFERRY_ENVIRONMENTS", ROOT / ".labelferry" / "environments"))


def python_with(name: str, *packages: str) -> Path:
    """Return the Python of an environment that holds these packages, which come from the index by name."""
    folder = KEPT / name
    python, ready = folder / "bin" / "python", folder / "ready"
    wanted = " ".join(packages)
    if not ready.is_file() or ready.read_text("utf-8") != wanted:
        _uv("venv", "--quiet", "--clear", "--python", sys.executable, str(folder))
        _uv("pip", "install", "--quiet", "--python", str(python), *packages)
        ready.write_text(wanted, "utf-8")
    return python


def _uv(*arguments: str) -> None:
    subprocess.run([str(Path(sys.executable).with_name("uv")), *arguments], check=True)


def alone() -> dict[str, str]:
    """Return the environment variables of a process that must not see this environment's packages."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
