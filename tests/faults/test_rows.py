"""Rows that Labelbox does not accept, or not yet: unreadable media, keys of deleted rows, look-ups with gaps.

Nothing is called in that is not, nothing is a conflict that time or the user can end, and nothing is lost for good.
"""

from collections.abc import Callable, Iterator

import pytest

from labelferry.labelbox import Client
from labelferry.ledger import LineState, State
from labelferry.onboarding.steps.left_out import left_out
from tests.faults.driver import AFTER, BEFORE
from tests.faults.streets import NAME, Streets, box
from tests.faults.sweep import KILLED
from tests.faults.test_named import LARGE
from tests.faults.test_resent import held, nothing_to_do, plain
from tests.faults.world import ledger_of, outcomes, requests

KINDS = ("prelabels", "ground-truth")
TWO = [box("street-1", 1), box("street-1", 2), box("street-2", 3)]
DELETE = "mutation d($ids: [ID!]!) { deleteDataRows(where: {dataRowIds: $ids}) { id } }"
Turn = Callable[..., None]


@pytest.fixture
def turn(streets: Streets) -> Turn:
    """Set the switches of localbox's behaviour."""
    return lambda **switches: streets.localbox.control("POST", "behaviour", switches)


@pytest.fixture
def client(streets: Streets) -> Iterator[Client]:
    with streets.client() as client:
        yield client


def delete_rows(streets: Streets, *keys: str) -> None:
    ids = [row["id"] for row in streets.localbox.state()["data_rows"] if row["global_key"] in keys]
    assert len(streets.localbox.ask(DELETE, ids=ids)["deleteDataRows"]) == len(keys)


def batched(streets: Streets) -> list[str]:
    """The global keys of the rows in the project."""
    state = streets.localbox.state()
    keys = {row["id"]: row["global_key"] for row in state["data_rows"]}
    return sorted(keys[row["data_row_id"]] for row in state["batch_rows"])


def settled(streets: Streets) -> set[str]:
    """The rows that were added according to the ledger."""
    with ledger_of(streets.home, NAME) as ledger:
        entries = [entry for entry in ledger.entries("batch") if entry.state is State.SETTLED]
        return {key for entry in entries for key in entry.detail["keys"]}


# Rows that a batch leaves out


@pytest.mark.parametrize("imported_as", KINDS)
def test_a_row_that_cannot_be_read_is_named_and_comes_in_once_fixed(
    imported_as: str, streets: Streets, turn: Turn
) -> None:
    streets.write(TWO, imported_as)
    turn(unreadable=["street-2"])
    for _ in range(2):
        assert streets.run()[0] == 3
        report = streets.report()
        assert (report["outcome"], report["left_out"], report["rows_left_out"]) == ("partly failed", ["street-2"], 1)
        assert [report[name] for name in ("accepted", "failed", "unknown", "pending")] == [2, 1, 0, 0]
        (line,) = report["failed_lines"]
        assert (line["row"], line["kind"], line["source"]) == ("street-2", "fix-row", "labels.ndjson:3")
        assert "media" in line["message"]
        assert "run labelferry onboard again" in line["remedy"]
        assert (batched(streets), settled(streets)) == (["street-1"], {"street-1"})
        assert sum(tally["failed"] for tally in report["tallies"]) == 1
    assert report["batched"] == 0
    turn()
    assert streets.run() == (0, "")
    assert (streets.report()["batched"], streets.report()["sent"], streets.report()["left_out"]) == (1, 1, [])
    assert held(streets) == plain(TWO)
    nothing_to_do(streets)


@pytest.mark.parametrize("empty_batch", ["refused", "made"])
def test_no_row_can_be_read(empty_batch: str, streets: Streets, turn: Turn) -> None:
    """Whether or not the service creates an empty batch, nothing counts as added, and names do not run out."""
    streets.write(TWO)
    turn(unreadable=["street-1", "street-2"], empty_batch=empty_batch)
    for _ in range(3):
        code, message = streets.run()
        assert (code, message) == (3, "")
        report = streets.report()
        assert (report["rows_left_out"], report["failed"], report["pending"], report["sent"]) == (2, 3, 0, 0)
        assert (batched(streets), settled(streets)) == ([], set())
    turn()
    assert streets.run() == (0, "")
    assert held(streets) == plain(TWO)


def test_a_row_without_labels_that_cannot_be_read(streets: Streets, turn: Turn) -> None:
    both = "global_key,row_data\nstreet-1,https://example.com/1.mp4\nstreet-2,https://example.com/2.mp4\n"
    streets.write(TWO[:2], manifest=both)
    turn(unreadable=["street-2"])
    assert streets.run()[0] == 3
    assert (streets.report()["left_out"], streets.report()["failed"]) == (["street-2"], 0)
    with ledger_of(streets.home, NAME) as ledger:
        assert list(left_out(ledger)) == ["street-2"]


