"""Two hosts whose clocks are apart, one frozen past its lease; ``python -m benches.clocks`` freezes it anywhere."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.faults.clocks import Frozen, run_frozen
from tests.faults.driver import AFTER, BEFORE
from tests.faults.drivers import shifter
from tests.faults.sweep import Bench, Clean
from tests.integration.postgres import postgres_url, url

__all__ = ["postgres_url", "url"]

DAY = 86_400


def ended(postgres: str) -> Callable[[], None]:
    """Let every lease end, as it does within a minute."""

    def age() -> None:
        engine = create_engine(postgres.replace("postgresql://", "postgresql+psycopg://"))
        with engine.begin() as connection:
            connection.execute(text("UPDATE leases SET expires_at = clock_timestamp()"))
        engine.dispose()

    return age


def number_of(bench: Bench, operation: str) -> int:
    """The number of the request that first asks for an operation, in an undisturbed run."""
    home = bench.fresh()
    bench.localbox.control("DELETE", "requests")
    assert bench.drivers.run(bench.job(home)) == 0
    return 1 + [seen["operation"] for seen in bench.localbox.control("GET", "requests")].index(operation)


@pytest.mark.skipif(shifter() is None, reason="faketime is not installed (Debian's package faketime)")
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("side", "clocks", "left"),
    [
        pytest.param(
            BEFORE,
            (300, -300),
            r"leave a project '.*' \(c\w{24}\) at the service: the other run uses c\w{24}; once it has",
            marks=pytest.mark.full,
        ),
        (AFTER, (0, DAY), "it was stopped before its next change. Nothing is lost: wait for the other run to finish$"),
    ],
)
def test_frozen_while_the_project_is_created(
    side: str, clocks: tuple[int, int], left: str, bench: Bench, clean: Clean, url: str, tmp_path: Path
) -> None:
    """Before: the second project is created when nothing can stop it, and reported. After: B finds A's by name."""
    case, folder = Frozen(number_of(bench, "CreateProjectPyApi"), side, clocks), tmp_path / "hosts"
    assert run_frozen(folder, url, case, clean, ended(url)).wrong == ()
    assert re.search(left, (folder / "a" / "left").read_text("utf-8"))
