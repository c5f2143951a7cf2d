"""The ledger on SQLite and on a real PostgreSQL: the same behaviour, tables made once, one run at a time."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, inspect, text, update

from labelferry.errors import ConflictError, LedgerError, SpecError
from labelferry.ledger import LedgerFile, LineRecord, LineState, Reason, State, Verdict, held, open_ledger
from labelferry.ledger.schema import leases, metadata


def postgres_tools() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def as_owner(command: list[str]) -> list[str]:
    """PostgreSQL does not run as root; Debian's package brings a user for it."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    tools = postgres_tools()
    if tools is None:
        pytest.skip("PostgreSQL is not installed (Debian's package postgresql)")
    with tempfile.TemporaryDirectory() as made:  # pytest's own folders are closed to other users, by any pytest at work
        yield from serving(tools, Path(made))


def serving(tools: Path, folder: Path) -> Iterator[str]:
    """A PostgreSQL server while it is needed."""
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    data = str(folder / "data")
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": "/"}
    subprocess.run(as_owner([str(tools / "initdb"), "-D", data, "-A", "trust", "-U", "ferry"]), **quiet)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    control = [str(tools / "pg_ctl"), "-D", data, "-w"]
    subprocess.run(as_owner([*control, "-l", str(folder / "log"), "-o", options, "start"]), **quiet)
    try:
        yield f"postgresql://ferry@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run(as_owner([*control, "-m", "fast", "stop"]), **quiet)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    found: str = request.getfixturevalue("postgres_url")
    engine = create_engine(found.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return found


def test_migrations_make_the_tables_of_the_schema(url: str) -> None:
    with open_ledger(url) as file:
        there = inspect(file.engine)
        for table in metadata.tables.values():
            columns = {column["name"]: column["nullable"] for column in there.get_columns(table.name)}
            assert columns == {column.name: bool(column.nullable) for column in table.columns}
            keys = there.get_pk_constraint(table.name)["constrained_columns"]
            assert sorted(keys) == sorted(column.name for column in table.primary_key)
            assert {i["name"] for i in there.get_indexes(table.name)} == {i.name for i in table.indexes}


def test_claims_lines_and_history(url: str) -> None:
    with open_ledger(url) as file:
        ledger = file.of("org", "tud")
        ledger.claim("batch", "first", keys=["a", "b"])
        ledger.settle("batch", "first", "id1", keys=["a", "b"])
        entry = ledger.entry("batch", "first")
        assert entry is not None
        assert (entry.state, entry.detail) == (State.SETTLED, {"keys": ["a", "b"]})
        ledger.send_lines(LineRecord(str(n), "prelabels", "k", "f", "gt.txt:1", "j") for n in range(1201))
        ledger.settle_lines([Verdict("7", LineState.FAILED, "bad")])
        assert ledger.line_counts("prelabels") == {"sent": 1200, "failed": 1}
        ledger.record_run(ledger.now(), "done", {"n": 1})
        assert ledger.history()[0]["report"] == {"n": 1}


def test_texts_that_a_database_may_not_take(url: str) -> None:
    with open_ledger(url) as file:
        ledger = file.of("org", "tud")
        ledger.send_lines([LineRecord("1", "prelabels", "k", "a\0b", "gt.txt:1", "j")])
        ledger.settle_lines([Verdict("1", LineState.FAILED, "bad\0 \ud7ff 🚲")])
        (line,) = ledger.lines()
        assert (line.feature, line.message) == ("a␀b", "bad␀ \ud7ff 🚲")


def test_a_ledger_of_before_generations_is_updated(url: str) -> None:
    with open_ledger(url) as file, file.engine.begin() as connection:
        file.of("org", "tud").send_lines([LineRecord("old", "prelabels", "k", "f", "gt.txt:1", "j")])
        _to_first_version(connection)
    with open_ledger(url) as file:
        assert [(line.uuid, line.generation) for line in file.of("org", "tud").lines()] == [("old", 0)]


def _to_first_version(connection: Connection) -> None:
    for column in ("generation", "reason", "position"):
        connection.execute(text(f"ALTER TABLE lines DROP COLUMN {column}"))
    connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))


GONE = (
    "the service no longer keeps the outcome of this line (24 hours), so nobody knows whether it is in; it is not sent "
    "again by itself"
)
"""With the next, what earlier versions wrote instead of a reason."""
NO_STATUS = "the service gave no status for this line"


def test_lines_that_were_unknown_by_their_message_only_are_converted(url: str) -> None:
    messages = {"gone": GONE, "none": NO_STATUS, "bad": "Ontology does not contain name", "in": None}
    with open_ledger(url) as file:
        ledger = file.of("org", "tud")
        ledger.send_lines(LineRecord(uuid, "prelabels", "k", "f", "gt.txt:1", "j") for uuid in messages)
        states = {"in": LineState.ACCEPTED}
        ledger.settle_lines(Verdict(u, states.get(u, LineState.FAILED), said) for u, said in messages.items())
        with file.engine.begin() as connection:
            _to_first_version(connection)
    with open_ledger(url) as file:
        found = {line.uuid: (line.state, line.reason, line.message) for line in file.of("org", "tud").lines()}
        assert found == {
            "gone": (LineState.UNKNOWN, Reason.EXPIRED, None),
            "none": (LineState.UNKNOWN, Reason.UNLISTED, None),
            "bad": (LineState.FAILED, None, "Ontology does not contain name"),
            "in": (LineState.ACCEPTED, None, None),
        }


