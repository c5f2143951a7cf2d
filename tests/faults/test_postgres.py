"""The same with the ledger in a real PostgreSQL: killed and run again, run twice, and two at once."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.faults.drivers import Drivers, warm_drivers
from tests.faults.sweep import Bench, cases, failures
from tests.faults.test_named import until
from tests.faults.world import outcomes, unsettled
from tests.integration.postgres import postgres_url
from tests.localbox_server import Localbox

__all__ = ["postgres_url"]


@pytest.fixture(scope="module")
def bench(
    running_localbox: Localbox, drivers: Drivers, postgres_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bench]:
    """A bench on which each home has a database of its own."""
    folder, numbers = tmp_path_factory.mktemp("postgres-faults"), count(1)
    engine = create_engine(postgres_url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")

    def new_ledger() -> str:
        name = f"ledger_{next(numbers)}"
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        return postgres_url.replace("/postgres", f"/{name}")

    yield Bench(running_localbox, drivers, folder, new_ledger=new_ledger)
    engine.dispose()


@pytest.mark.parametrize("apart", [43, pytest.param(5, marks=pytest.mark.full)])
def test_killed_and_run_again(apart: int, bench: Bench) -> None:
    clean = bench.clean()
    results = [bench.killed(case, clean) for case in cases(clean, every=apart)]
    assert failures(results) == []


def test_a_second_run_changes_nothing(bench: Bench) -> None:
    home = bench.fresh()
    assert bench.drivers.run(bench.job(home)) == 0
    bench.localbox.forget()
    assert bench.drivers.run(bench.job(home)) == 0
    assert bench.localbox.mutations() == []
    assert [said["report"]["outcome"] for said in outcomes(home)] == ["nothing to do"] * 2
    assert not list(home.glob("ledger.db*"))


def test_two_runs_at_once(bench: Bench, tmp_path: Path) -> None:
    home = bench.fresh()
    slow = {"kind": "slow", "seconds": 3, "operation": "createBatchV2PyApi", "nth": 1}
    bench.localbox.control("POST", "faults", slow)
    with warm_drivers(tmp_path) as other:
        other.start(bench.job(home))
        until(lambda: bench.localbox.control("GET", "faults")[0]["fired"] == 1)
        assert bench.drivers.run(bench.job(home)) == 4
        assert "another run of 'guide-prelabels' is in progress (process " in outcomes(home)[-1]["message"]
        assert other.ended() == 0
    assert unsettled(home) == []
