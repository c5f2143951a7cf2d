"""What a service may say of imports, all of it: spelling x missing x lagging x kind x what the user does next.

``python -m benches.outcomes [--every N]`` prints a line for what went wrong, and the counts.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.faults.mutations import Case, carried_through, product_of_cases, settings_in
from tests.localbox_server import KEY, started

TOLD_EVERY = 20


def main() -> int:
    """Go through the product and say what came of it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--every", type=int, default=1, help="each n-th case only")
    cases = product_of_cases()[:: options.parse_args().every]
    begun, runs, counts = time.monotonic(), 0, Counter[tuple[str, str, bool]]()
    with tempfile.TemporaryDirectory() as folder, started(Path(folder) / "localbox", "--control") as localbox:
        for number, case in enumerate(cases):
            home = Path(folder) / str(number)
            home.mkdir()
            ended = carried_through(case, localbox.control, settings_in(home / "home", localbox.endpoint, KEY), home)
            runs += ended.runs
            counts[_row(case, good=not ended.wrong)] += 1
            for wrong in ended.wrong:
                print(f"WRONG  {case}: {wrong}", flush=True)
            if number % TOLD_EVERY == TOLD_EVERY - 1:
                print(f"{number + 1} of {len(cases)} cases, {time.monotonic() - begun:.0f} s", flush=True)
    for (kind, action, good), count in sorted(counts.items()):
        print(f"{kind:14} {action:14} {'good' if good else 'WRONG':6} {count:5}")
    good = sum(count for (_, _, well), count in counts.items() if well)
    print(f"{good} of {len(cases)} cases ended well, in {runs} runs, {time.monotonic() - begun:.0f} s")
    return 0 if good == len(cases) else 1


def _row(case: Case, *, good: bool) -> tuple[str, str, bool]:
    return case.imported_as, case.action, good


if __name__ == "__main__":
    sys.exit(main())