@pytest.mark.parametrize("retry", [True, False])
def test_retry_failed_tries_them_too(retry: bool, streets: Streets, turn: Turn) -> None:
    streets.write(TWO)
    turn(unreadable=["street-2"])
    assert streets.run(retry=False)[0] == 3
    assert streets.run(retry=retry)[0] == 3
    turn()
    assert streets.run(retry=retry) == (0, "")
    assert held(streets) == plain(TWO)


def test_a_row_that_is_in_through_another_batch_is_not_left_out(streets: Streets, turn: Turn, client: Client) -> None:
    """The service names it among the failed rows as well."""
    streets.write(TWO[:2])
    assert streets.run() == (0, "")
    project = client.projects.find("Streets")[0].id
    dataset = client.datasets.create("Theirs").id
    client.data_rows.create(dataset, [{"global_key": "street-3", "row_data": "https://example.com/3.mp4"}])
    client.batches.create(project, "theirs", ["street-3"])
    streets.write([*TWO, box("street-3", 4)])
    turn(unreadable=["street-2"])
    assert streets.run()[0] == 3
    assert (streets.report()["left_out"], settled(streets)) == (["street-2"], {"street-1", "street-3"})


def test_a_large_batch_that_leaves_a_row_out(streets: Streets, turn: Turn) -> None:
    streets.write([box(f"street-{number}", 1) for number in range(LARGE)])
    turn(unreadable=["street-7"])
    assert streets.run()[0] == 3
    report = streets.report()
    assert (report["left_out"], report["batched"], report["accepted"]) == (["street-7"], LARGE - 1, LARGE - 1)
    turn()
    assert streets.run() == (0, "")
    assert len(held(streets)) == LARGE


@pytest.mark.parametrize("side", [BEFORE, pytest.param(AFTER, marks=pytest.mark.full)])
@pytest.mark.parametrize("each", [7, pytest.param(2, marks=pytest.mark.full)])
def test_killed_at_each_request_of_a_batch_that_leaves_a_row_out(
    each: int, side: str, streets: Streets, turn: Turn
) -> None:
    def brought(number: int) -> int:
        streets.home = streets.bench.fresh()
        turn(unreadable=["street-2"])
        streets.write(TWO)
        return streets.kill(number, side)

    assert brought(0) == 3
    sent = requests(streets.home)
    for number in range(sent.index("POST /_gql"), 1 + len(sent), each):
        assert brought(number) == KILLED
        assert streets.run()[0] == 3, number
        assert (streets.report()["left_out"], settled(streets)) == (["street-2"], {"street-1"}), number
        turn()
        assert streets.run() == (0, ""), number
        assert held(streets) == plain(TWO), number


@pytest.mark.parametrize("kind", ["not-json", "drop-after"])
def test_an_answer_lost_by_a_batch_that_leaves_a_row_out(kind: str, streets: Streets, turn: Turn) -> None:
    streets.write(TWO)
    turn(unreadable=["street-2"])
    streets.localbox.control("POST", "faults", {"kind": kind, "operation": "createBatchV2PyApi", "nth": 1})
    assert streets.run()[0] == 3
    assert (streets.report()["left_out"], settled(streets)) == (["street-2"], {"street-1"})


def test_a_row_whose_batch_was_deleted_comes_in_again(streets: Streets, client: Client) -> None:
    """The ledger records it as added, as earlier versions did with rows that were left out."""
    streets.write(TWO[:2])
    assert streets.run() == (0, "")
    project = client.projects.find("Streets")[0].id
    (batch,) = client.batches.list(project)
    document = (
        "mutation d($p: ID!, $b: ID!) { project(where: {id: $p}) { deleteBatch(batchId: $b) { deletedBatchId } } }"
    )
    assert streets.localbox.ask(document, p=project, b=batch.id)
    streets.write([*TWO[:2], box("street-1", 9)])
    streets.run()
    if streets.report()["failed_lines"]:
        assert {line["kind"] for line in streets.report()["failed_lines"]} == {"fix-row"}
    assert streets.run(retry=True) == (0, "")
    assert (batched(streets), ("street-1", 9) in held(streets)) == (["street-1"], True)


# Keys of deleted rows, and look-ups with holes


def test_the_key_of_a_deleted_row_is_waited_for(streets: Streets, turn: Turn, client: Client) -> None:
    """The row was never added: it is created as soon as its key is free."""
    dataset = client.datasets.create("Elsewhere").id
    client.data_rows.create(dataset, [{"global_key": "street-1", "row_data": "https://example.com/old.mp4"}])
    turn(key_release=3)
    delete_rows(streets, "street-1")
    streets.write(TWO)
    assert streets.run() == (0, "")
    assert (streets.report()["rows_created"], streets.report()["rows_reused"]) == (2, 0)
    assert held(streets) == plain(TWO)