def test_how_far_a_job_has_come(url: str) -> None:
    with open_ledger(url) as file:
        ledger = file.of("org", "tud")
        ledger.claim("job", "j1", project="p")
        ledger.move_job("j1", State.CREATED, "id1")
        ledger.move_job("j1", State.ABSENT)
        (entry,) = ledger.entries("job")
        assert (entry.state, entry.remote_id, entry.detail) == (State.ABSENT, "id1", {"project": "p"})


def test_lines_of_a_job_that_never_came_to_be_are_taken_back(url: str) -> None:
    """What was sent before is remembered, so that its uuid is not used twice."""
    with open_ledger(url) as file:
        ledger = file.of("org", "tud")
        again = LineRecord("again", "prelabels", "k", "f", "gt.txt:2", "j", generation=2)
        ledger.send_lines([LineRecord("new", "prelabels", "k", "f", "gt.txt:1", "j"), again])
        ledger.forget_job_lines("j")
        assert [(line.uuid, line.state, line.generation) for line in ledger.lines()] == [
            ("again", LineState.RETIRED, 1)
        ]


def test_a_doomed_job_takes_its_lines_along(url: str) -> None:
    with open_ledger(url) as file:
        ledger = file.of("org", "tud")
        for job in ("j1", "j2"):
            ledger.settle("job", job, f"id of {job}", project="p")
            ledger.send_lines([LineRecord(f"line of {job}", "prelabels", "k", "f", "gt.txt:1", job)])
        ledger.doom_job("j1")
        assert {entry.name: entry.state for entry in ledger.entries("job")} == {
            "j1": State.DELETING,
            "j2": State.SETTLED,
        }
        ledger.drop_job("j1")
        assert [entry.name for entry in ledger.entries("job")] == ["j2"]
        assert ledger.line_counts("prelabels") == {"retired": 1, "sent": 1}


def test_a_newer_ledger_is_refused(url: str) -> None:
    with open_ledger(url) as file, file.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SpecError, match="newer labelferry"):
        open_ledger(url)


def test_opened_by_many_at_once_it_is_made_once(url: str) -> None:
    code = "import sys; from labelferry.ledger import open_ledger; open_ledger(sys.argv[1]).close()"
    started = [subprocess.Popen([sys.executable, "-c", code, url], stderr=subprocess.PIPE) for _ in range(4)]
    assert [process.communicate(timeout=60)[1] for process in started] == [b""] * 4
    assert [process.returncode for process in started] == [0] * 4


HOLDER = textwrap.dedent("""
    import sys, time
    from labelferry.ledger import held, open_ledger
    with held(open_ledger(sys.argv[1]).of("org", "tud").lease()):
        print("held", flush=True)
        time.sleep(60)
""")


@pytest.fixture
def other_run(url: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen([sys.executable, "-c", HOLDER, url], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_two_runs_exclude_each_other(url: str, other_run: "subprocess.Popen[str]") -> None:
    with open_ledger(url) as file:
        with pytest.raises(ConflictError, match=f"another run of 'tud' is at work .process {other_run.pid}"):
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
        theirs.holder = "process 1 on elsewhere, begun 1"
        theirs.take()
        with pytest.raises(ConflictError, match="elsewhere"):
            file.of("org", "tud").lease().take()
    with open_ledger(url, lambda: now + timedelta(seconds=61)) as file:
        mine = file.of("org", "tud").lease()
        mine.take()
        theirs = file.of("org", "tud").lease()
        theirs.holder = "process 1 on elsewhere, begun 1"
        theirs.release()
        with pytest.raises(ConflictError):
            theirs.take()


def test_a_database_that_fails_in_the_middle_of_a_run_is_named(url: str) -> None:
    with open_ledger(url) as file:
        with file.engine.begin() as connection:
            connection.execute(text("DROP TABLE lines"))
        with pytest.raises(LedgerError, match=r"the ledger's database failed: .*lines.*; nothing is lost, run"):
            file.of("org", "tud").line_counts("prelabels")


def test_a_server_that_went_away_in_the_middle_of_a_run(postgres_url: str) -> None:
    with open_ledger(postgres_url) as file, open_ledger(postgres_url) as other:
        ledger = file.of("org", "gone")
        ledger.claim("dataset", "d")
        with other.engine.begin() as connection:
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid != pg_backend_pid()")
            )
        with pytest.raises(LedgerError, match="the ledger's database failed: "):
            ledger.settle("dataset", "d", "id")
        ledger.settle("dataset", "d", "id")
        entry = ledger.entry("dataset", "d")
        assert entry is not None
        assert entry.state is State.SETTLED


def test_a_run_that_slept_past_its_lease_stops(url: str) -> None:
    """Somebody else took over meanwhile; the sleeper is interrupted wherever it is, and takes nothing away."""
    with open_ledger(url) as file:
        lease = file.of("org", "tud").lease()
        with pytest.raises(ConflictError, match="its lease ended and another run took over"), held(lease, every=0.05):
            sleep_past_the_lease(file)
        with pytest.raises(ConflictError, match="process 7 on another-machine"):
            lease.take()


def sleep_past_the_lease(file: LedgerFile) -> None:
    with file.engine.begin() as connection:
        connection.execute(update(leases).values(holder="process 7 on another-machine, begun 1"))
    threading.Event().wait(60)
