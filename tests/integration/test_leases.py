"""One run at a time: leases on SQLite and on PostgreSQL, given up, expired, taken over, lost; whatever a clock says."""

import os
import re
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, event, select, update

from labelferry.errors import ConflictError, LeaseLostError
from labelferry.ledger import (
    Lease,
    Ledger,
    LedgerFile,
    LineRecord,
    LineState,
    State,
    Verdict,
    confirm,
    held,
    open_ledger,
)
from labelferry.ledger.database import writing
from labelferry.ledger.holder import Holder
from labelferry.ledger.lease import EVERY, WATCHED
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
    with open_ledger(url) as file:
        theirs, mine = elsewhere(file), file.of("org", "tud").lease()
        theirs.take()
        with pytest.raises(
            ConflictError, match=r"elsewhere.*valid for another \d+ s, until \d{4}-\d\d-\d\d \S+ UTC by"
        ):
            mine.take(unexpected)
        set_back(file, timedelta(seconds=61))
        naps: list[float] = []
        mine.take(naps.append)
        assert naps == [WATCHED]
        assert WATCHED > EVERY
        theirs.release()
        assert not theirs.renew()
        with pytest.raises(ConflictError, match=f"process {mine.holder.pid} on"):
            theirs.take(unexpected)


def test_a_lease_that_is_renewed_while_it_is_watched_is_kept(url: str) -> None:
    """The database's clock was set forward, or the machine has just woken up: it only seemed to have expired."""
    with open_ledger(url) as file:
        theirs = elsewhere(file)
        theirs.take()
        set_back(file, timedelta(days=1))
        with pytest.raises(ConflictError, match="elsewhere"):
            file.of("org", "tud").lease().take(lambda _: None if theirs.renew() else pytest.fail("it is theirs"))
        assert holders(file) == [theirs.holder.text]


def test_a_lease_that_ends_later_than_any_can_locks_nobody_out(url: str) -> None:
    """An earlier version wrote it on a machine whose clock was a day ahead, or the database's clock was set back."""
    with open_ledger(url) as file:
        elsewhere(file).take()
        set_back(file, timedelta(days=-1))
        file.of("org", "tud").lease().take(lambda _: None)


def test_dates_are_in_utc_whatever_zone_the_database_speaks(postgres_url: str) -> None:
    with open_ledger(f"{postgres_url}?options=-c%20timezone=Asia/Tokyo") as file:
        file.of("org", "zones").lease().take()
        with pytest.raises(ConflictError) as refused:
            file.of("org", "zones").lease().take(unexpected)
        found = re.search(r"until (.*) UTC", str(refused.value))
        assert found
        until_then = datetime.fromisoformat(f"{found[1]}+00:00") - datetime.now(UTC)
        assert timedelta(seconds=30) < until_then < timedelta(seconds=90)


def test_two_runs_of_one_process_exclude_each_other(url: str) -> None:
    with (
        open_ledger(url) as file,
        held(file.of("org", "tud").lease()),
        pytest.raises(ConflictError, match="another run of 'tud'"),
        held(file.of("org", "tud").lease()),
    ):
        pytest.fail("it is held by this process")


def elsewhere(file: LedgerFile) -> Lease:
    """A lease as a process of another machine takes it."""
    lease = file.of("org", "tud").lease()
    lease.holder = Holder(1, "elsewhere", "1")
    return lease


def unexpected(seconds: float) -> None:
    pytest.fail(f"it waits {seconds} s")


def set_back(file: LedgerFile, by: timedelta) -> None:
    """Let time go by, as far as the end of every lease goes."""
    with file.engine.begin() as connection:
        end = connection.execute(select(leases.c.expires_at)).scalar_one()
        connection.execute(update(leases).values(expires_at=end - by))


def taken_over(file: LedgerFile) -> Lease:
    """Another machine has the lease now, whose process slept past it."""
    theirs = elsewhere(file)
    set_back(file, timedelta(minutes=2))
    theirs.take(lambda _: None)
    return theirs


