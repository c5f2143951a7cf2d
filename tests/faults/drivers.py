"""A warm process that forks drivers, and how jobs are given to it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.driver import Job, encoded
from tests.localbox_server import KEY, ROOT

STOP_SECONDS = 30


@dataclass(frozen=True)
class Drivers:
    """A process that forks a driver for each job."""

    process: "subprocess.Popen[bytes]"

    def start(self, job: Job) -> None:
        """Start a job; ``ended`` waits for it."""
        assert self.process.stdin is not None
        self.process.stdin.write(encoded(job))
        self.process.stdin.flush()

    def ended(self) -> int:
        """How the job that was started ended."""
        assert self.process.stdout is not None
        return int(self.process.stdout.readline())

    def run(self, job: Job) -> int:
        """Do a job and return how it ended."""
        self.start(job)
        return self.ended()


def shifter() -> Path | None:
    """The library that shifts a process's clock, where it is installed."""
    return next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)


def shifted(seconds: int) -> dict[str, str]:
    """The environment of a process whose clock is that far ahead; what it measures with is left alone."""
    if not seconds:
        return {}
    library = shifter()
    assert library is not None, "faketime is not installed (Debian's package faketime)"
    measured = {"DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    sleeping = {"PYTHONPATH": str(ROOT / "tests" / "faults" / "shifted")}
    return {"LD_PRELOAD": str(library), "FAKETIME": f"{seconds:+}s", **measured, **sleeping}


@contextmanager
def warm_drivers(folder: Path, shift: int = 0) -> Iterator[Drivers]:
    """A process of one's own that forks drivers, with the key of the tests' localbox and a clock ``shift`` s ahead."""
    command = [sys.executable, "-m", "tests.faults.driver", str(folder)]
    env = {**os.environ, "LABELBOX_API_KEY": KEY, **shifted(shift)}
    with subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield Drivers(process)
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)
