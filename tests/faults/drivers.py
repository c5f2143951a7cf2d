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


@contextmanager
def warm_drivers(folder: Path) -> Iterator[Drivers]:
    """A process of one's own that forks drivers; they have the key of the tests' localbox."""
    command, env = [sys.executable, "-m", "tests.faults.driver", str(folder)], {**os.environ, "LABELBOX_API_KEY": KEY}
    with subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield Drivers(process)
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)
