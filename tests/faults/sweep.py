"""The crash sweep and the fault storm: cases, and the problems after each ([] if there are none)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.driver import AFTER, BEFORE, Job
from tests.faults.drivers import Drivers
from tests.faults.world import EACH, counts, ledger_url, normalised, outcomes, requests, unsettled, write_guide
from tests.localbox_server import Localbox

INSTANT: Mapping[str, Any] = {}
SLOW: Mapping[str, Any] = {"*": {"when": "polls", "n": 1}}
"""How the service's own jobs end: in the request that starts them, or in one that asks for them later."""

KILLED = -9
SHARE = 0.3
ATTEMPTS = 30
KINDS: tuple[dict[str, Any], ...] = (
    {"kind": "status", "status": 429},
    {"kind": "status", "status": 429, "retry_after": 2},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 502},
    {"kind": "status", "status": 503},
    {"kind": "drop-before"},
    {"kind": "drop-after"},
    {"kind": "slow", "seconds": 0.02},
    {"kind": "truncate"},
    {"kind": "not-json"},
)
"""Every kind of fault that localbox has."""


@dataclass(frozen=True)
class Case:
    """A kill: the number of the request, and the side of it."""

    number: int
    side: str


@dataclass(frozen=True)
class Clean:
    """An undisturbed run."""

    requests: list[str]
    state: dict[str, list[str]] = field(repr=False)


@dataclass(frozen=True)
class Result:
    """The outcome of a case; no problems means: complete, and everything exists once."""

    name: str
    wrong: tuple[str, ...]
    runs: int = 2
    requests: int = 0
    faults: int = 0


class Bench:
    """A localbox, drivers and specs; each case gets an empty localbox and a home of its own."""

    def __init__(
        self,
        localbox: Localbox,
        drivers: Drivers,
        folder: Path,
        transitions: Mapping[str, Any] = INSTANT,
        new_ledger: Callable[[], str] = lambda: "",
    ) -> None:
        self._new_ledger = new_ledger
        self.localbox, self.drivers = localbox, drivers
        self._folder, self._homes, self._transitions = folder, 0, transitions
        self.specs = write_guide(folder / "specs")

    def fresh(self) -> Path:
        """Empty the localbox and return an empty home."""
        self.localbox.reset()
        self.localbox.control("POST", "transitions", self._transitions)
        self._homes += 1
        home = self._folder / f"home-{self._homes}"
        home.mkdir()
        if url := self._new_ledger():
            (home / "ledger.url").write_text(url, "utf-8")
        return home

    def job(self, home: Path, case: Case | None = None) -> Job:
        """Both onboardings, killed or not."""
        kill = (case.number, case.side) if case else (0, BEFORE)
        return Job(str(home), self.localbox.endpoint, self.specs, *kill, ledger=ledger_url(home))

    def clean(self) -> Clean:
        """Run undisturbed."""
        home = self.fresh()
        assert self.drivers.run(self.job(home)) == 0, outcomes(home)
        state = self.localbox.state()
        assert counts(state) == EACH
        assert unsettled(home) == []
        return Clean(requests(home), normalised(state))

    def killed(self, case: Case, clean: Clean) -> Result:
        """Kill a run, run again, compare."""
        home = self.fresh()
        name = f"{case.number} {case.side}"
        if (code := self.drivers.run(self.job(home, case))) != KILLED:
            return Result(name, (f"the first run was not killed but ended {code}",))
        code = self.drivers.run(self.job(home))
        return Result(name, tuple(self.wrong(home, code, clean)))

    def stormed(self, seed: int, clean: Clean) -> Result:
        """Run through random faults until it ends well, then compare."""
        home, name = self.fresh(), f"seed {seed}"
        each = 1 - (1 - SHARE) ** (1 / len(KINDS))
        for number, kind in enumerate(KINDS):
            self.localbox.control("POST", "faults", {**kind, "share": each, "seed": seed * len(KINDS) + number})
        runs, code = 0, 1
        while code and runs < ATTEMPTS:
            code, runs = self.drivers.run(self.job(home)), runs + 1
        faults = self.localbox.control("GET", "faults")
        fired, seen = sum(fault["fired"] for fault in faults), faults[0]["seen"]
        return Result(name, tuple(self.wrong(home, code, clean)), runs, seen, fired)

    def wrong(self, home: Path, code: int, clean: Clean) -> Iterator[str]:
        """All problems of a finished case."""
        if code:
            yield f"ended {code}: {outcomes(home)[-1]['message']}"
            return
        state = self.localbox.state()
        found, normal = counts(state), normalised(state)
        yield from (f"{found[table]} {table} instead of {EACH[table]}" for table in EACH if found[table] != EACH[table])
        yield from (f"{table} differ from the clean run's" for table in normal if normal[table] != clean.state[table])
        yield from unsettled(home)


def cases(clean: Clean, every: int = 1) -> list[Case]:
    """A kill before and after each request, or each n-th one."""
    numbers = range(1, len(clean.requests) + 1, every)
    return [Case(number, side) for number in numbers for side in (BEFORE, AFTER)]


def failures(results: Iterable[Result]) -> list[str]:
    """The problems, one line per case."""
    return [f"{result.name}: {'; '.join(result.wrong)}" for result in results if result.wrong]
