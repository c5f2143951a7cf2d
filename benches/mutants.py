"""Which small errors in the core no test notices: sampled mutants, run in a copy of the checkout. Prints tables.

``python -m benches.mutants [--count 200] [--seed 1] [--room NAME] [--map FOLDER] [--list]``. The suites run once under
coverage to learn which tests execute which line; a mutant then meets only those, the nearest first, for a minute.
As a pytest plugin (``-p benches.mutants``) this module writes how long each test took, and runs tests in that order.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import hypothesis
import pytest
from coverage import CoverageData

from benches.mutations import CORE, Mutant, mutants

ROOT = Path(__file__).resolve().parents[1]
SUITES = ["unit", "property", "golden", "reports", "integration", "localbox"]
TESTS = [
    *(f"tests/{suite}" for suite in SUITES),
    *(f"tests/hostile/test_{name}.py" for name in ("documents", "ontology_files", "sources")),
]
SECONDS, PATIENCE = 60, 120
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "benches.mutants"]
DRAWN = ["-n", "2", "--no-loadscope-reorder", "--cov=labelferry", "--cov-context=test", "--cov-report="]
TOOK, ORDER = "LABELFERRY_TESTS_TOOK", "LABELFERRY_TESTS_ORDER"
SKIPPED = shutil.ignore_patterns(".venv", ".git", ".labelferry", ".*_cache", "site")

hypothesis.settings.register_profile("mutants", deadline=None, max_examples=25, derandomize=True, database=None)
took: Counter[str] = Counter()
failed: set[str] = set()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    took[report.nodeid] += report.duration
    if not report.passed:
        failed.add(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if TOOK in os.environ and not hasattr(session.config, "workerinput"):
        passed = {name: seconds for name, seconds in took.items() if name not in failed}
        Path(os.environ[TOOK]).write_text(json.dumps(passed), "utf-8")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if ORDER in os.environ:
        order = {name: place for place, name in enumerate(json.loads(Path(os.environ[ORDER]).read_text("utf-8")))}
        items[:] = sorted((item for item in items if item.nodeid in order), key=lambda item: order[item.nodeid])


@dataclass(frozen=True)
class Map:
    """Which tests execute a line, and how long each takes."""

    folder: Path

    @cached_property
    def took(self) -> dict[str, float]:
        found: dict[str, float] = json.loads((self.folder / "took.json").read_text("utf-8"))
        return found

    @cached_property
    def contexts(self) -> dict[str, dict[int, set[str]]]:
        data = CoverageData(str(self.folder / "coverage"))
        data.read()
        return {
            path[path.rindex("/labelferry/") + 1 :]: {
                line: {name.partition("|")[0] for name in names} & self.took.keys()
                for line, names in data.contexts_by_lineno(path).items()
            }
            for path in data.measured_files()
        }

    def tests(self, mutant: Mutant) -> list[str]:
        """Return the tests that execute a mutant: of its module, then of its room, then others, the quickest first."""
        module, room, took = Path(mutant.path).stem, mutant.room, self.took
        names = sorted(self._met(mutant), key=lambda name: (module not in name, room not in name, took[name]))
        spent, chosen = 0.0, []
        for name in names:
            spent += self.took[name]
            if spent > SECONDS and chosen:
                break
            chosen.append(name)
        return chosen

    def _met(self, mutant: Mutant) -> set[str]:
        """What runs at import is met by the tests of the module's functions; when it has none, by those of its room."""
        lines = self.contexts.get(mutant.path, {})
        if mutant.inside:
            return set().union(*(lines.get(line, set()) for line in mutant.lines))
        beside = [each for path, each in self.contexts.items() if path.split("/")[1] == mutant.room]
        return set().union(*lines.values()) or set().union(*(names for each in beside for names in each.values()))


