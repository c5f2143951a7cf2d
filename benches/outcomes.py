"""What a service may say of imports, all of it: spelling x missing x lagging x kind x what the user does next.

``python -m benches.outcomes [--every N] [--workers N]`` prints a line for what went wrong, and the counts. Each worker
has a service of its own; everything is kept in memory where there is a file system for that.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from multiprocessing import Pool
from pathlib import Path

from tests.faults.mutations import Case, carried_through, product_of_cases, settings_in
from tests.localbox_server import KEY, started

TOLD_EVERY = 20
MEMORY = "/dev/shm"  # noqa: S108
Row = tuple[str, str, bool]


def main() -> int:
    """Go through the product and say what came of it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--every", type=int, default=1, help="each n-th case only")
    options.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    asked = options.parse_args()
    cases, begun = product_of_cases()[:: asked.every], time.monotonic()
    shares = [cases[number :: asked.workers] for number in range(asked.workers)]
    with Pool(asked.workers) as pool:
        done = pool.map(carried_out, shares, chunksize=1)
    counts = sum((counted for counted, _ in done), Counter[Row]())
    for (kind, action, good), count in sorted(counts.items()):
        print(f"{kind:14} {action:14} {'good' if good else 'WRONG':6} {count:5}")
    good = sum(count for (_, _, well), count in counts.items() if well)
    runs, took = sum(runs for _, runs in done), time.monotonic() - begun
    print(f"{good} of {len(cases)} cases ended well, in {runs} runs, {took:.0f} s")
    return 0 if good == len(cases) else 1


def carried_out(cases: Sequence[Case]) -> tuple[Counter[Row], int]:
    """Carry cases out one after another; return how they ended, and the number of runs."""
    begun, runs, counts = time.monotonic(), 0, Counter[Row]()
    memory = MEMORY if Path(MEMORY).is_dir() else None
    with tempfile.TemporaryDirectory(dir=memory) as folder, started(Path(folder) / "localbox", "--control") as localbox:
        for number, case in enumerate(cases, start=1):
            with tempfile.TemporaryDirectory(dir=folder) as home:
                settings = settings_in(Path(home) / "home", localbox.endpoint, KEY)
                ended = carried_through(case, localbox.control, settings, Path(home))
            runs += ended.runs
            counts[case.imported_as, case.action, not ended.wrong] += 1
            for wrong in ended.wrong:
                print(f"WRONG  {case}: {wrong}", flush=True)
            if number % TOLD_EVERY == 0:
                print(f"{number} of {len(cases)} cases, {time.monotonic() - begun:.0f} s", flush=True)
    return counts, runs


if __name__ == "__main__":
    sys.exit(main())