def test_a_run_that_slept_past_its_lease_changes_nothing_any_more(url: str) -> None:
    """The ledger refuses what it writes, except to the history, and the row stays with whoever took over."""
    with open_ledger(url) as file:
        ledger = file.of("org", "tud")
        with held(ledger.lease(), every=60):
            ledger.claim("project", "P")
            confirm()
            theirs = taken_over(file)
            for change in CHANGES:
                with pytest.raises(
                    LeaseLostError, match=r"another run took over \(process 1 on elsewhere\); it was st"
                ):
                    change(ledger)
            with pytest.raises(LeaseLostError):
                confirm()
            ledger.record_run(ledger.now(), "conflict", {})
        entry = ledger.entry("project", "P")
        assert entry is not None
        assert entry.state is State.CLAIMED
        assert [run["outcome"] for run in ledger.history()] == ["conflict"]
        assert holders(file) == [theirs.holder.text]


LINE = LineRecord("7", "prelabels", "k", "f", "gt.txt:1", "j")
CHANGES: list[Callable[[Ledger], object]] = [
    lambda ledger: ledger.claim("job", "j"),
    lambda ledger: ledger.settle("project", "P", "mine"),
    lambda ledger: ledger.replace("project", "P", "mine"),
    lambda ledger: ledger.release("project", "P"),
    lambda ledger: ledger.send_lines([LINE]),
    lambda ledger: ledger.settle_lines([Verdict("7", LineState.ACCEPTED)]),
    lambda ledger: ledger.forget_job_lines("j"),
    lambda ledger: ledger.move_job("j", State.SETTLED),
    lambda ledger: ledger.drop_job("j"),
]


def test_a_lease_that_another_run_took_and_gave_back_is_lost_too(url: str) -> None:
    """A lapsed renewal never writes the row again: what happened in the meantime is unknown here."""
    with open_ledger(url) as file, held(file.of("org", "tud").lease(), every=0.02):
        vanish(file)
        with pytest.raises(LeaseLostError, match="another run took over; it was stopped"):
            confirm()
        threading.Event().wait(0.1)
        assert holders(file) == []


def test_the_second_lease_is_no_use_when_the_first_was_lost_while_it_was_waited_for(url: str) -> None:
    with open_ledger(url) as file:
        ledger = file.of("org", "tud")
        second = ledger.lease("project")
        second.take()

        def lose(_: float) -> None:
            vanish(file)

        with held(ledger.lease()), pytest.raises(LeaseLostError), held(ledger.lease("project"), 60, lose):
            pytest.fail("the first is lost")
        assert holders(file) == []


def vanish(file: LedgerFile) -> None:
    """The row disappears, as when its holder gives it back or someone cleans up."""
    with file.engine.begin() as connection:
        connection.execute(delete(leases))


def holders(file: LedgerFile) -> list[str]:
    with file.engine.connect() as connection:
        return list(connection.execute(select(leases.c.holder)).scalars())


def test_a_process_that_is_suspended_in_the_middle_of_a_write_lets_go_of_its_locks(postgres_url: str) -> None:
    limit = "SHOW idle_in_transaction_session_timeout"
    with open_ledger(postgres_url) as file:
        with writing(file.engine) as connection:
            assert connection.exec_driver_sql(limit).scalar() == "1min"
        with file.engine.connect() as connection:
            assert connection.exec_driver_sql(limit).scalar() == "0"


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


def test_which_processes_are_gone() -> None:
    """One that ended, as a zombie too, or whose number is another's now; nothing is known of those elsewhere."""
    mine = Holder.this()
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert replace(mine, pid=child.pid).is_gone
    assert replace(mine, pid=child.pid).is_gone
    assert replace(mine, begun="1").is_gone
    assert not mine.is_gone
    assert not replace(mine, begun="1", numbering="another machine of the same name").is_gone
    assert not Holder(child.pid, mine.host, "1").is_gone
