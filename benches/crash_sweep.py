"""What survives: kill -9 at every request, before and after the service acted; then storms of faults. Prints tables.

``python -m benches.crash_sweep [--every N] [--seeds N] [--slow-jobs]``; without options, all of it.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.faults.drivers import warm_drivers
from tests.faults.sweep import AFTER, BEFORE, INSTANT, SLOW, Bench, Clean, Result, cases, failures
from tests.localbox_server import started


def sweep(bench: Bench, clean: Clean, every: int) -> list[Result]:
    """Kill at each request; a line of the table a request."""
    results: dict[str, Result] = {}
    print(f"{'request':>7}  {'killed before':14} {'killed after':14}")
    for case in cases(clean, every):
        result = bench.killed(case, clean)
        results[result.name] = result
        if case.side == AFTER:
            said = ["good" if not results[f"{case.number} {side}"].wrong else "WRONG" for side in (BEFORE, AFTER)]
            print(f"{case.number:7}  {said[0]:14} {said[1]:14}", flush=True)
    return list(results.values())


def storms(bench: Bench, clean: Clean, seeds: int) -> Iterator[Result]:
    """A storm a seed."""
    print(f"{'seed':>7}  {'runs':>4} {'requests':>8} {'faults':>6}")
    for seed in range(1, seeds + 1):
        result = bench.stormed(seed, clean)
        print(
            f"{seed:7}  {result.runs:4} {result.requests:8} {result.faults:6}  {'WRONG' if result.wrong else 'good'}",
            flush=True,
        )
        yield result


def good(results: list[Result]) -> str:
    """How many of how many ended well."""
    return f"{sum(not result.wrong for result in results)} of {len(results)}"


def share(results: list[Result]) -> float:
    """The part of all requests that met a fault."""
    return sum(result.faults for result in results) / max(1, sum(result.requests for result in results))


def main() -> int:
    """Run both and say what came of them."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--every", type=int, default=1, help="kill at each n-th request only")
    options.add_argument("--seeds", type=int, default=50, help="how many storms")
    options.add_argument("--slow-jobs", action="store_true", help="the service's jobs end later than they start")
    asked = options.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        started(Path(folder) / "localbox", "--control") as localbox,
        warm_drivers(Path(folder)) as drivers,
    ):
        bench = Bench(localbox, drivers, Path(folder), SLOW if asked.slow_jobs else INSTANT)
        clean, begun = bench.clean(), time.monotonic()
        killed = sweep(bench, clean, asked.every)
        between = time.monotonic()
        stormed = list(storms(bench, clean, asked.seeds))
        ended = time.monotonic()
    print(*failures([*killed, *stormed]), sep="\n")
    print(
        f"crash sweep: N = {len(clean.requests)} requests; {good(killed)} kills ended exact ({between - begun:.0f} s)"
    )
    print(
        f"fault storm: {share(stormed):.0%} of {sum(each.requests for each in stormed)} requests met a fault; ", end=""
    )
    print(f"{good(stormed)} seeds ended complete and exact ({ended - between:.0f} s)")
    return 1 if failures([*killed, *stormed]) else 0


if __name__ == "__main__":
    sys.exit(main())