def test_a_key_that_is_not_released_in_time_is_no_conflict(streets: Streets, turn: Turn, client: Client) -> None:
    dataset = client.datasets.create("Elsewhere").id
    client.data_rows.create(dataset, [{"global_key": "street-1", "row_data": "https://example.com/old.mp4"}])
    turn(key_release="never")
    delete_rows(streets, "street-1")
    streets.write(TWO)
    for _ in range(2):
        code, message = streets.run()
        assert (code, outcomes(streets.home)[-1]["kind"]) == (1, "DeadlineError")
        assert "'street-1' (waited 240 s)" in message
        assert "run again later" in message
        assert settled(streets) == set()
    turn()
    assert streets.run() == (0, "")
    assert held(streets) == plain(TWO)


def test_a_row_that_goes_between_its_look_up_and_the_batch(streets: Streets, turn: Turn) -> None:
    """The batch is refused; a mere claim does not count as imported, and the row is created again."""
    streets.write(TWO)
    streets.localbox.control("POST", "faults", {"kind": "drop-before", "operation": "createBatchV2PyApi"})
    assert streets.run()[0] == 1
    streets.localbox.control("DELETE", "faults")
    delete_rows(streets, "street-2")
    assert streets.run() == (0, "")
    assert held(streets) == plain(TWO)


@pytest.mark.parametrize("side", [BEFORE, pytest.param(AFTER, marks=pytest.mark.full)])
def test_a_row_deleted_after_the_batch_was_claimed(side: str, streets: Streets) -> None:
    """Killed around the batch: a row that was never added is created again, one that was added needs a decision."""
    streets.write(TWO)
    assert streets.kill(0, side) == 0
    sent = [str(seen["operation"]) for seen in streets.localbox.control("GET", "requests")]
    number = 1 + sent.index("createBatchV2PyApi")
    streets.home = streets.bench.fresh()
    streets.write(TWO)
    assert streets.kill(number, side) == KILLED
    delete_rows(streets, "street-2")
    assert streets.run() == (0, "")
    assert held(streets) == plain(TWO)


def test_a_refused_batch_leaves_no_claim(streets: Streets) -> None:
    streets.write(TWO)
    streets.localbox.control("POST", "faults", {"kind": "status", "status": 400, "operation": "createBatchV2PyApi"})
    assert streets.run()[0] == 1
    with ledger_of(streets.home, NAME) as ledger:
        assert ledger.entries("batch") == []
    streets.localbox.control("DELETE", "faults")
    delete_rows(streets, "street-1", "street-2")
    assert streets.run() == (0, "")
    assert held(streets) == plain(TWO)


@pytest.mark.parametrize("imported_as", KINDS)
@pytest.mark.parametrize("patience", [1, 3])
def test_look_ups_with_holes(patience: int, imported_as: str, streets: Streets, turn: Turn) -> None:
    """Neither missing, nor deleted, nor without a label: only not listed yet."""
    streets.write(TWO, imported_as)
    assert streets.run() == (0, "")
    turn(rows_shown_after=patience)
    assert streets.run() == (0, "")
    assert streets.report()["outcome"] == "nothing to do"
    turn(rows_shown_after=patience)
    streets.write([*TWO, box("street-3", 4)], imported_as)
    assert streets.run() == (0, "")
    assert held(streets) == plain([*TWO, box("street-3", 4)])


def test_a_hole_does_not_hide_that_a_row_has_a_label(streets: Streets, turn: Turn) -> None:
    streets.write(TWO, "ground-truth")
    assert streets.run() == (0, "")
    streets.write([*TWO, box("street-2", 9)], "ground-truth")
    turn(rows_shown_after=30)
    code, message = streets.run()
    assert code == 4
    assert "already has a label: street-2" in message
    assert held(streets) == plain(TWO)


def test_rows_of_others_that_a_look_up_does_not_show(streets: Streets, turn: Turn, client: Client) -> None:
    dataset = client.datasets.create("Elsewhere").id
    client.data_rows.create(dataset, [{"global_key": "street-1", "row_data": "https://example.com/old.mp4"}])
    turn(rows_shown_after=4)
    streets.write(TWO)
    assert streets.run() == (0, "")
    assert (streets.report()["rows_created"], streets.report()["rows_reused"]) == (1, 1)
    assert held(streets) == plain(TWO)


def test_rows_that_are_really_gone_are_looked_for_again_first(streets: Streets, turn: Turn) -> None:
    streets.write(TWO)
    assert streets.run() == (0, "")
    delete_rows(streets, "street-2")
    streets.localbox.control("DELETE", "requests")
    code, message = streets.run()
    assert code == 4
    assert "1 data row imported by this onboarding was deleted in Labelbox" in message
    looked = [operation for operation in streets.localbox.operations() if "GlobalKeysPyApi" in operation]
    assert len(looked) > 3
    assert streets.lines() == {LineState.ACCEPTED: 3}
