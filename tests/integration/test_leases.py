"""One run at a time: leases on SQLite and on PostgreSQL, given up, expired, taken over, lost."""

import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, event, select, update

from labelferry.errors import ConflictError
from labelferry.ledger import LedgerFile, held, open_ledger
from labelferry.ledger.lease import Holder
from labelferry.ledger.schema import leases

HOLDER = textwrap.dedent("""
    import sys, time
    from labelferry.ledger import held, open_ledger
    with held(open_ledger(sys.argv[1]).of("org", "tud").lease()):
        print("held", flush=True)
        time.sleep(60)
""")


@pytest.fixture
def other_run(url: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen([sys.executable, "-c", HOLDER, url], stdout=subprocess.PIPE, encoding="utf-8")
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_two_runs_exclude_each_other(url: str, other_run: "subprocess.Popen[str]") -> None:
    with open_ledger(url) as file:
        with pytest.raises(ConflictError, match=f"another run of 'tud' is in progress .process {other_run.pid}"):
            file.of("org", "tud").lease().take()
        with held(file.of("org", "other").lease()):
            pass


def test_a_killed_run_is_taken_over_at_once(url: str, other_run: "subprocess.Popen[str]") -> None:
    other_run.kill()
    other_run.wait()
    with open_ledger(url) as file, held(file.of("org", "tud").lease()):
        pass


def test_a_lease_of_another_machine_expires(url: str) -> None:
    now = datetime.now(UTC)
    with open_ledger(url, lambda: now) as file:
        theirs = file.of("org", "tud").lease()
        theirs.holder = Holder(1, "elsewhere", "1")
        theirs.take()
        with pytest.raises(ConflictError, match="elsewhere"):
            file.of("org", "tud").lease().take()
    with open_ledger(url, lambda: now + timedelta(seconds=61)) as file:
        mine = file.of("org", "tud").lease()
        mine.take()
        theirs = file.of("org", "tud").lease()
        theirs.holder = Holder(1, "elsewhere", "1")
        theirs.release()
        with pytest.raises(ConflictError):
            theirs.take()


def test_a_run_that_slept_past_its_lease_stops(url: str) -> None:
    """Somebody else took over meanwhile; the sleeper is interrupted wherever it is, and takes nothing away."""
    with open_ledger(url) as file:
        lease = file.of("org", "tud").lease()
        with pytest.raises(ConflictError, match="past its lease and another run took over"), held(lease, every=0.05):
            sleep_past_the_lease(file)
        with pytest.raises(ConflictError, match="process 7 on another-machine"):
            lease.take()


def sleep_past_the_lease(file: LedgerFile) -> None:
    with file.engine.begin() as connection:
        connection.execute(update(leases).values(holder=Holder(7, "another-machine", "1").text))
    threading.Event().wait(60)


def vanish(file: LedgerFile) -> None:
    """The row goes, as when its holder gives it back or somebody cleans up."""
    with file.engine.begin() as connection:
        connection.execute(delete(leases))


def holders(file: LedgerFile) -> list[str]:
    with file.engine.connect() as connection:
        return list(connection.execute(select(leases.c.holder)).scalars())


def test_a_row_that_vanished_is_written_again(url: str) -> None:
    """It is still ours as long as nobody else has taken it meanwhile."""
    with open_ledger(url) as file:
        mine, theirs = file.of("org", "tud").lease(), file.of("org", "tud").lease()
        theirs.holder = Holder(1, "elsewhere", "1")
        mine.take()
        vanish(file)
        assert mine.renew()
        assert holders(file) == [mine.holder.text]
        vanish(file)
        theirs.take()
        assert not mine.renew()
        mine.release()
        assert holders(file) == [theirs.holder.text]


def test_a_row_that_vanishes_under_a_run_stops_nothing(url: str) -> None:
    with open_ledger(url) as file:
        with held(file.of("org", "tud").lease(), every=0.02):
            vanish(file)
            until(lambda: bool(holders(file)))
        assert holders(file) == []


def test_a_row_that_vanishes_while_it_is_looked_at_is_taken(url: str) -> None:
    """The other run ends between our attempt and our question who holds it: we try again, and have it."""
    with open_ledger(url) as file, open_ledger(url) as other:
        theirs, mine = file.of("org", "tud").lease(), file.of("org", "tud").lease()
        theirs.holder = Holder(1, "elsewhere", "1")
        theirs.take()
        asked: list[str] = []

        @event.listens_for(file.engine, "before_cursor_execute")
        def ends(_: object, __: object, statement: str, *___: object) -> None:
            if "SELECT leases.holder, leases.expires_at" in statement:
                asked.append(statement)
                vanish(other)

        mine.take()
        assert len(asked) == 1
        assert holders(file) == [mine.holder.text]


def until(holds: Callable[[], bool]) -> None:
    """Ask until something holds; the questions take their time, on any machine."""
    assert any(holds() for _ in range(20_000)), "it never came to that"


def test_ctrl_c_is_passed_on_and_the_lease_given_back(url: str) -> None:
    with open_ledger(url) as file:
        with pytest.raises(KeyboardInterrupt), held(file.of("org", "tud").lease()):
            raise KeyboardInterrupt
        assert holders(file) == []


def test_a_run_waits_as_long_as_it_may(url: str) -> None:
    with open_ledger(url) as file:
        theirs = file.of("org", "tud").lease()
        theirs.holder = Holder(1, "elsewhere", "1")
        theirs.take()
        naps: list[float] = []
        with (
            pytest.raises(ConflictError, match=r"'tud'.*elsewhere"),
            held(file.of("org", "tud").lease(), 2.5, naps.append),
        ):
            pytest.fail("it is held by another run")
        assert naps == [1.0, 1.0, 0.5]

        def ends(seconds: float) -> None:
            naps.append(seconds)
            if len(naps) == 5:
                theirs.release()

        mine = file.of("org", "tud").lease()
        with held(mine, 60, ends):
            assert holders(file) == [mine.holder.text]
        assert len(naps) == 5


def test_a_long_name_has_a_lease_of_its_own(url: str) -> None:
    """A project's name may be longer than the column; two that only differ at the end are two."""
    with open_ledger(url) as file:
        ledger, long = file.of("org", "tud"), "x" * 250
        with held(ledger.lease(f"{long}a")), held(ledger.lease(f"{long}b")):
            other = ledger.lease(f"{long}a")
            other.holder = Holder(1, "elsewhere", "1")
            with pytest.raises(ConflictError, match=f"{long}a"):
                other.take()
            assert len(holders(file)) == 2
