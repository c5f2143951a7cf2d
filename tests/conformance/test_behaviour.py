"""How localbox acts on rows, projects and pre-labels in every position; the table is in docs/localbox-behaviours.md."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import labelbox as lb
import orjson
import pytest

from labelferry.errors import RejectedError, UnavailableError
from labelferry.labelbox import Client, ImportKind
from tests.conformance import guide
from tests.localbox_server import KEY, Localbox

Turn = Callable[..., None]
KEYS = ("row-1", "row-2")


@pytest.fixture
def http(localbox: Localbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=localbox.base, headers={"Authorization": f"Bearer {KEY}"}) as made:
        made.post("/_localbox/reset").raise_for_status()
        yield made


@pytest.fixture
def turn(http: httpx.Client) -> Turn:
    def turned(**switches: Any) -> None:
        http.post("/_localbox/behaviour", json=switches).raise_for_status()
        assert http.get("/_localbox/behaviour").json() == {"result": switches}

    return turned


@pytest.fixture
def client(localbox: Localbox) -> Iterator[Client]:
    with Client(KEY, localbox.endpoint) as made:
        yield made


def rows(client: Client, *keys: str) -> dict[str, str]:
    """Make rows, and return their ids by key."""
    payloads = [{"global_key": key, "row_data": guide.VIDEO} for key in keys]
    return dict(client.data_rows.create(client.datasets.create("d").id, payloads).created)


def test_rows_whose_media_cannot_be_read(turn: Turn, client: Client, localbox: Localbox) -> None:
    made, project = rows(client, *KEYS), client.projects.create("p", "VIDEO").id
    turn(unreadable=["ROW-2"])
    batch = client.batches.create(project, "b", KEYS)
    assert (batch.size, batch.failed_row_ids) == (1, (made["row-2"],))
    with pytest.raises(RejectedError, match="No valid data rows to add to project"):
        client.batches.create(project, "none", ["row-2"])
    turn(unreadable=["row-2"], empty_batch="made")
    empty = client.batches.create(project, "none", ["row-2"])
    assert (empty.size, empty.failed_row_ids) == (0, (made["row-2"],))
    turn()
    theirs = lb.Client(KEY, endpoint=localbox.endpoint).get_project(project).create_batch("late", global_keys=["row-2"])
    assert theirs.size == 1


def test_a_deleted_key_that_is_released_late(turn: Turn, client: Client, localbox: Localbox) -> None:
    made = rows(client, *KEYS)
    turn(key_release=2)
    lb.DataRow.bulk_delete([lb.Client(KEY, endpoint=localbox.endpoint).get_data_row(made["row-1"])])
    dataset = client.datasets.create("again").id
    again = [{"global_key": "Row-1", "row_data": guide.VIDEO}]
    for _ in range(2):
        assert client.data_rows.create(dataset, again).duplicates == ("Row-1",)
        assert client.data_rows.lookup(["row-1"]) == {"row-1": None}
    assert list(client.data_rows.create(dataset, again).created) == ["Row-1"]


@pytest.mark.parametrize("patience", [2, "never"])
def test_rows_that_are_looked_up_in_vain(patience: int | str, turn: Turn, client: Client) -> None:
    made = rows(client, *KEYS)
    turn(rows_shown_after=patience)
    nothing: dict[str, str | None] = dict.fromkeys(KEYS)
    assert [client.data_rows.lookup(KEYS) for _ in range(2)] == [nothing, nothing]
    assert client.data_rows.lookup(KEYS) == (nothing if patience == "never" else made)


def test_a_project_without_an_editor(turn: Turn, client: Client) -> None:
    turn(editor="missing")
    broken, ontology = (
        client.projects.create("p", "VIDEO").id,
        client.ontologies.create("o", guide.ontology(), "VIDEO").id,
    )
    turn()
    for _ in range(2):
        with pytest.raises(UnavailableError, match="not set up completely"):
            client.projects.connect_ontology(broken, ontology)
    client.projects.connect_ontology(client.projects.create("p", "VIDEO").id, ontology)


@pytest.mark.parametrize(("prelabels", "kept"), [("add", ["x", "y"]), ("replace", ["y"])])
def test_a_second_import_of_pre_labels(
    prelabels: str, kept: list[str], turn: Turn, client: Client, http: httpx.Client
) -> None:
    rows(client, "row")
    project = client.projects.create("p", "VIDEO").id
    client.projects.connect_ontology(project, client.ontologies.create("o", guide.ontology(), "VIDEO").id)
    client.batches.create(project, "b", ["row"])
    turn(prelabels=prelabels)
    for answer in ("x", "y"):
        line = {"name": "free_text", "answer": answer, "dataRow": {"globalKey": "row"}}
        client.imports.wait(client.imports.create(project, answer, orjson.dumps(line), ImportKind.MAL))
    held = http.get("/_localbox/state").json()["result"]["annotations"]
    assert [orjson.loads(each["line"])["answer"] for each in held] == kept


@pytest.mark.parametrize(
    "wrong", [{"prelabels": "merge"}, {"unreadable": "all"}, {"key_release": -1}, {"rows_shown_after": True}, {"x": 1}]
)
def test_positions_that_do_not_exist(http: httpx.Client, wrong: dict[str, Any]) -> None:
    answer = http.post("/_localbox/behaviour", json=wrong)
    assert (answer.status_code, "cannot be" in answer.json()["message"]) == (400, True)