@dataclass(frozen=True)
class Bench:
    """A copy of the checkout in which a mutant meets its tests."""

    folder: Path

    def measured(self, kept: Path) -> Map:
        """Return the map of a folder; the suites draw it if it is absent."""
        if not (kept / "took.json").exists():
            kept.mkdir(parents=True, exist_ok=True)
            drawn = {"COVERAGE_FILE": str(kept / "coverage"), TOOK: str(kept / "took.json")}
            self.run(["-m", "not full", *DRAWN, *TESTS], None, **drawn)
        return Map(kept)

    def killed(self, mutant: Mutant, tests: list[str]) -> bool:
        order = self.folder / "order.json"
        order.write_text(json.dumps(tests), "utf-8")
        place, original = self.folder / mutant.path, ROOT / mutant.path
        place.write_bytes(mutant.text)
        try:
            files = sorted({name.partition("::")[0] for name in tests})
            ended = self.run(["-x", "-p", "no:xdist", *files], SECONDS + PATIENCE, **{ORDER: str(order)})
        finally:
            shutil.copy2(original, place)
        if ended == pytest.ExitCode.NO_TESTS_COLLECTED:
            raise SystemExit(f"none of the {len(tests)} tests of {mutant} exists; draw the map again")
        return ended != 0

    def run(self, arguments: list[str], patience: float | None, **more: str) -> int:
        """Run tests and return how they ended; those that never end failed. What they started ends with them."""
        shared = os.environ.get("LABELFERRY_SHARED", str(ROOT.parent / "shared"))
        env = {
            **os.environ,
            "PYTHONPATH": str(self.folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LABELFERRY_SHARED": shared,
        }
        command = [*PYTEST, "--hypothesis-profile=mutants", *arguments]
        quiet = subprocess.DEVNULL
        with subprocess.Popen(
            command, cwd=self.folder, env={**env, **more}, stdout=quiet, stderr=quiet, start_new_session=True
        ) as tests:
            try:
                return tests.wait(patience)
            except subprocess.TimeoutExpired:
                return 1
            finally:
                if tests.poll() is None:
                    os.killpg(tests.pid, signal.SIGKILL)


def sample(count: int, seed: int, rooms: list[str]) -> Iterator[Mutant]:
    """Draw mutants over rooms in proportion to their lines, at most one a line; the same ones for a seed."""
    paths = {room: sorted((ROOT / "labelferry" / room).rglob("*.py")) for room in rooms}
    lines = {room: sum(len(path.read_text("utf-8").splitlines()) for path in paths[room]) for room in rooms}
    for room in rooms:
        drawn = [mutant for path in paths[room] for mutant in mutants(path.relative_to(ROOT), path.read_bytes())]
        random.Random(f"{seed} {room}").shuffle(drawn)  # noqa: S311
        one_a_line = {(mutant.path, mutant.lines[0]): mutant for mutant in drawn}
        yield from list(one_a_line.values())[: max(1, round(count * lines[room] / sum(lines.values())))]


def report(outcomes: list[tuple[Mutant, bool]]) -> None:
    decided = Counter(mutant.room for mutant, _ in outcomes)
    killed = Counter(mutant.room for mutant, noticed in outcomes if noticed)
    print(f"\n{'room':14} killed")
    for room in decided:
        print(f"{room:14} {killed[room]:3} of {decided[room]}")
    print(f"{'all':14} {killed.total():3} of {decided.total()}, {killed.total() / decided.total():.0%}\n\nsurvivors")
    for mutant, noticed in outcomes:
        if not noticed:
            print(mutant)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=200, help="how many mutants")
    options.add_argument("--seed", type=int, default=1, help="which ones")
    options.add_argument("--room", action="append", choices=CORE, help="only this room; may be repeated")
    options.add_argument("--map", type=Path, help="a folder that keeps which tests execute which line for the next run")
    options.add_argument("--list", action="store_true", help="print the mutants, and run nothing")
    asked = options.parse_args()
    drawn = list(sample(asked.count, asked.seed, asked.room or CORE))
    if asked.list:
        print(*drawn, sep="\n")
        return
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(shutil.copytree(ROOT, Path(folder) / "checkout", ignore=SKIPPED)))
        known = bench.measured((asked.map or Path(folder) / "map").resolve())
        met = {mutant: known.tests(mutant) for mutant in drawn}
        control = max(drawn, key=lambda mutant: len(met[mutant]))
        if bench.killed(replace(control, text=(ROOT / control.path).read_bytes()), met[control]):
            raise SystemExit("tests fail without a mutant too; fix them first, or every mutant counts as killed")
        outcomes = []
        for mutant, tests in met.items():
            outcomes.append((mutant, bool(tests) and bench.killed(mutant, tests)))
            print(f"{'killed' if outcomes[-1][1] else 'SURVIVED':8} {len(tests):4} tests  {mutant}", flush=True)
        report(outcomes)


if __name__ == "__main__":
    main()
