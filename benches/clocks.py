"""Two hosts on one PostgreSQL ledger with clocks up to a day apart, one frozen past its lease: how many end exact.

``python -m benches.clocks [--cases N] [--at-once N]``; a case waits for a real lease, about a minute and a half.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.faults.clocks import frozen_cases, run_frozen
from tests.faults.drivers import warm_drivers
from tests.faults.sweep import Bench, Result, failures
from tests.integration.postgres import postgres_tools, serving
from tests.localbox_server import started


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL server and its URL."""
    tools = postgres_tools()
    if tools is None:
        sys.exit("PostgreSQL is not installed (Debian's package postgresql)")
    with tempfile.TemporaryDirectory() as folder:
        yield from serving(tools, Path(folder))


def new_ledger(server: str, number: int) -> str:
    """The URL of an empty database."""
    engine = create_engine(server.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE host_{number}"))
    engine.dispose()
    return server.replace("/postgres", f"/host_{number}")


def main() -> int:
    """Carry the cases out and say how they ended."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", type=int, default=50)
    options.add_argument("--at-once", type=int, default=8)
    asked = options.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as made, postgres() as server:
        folder = Path(made)
        with started(folder / "box", "--control") as localbox, warm_drivers(folder) as drivers:
            clean = Bench(localbox, drivers, folder).clean()

        def run(numbered: tuple[int, object]) -> Result:
            number, case = numbered
            result = run_frozen(folder / f"case-{number}", new_ledger(server, number), case, clean)
            print(f"{number:4}  {'WRONG' if result.wrong else 'exact'}  {result.name}", flush=True)
            return result

        with ThreadPoolExecutor(asked.at_once) as threads:
            results = list(threads.map(run, enumerate(frozen_cases(clean, asked.cases), start=1)))
    print(*failures(results), sep="\n")
    exact = sum(not result.wrong for result in results)
    print(f"two hosts: {exact} of {len(results)} exact ({time.monotonic() - began:.0f} s)")
    return 0 if exact == len(results) else 1


if __name__ == "__main__":
    sys.exit(main())
