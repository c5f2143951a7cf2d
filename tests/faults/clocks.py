"""Two hosts on one PostgreSQL ledger, their clocks apart, one of them frozen past its lease: what is wrong afterwards.

::

    A starts, and is frozen at a request ---------------------------------> thawed, and has to stop
                 B is refused, waits for A's lease to end, and does it all  |  then both run again

What A has created in that moment and B has too is exact only when A names it.
"""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path
from typing import Any

from tests.faults.driver import AFTER, BEFORE, Job
from tests.faults.drivers import Drivers, warm_drivers
from tests.faults.sweep import Clean, Result
from tests.faults.world import counts, ledger_url, normalised, outcomes, unsettled, write_guide
from tests.localbox_server import Localbox, started

APART = ((300, -300), (-300, 300), (0, 60), (60, 0), (86_400, 0), (0, 86_400))
"""Seconds that the clocks of A and B are ahead."""

PATIENCE = 300
"""Seconds that B waits for A's lease: longer than it lasts."""

ID = re.compile(r"\bc[a-z0-9]{24}\b")


@dataclass(frozen=True)
class Frozen:
    """A is frozen at one side of a request; how far the clocks of A and B are ahead."""

    number: int
    side: str
    clocks: tuple[int, int]

    def __str__(self) -> str:
        return f"request {self.number} {self.side}, clocks {self.clocks[0]:+} and {self.clocks[1]:+} s"


def frozen_cases(clean: Clean, wanted: int) -> list[Frozen]:
    """Cases spread over all requests, both sides and all clocks."""
    numbers = [1 + (len(clean.requests) - 1) * n // max(1, wanted - 1) for n in range(wanted)]
    return [Frozen(*each) for each in zip(numbers, cycle((BEFORE, AFTER)), cycle(APART), strict=False)]


@contextmanager
def two_hosts(folder: Path, case: Frozen) -> Iterator[tuple[Localbox, Drivers, Drivers]]:
    """A localbox of their own and drivers for each."""
    warm = [folder / "warm-a", folder / "warm-b"]
    for each in (folder, *warm):
        each.mkdir()
    with (
        started(folder / "box", "--control") as localbox,
        warm_drivers(warm[0], case.clocks[0]) as first,
        warm_drivers(warm[1], case.clocks[1]) as second,
    ):
        yield localbox, first, second


def run_frozen(folder: Path, ledger: str, case: Frozen, clean: Clean, age: Callable[[], None] = lambda: None) -> Result:
    """Carry a case out and judge it; ``age`` may let A's lease end before its time."""
    with two_hosts(folder, case) as (localbox, first, second):
        homes = [folder / name for name in ("a", "b")]
        for home in homes:
            home.mkdir()
            (home / "ledger.url").write_text(ledger, "utf-8")
        specs = write_guide(folder / "specs")
        jobs = [Job(str(home), localbox.endpoint, specs, ledger=ledger_url(home)) for home in homes]
        first.start(replace(jobs[0], kill_at=case.number, side=case.side, freeze=True))
        wrong = list(_carried_out(first, second, jobs, child_stopped(first), age))
        wrong += _wrong(localbox.state(), homes, clean)
    return Result(str(case), tuple(wrong))


def _carried_out(
    first: Drivers, second: Drivers, jobs: list[Job], child: int, age: Callable[[], None]
) -> Iterator[str]:
    """Yield every exit code that is not as it should be."""
    if (code := second.run(jobs[1])) not in {0, 4}:  # 0: A had no lease at that request
        yield f"B ended {code} beside A: {said(jobs[1])}"
    age()
    if code := second.run(replace(jobs[1], wait=PATIENCE)):
        yield f"B ended {code} after A's lease: {said(jobs[1])}"
    os.kill(child, signal.SIGCONT)
    if (code := first.ended()) not in {0, 4}:
        yield f"A ended {code}: {said(jobs[0])}"
    left = said(jobs[0])
    for drivers, job in ((second, jobs[1]), (first, jobs[0])):
        if code := drivers.run(job):
            yield f"a run afterwards ended {code}: {said(job)}"
    (Path(jobs[0].home) / "left").write_text(left, "utf-8")


def said(job: Job) -> str:
    """The last message of a host's latest run."""
    return str(outcomes(Path(job.home))[-1]["message"])


def _wrong(state: Mapping[str, list[dict[str, Any]]], homes: list[Path], clean: Clean) -> Iterator[str]:
    named = set(ID.findall((homes[0] / "left").read_text("utf-8")))
    kept = {
        table: [row for row in rows if row.get("id") not in named or _is_used(row, state)]
        for table, rows in state.items()
    }
    normal = normalised(kept)
    yield from (
        f"{table} differ from the clean run's: {counts(kept)}"
        for table in normal
        if normal[table] != clean.state[table]
    )
    yield from unsettled(homes[1])


def _is_used(row: dict[str, Any], state: Mapping[str, list[dict[str, Any]]]) -> bool:
    """Whether anything else names this row's id."""
    return any(row["id"] in map(str, other.values()) for rows in state.values() for other in rows if other is not row)


def child_stopped(drivers: Drivers) -> int:
    """Wait until the driver's child is frozen and return its process number."""
    path = Path(f"/proc/{drivers.process.pid}/task/{drivers.process.pid}/children")
    for _ in range(6_000):
        for child in path.read_text("ascii").split():
            if _is_stopped(child):
                return int(child)
        time.sleep(0.02)
    raise AssertionError("A was never frozen")


def _is_stopped(child: str) -> bool:
    try:
        return Path(f"/proc/{child}/stat").read_text("utf-8").rsplit(")", 1)[-1].split()[0] == "T"
    except OSError:
        return False
