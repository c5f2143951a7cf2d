"""The ledger on SQLite and on a real PostgreSQL: the same behaviour, tables made once, one run at a time."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from labelferry.errors import ConflictError, LedgerError, SpecError
from labelferry.ledger import LineRecord, LineState, Reason, State, Verdict, open_ledger
from labelferry.ledger.schema import metadata
from labelferry.model import RowRef


def test_migrations_make_the_tables_of_the_schema(url: str) -> None:
    with open_ledger(url) as file:
        there = inspect(file.engine)
        for table in metadata.tables.values():
            found = {
                column["name"]: (column["type"].compile(file.engine.dialect), column["nullable"])
                for column in there.get_columns(table.name)
            }
            assert found == {
                column.name: (column.type.compile(file.engine.dialect), bool(column.nullable))
                for column in table.columns
            }
            keys = there.get_pk_constraint(table.name)["constrained_columns"]
            assert keys == [column.name for column in table.primary_key]
            indexes = {index["name"]: index["column_names"] for index in there.get_indexes(table.name)}
            assert indexes == {index.name: index.columns.keys() for index in table.indexes}
        assert set(there.get_table_names()) == {*metadata.tables, "alembic_version"}


def test_a_url_as_hosts_of_postgresql_write_it(postgres_url: str) -> None:
    with open_ledger(postgres_url.replace("postgresql://", "postgres://")) as file:
        assert file.engine.dialect.name == "postgresql"


def test_migrations_leave_nothing_for_the_next_one(url: str) -> None:
    """Alembic itself, asked what a migration to the schema would have to change, defaults included."""
    compared = {"compare_type": True, "compare_server_default": True}
    with open_ledger(url) as file, file.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts=compared), metadata) == []


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


def test_a_settled_id_is_replaced_only_on_purpose(url: str) -> None:
    with open_ledger(url) as file:
        ledger = file.of("org", "tud")
        ledger.settle("project", "P", "theirs")
        ledger.settle("project", "P", "theirs", more=1)
        with pytest.raises(ConflictError, match="project 'P' is theirs in the ledger, and mine exists as well; delete"):
            ledger.settle("project", "P", "mine")
        assert [(entry.remote_id, entry.detail) for entry in ledger.entries("project")] == [("theirs", {"more": 1})]
        ledger.replace("project", "P", "new")
        ledger.claim("project", "P")
        ledger.settle("project", "P", "newer")
        assert [entry.remote_id for entry in ledger.entries("project")] == ["newer"]


def test_the_time_is_the_databases(url: str) -> None:
    with open_ledger(url) as file:
        off = file.of("org", "tud").now() - datetime.now(UTC)
        assert abs(off) < timedelta(seconds=5)


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
    _without_tokens(connection)
    connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))


def _without_tokens(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE leases DROP COLUMN token"))


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


def test_rows_that_were_known_by_id_take_a_key_that_no_global_key_can_be(url: str) -> None:
    row_id, known = "c" + "0123456789ab" * 2, ("data row 7", "clip-1", "data row c7")
    with open_ledger(url) as file, file.engine.begin() as connection:
        before = [f"data row {row_id}", *known]
        file.of("org", "tud").send_lines(LineRecord(row, "prelabels", row, "f", "gt.txt:1", "j") for row in before)
        _without_tokens(connection)
        connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))
    with open_ledger(url) as file:
        assert {line.row for line in file.of("org", "tud").lines()} == {RowRef(id=row_id).key, *known}


def test_lines_of_which_only_a_sentence_said_that_nothing_is_known_say_so_as_data(url: str) -> None:
    said = {
        "a": "the service gave no status for this line",
        "b": "the service no longer keeps the outcome of this line (24 hours), so nobody knows whether it is in; it "
        "is not sent again by itself",
        "c": "bad frame",
    }
    with open_ledger(url) as file:
        ledger = file.of("org", "tud")
        ledger.send_lines(LineRecord(uuid, "prelabels", "k", "f", "gt.txt:1", "j") for uuid in said)
        ledger.settle_lines(Verdict(uuid, LineState.FAILED, sentence) for uuid, sentence in said.items())
    with open_ledger(url) as file, file.engine.begin() as connection:
        for later in ("lines DROP COLUMN reason", "lines DROP COLUMN position", "leases DROP COLUMN token"):
            connection.execute(text(f"ALTER TABLE {later}"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
    with open_ledger(url) as file:
        assert {line.uuid: (line.state, line.reason, line.message) for line in file.of("org", "tud").lines()} == {
            "a": (LineState.UNKNOWN, Reason.UNLISTED, None),
            "b": (LineState.UNKNOWN, Reason.EXPIRED, None),
            "c": (LineState.FAILED, None, "bad frame"),
        }


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


def test_a_job_marked_for_deletion_takes_its_lines_along(url: str) -> None:
    with open_ledger(url) as file:
        ledger = file.of("org", "tud")
        for job in ("j1", "j2"):
            ledger.settle("job", job, f"id of {job}", project="p")
            ledger.send_lines([LineRecord(f"line of {job}", "prelabels", "k", "f", "gt.txt:1", job)])
        ledger.mark_for_deletion("j1")
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


def test_a_database_that_fails_in_the_middle_of_a_run_is_named(url: str) -> None:
    with open_ledger(url) as file:
        with file.engine.begin() as connection:
            connection.execute(text("DROP TABLE lines"))
        with pytest.raises(LedgerError, match=r"the ledger's database failed: .*lines.*; nothing is lost"):
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
