"""How localbox reports imports, in every position of the switches; the table is in docs/localbox-behaviours.md."""

from collections.abc import Iterator
from typing import Any

import httpx
import orjson
import pytest

from labelferry.labelbox import Client, ImportJob, ImportKind, Policy
from tests.conformance import guide
from tests.localbox_server import KEY, Localbox

UUID = "0a1b2c3d-0000-4000-8000-00000000000f"
GOOD = {"uuid": UUID, "name": "free_text", "answer": "x", "dataRow": {"globalKey": "row"}}
BAD = {"uuid": UUID[:-1] + "e", "name": "no such feature", "answer": "x", "dataRow": {"globalKey": "row"}}
TEXT = "Ontology does not contain name: no such feature"


@pytest.fixture(scope="module")
def client(localbox: Localbox) -> Iterator[Client]:
    with Client(KEY, localbox.endpoint, policy=Policy(), sleep=lambda _: None) as made:
        yield made


@pytest.fixture(scope="module")
def project(client: Client) -> str:
    made = client.projects.create("p", "VIDEO").id
    client.projects.connect_ontology(made, client.ontologies.create("o", guide.ontology(), "VIDEO").id)
    client.data_rows.create(client.datasets.create("d").id, [{"global_key": "row", "row_data": guide.VIDEO}])
    client.batches.create(made, "b", ["row"])
    return made


@pytest.fixture
def http(localbox: Localbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=localbox.base, headers={"Authorization": f"Bearer {KEY}"}) as made:
        yield made
        made.post("/_localbox/outcomes", json={}).raise_for_status()


@pytest.fixture(scope="module")
def imported(client: Client, project: str) -> ImportJob:
    content = b"\n".join(map(orjson.dumps, (GOOD, BAD)))
    return client.imports.wait(client.imports.create(project, "job", content, ImportKind.MAL))


POSITIONS: list[tuple[dict[str, Any], str, list[Any]]] = [
    ({}, "uuid", [GOOD["uuid"], BAD["uuid"]]),
    ({"uuids": "upper"}, "uuid", [UUID.upper(), UUID[:-1].upper() + "E"]),
    ({"uuids": "braces"}, "uuid", [f"{{{GOOD['uuid']}}}", f"{{{BAD['uuid']}}}"]),
    ({"uuids": "bare"}, "uuid", [UUID.replace("-", ""), UUID.replace("-", "")[:-1] + "e"]),
    ({"uuids": "none"}, "uuid", [None, None]),
    ({"words": "lower"}, "status", ["success", "failure"]),
    ({"words": "docs"}, "status", ["SUCCESS", "FAILED"]),
    ({"lines": "failures"}, "status", ["FAILURE"]),
    ({"cut": 1}, "status", ["SUCCESS"]),
    ({"cut": 0}, "status", []),
    ({"errors": "texts"}, "errors", [None, [TEXT]]),
    ({"errors": "text"}, "errors", [None, TEXT]),
    ({"errors": "null", "uuids": "sent"}, "errors", [None, None]),
]


@pytest.mark.parametrize(("switches", "member", "expected"), POSITIONS, ids=str)
def test_what_a_status_file_says(
    http: httpx.Client, imported: ImportJob, switches: dict[str, Any], member: str, expected: list[Any]
) -> None:
    http.post("/_localbox/outcomes", json=switches).raise_for_status()
    assert http.get("/_localbox/outcomes").json() == {"result": switches}
    assert [line.get(member) for line in lines(imported)] == expected


def lines(job: ImportJob) -> list[Any]:
    assert job.status_url is not None
    return [orjson.loads(line) for line in httpx.get(job.status_url, trust_env=False).content.splitlines()]


def test_other_uuids_rows_and_lines(http: httpx.Client, imported: ImportJob) -> None:
    http.post("/_localbox/outcomes", json={"uuids": "own"}).raise_for_status()
    own = [line["uuid"] for line in lines(imported)]
    assert len(set(own) - {GOOD["uuid"], BAD["uuid"]}) == 2
    assert [line["uuid"] for line in lines(imported)] == own
    for rows, members in (("id", {"id"}), ("key", {"globalKey"}), ("none", set()), ("both", {"id", "globalKey"})):
        http.post("/_localbox/outcomes", json={"rows": rows}).raise_for_status()
        assert {frozenset(line["dataRow"]) for line in lines(imported)} == {frozenset(members)}
    http.post("/_localbox/outcomes", json={"errors": "object", "also": ["x", None, [1]]}).raise_for_status()
    assert lines(imported)[1]["errors"]["message"] == TEXT
    assert lines(imported)[2:] == ["x", None, [1]]


def test_no_status_file(http: httpx.Client, client: Client, imported: ImportJob) -> None:
    http.post("/_localbox/outcomes", json={"file": "missing"}).raise_for_status()
    assert imported.status_url is not None
    assert httpx.get(imported.status_url, trust_env=False).status_code == 404
    http.post("/_localbox/outcomes", json={"file": "unnamed"}).raise_for_status()
    found = client.imports.find(imported.project_id, imported.name, imported.kind)
    assert found is not None
    assert (found.state, found.status_url) == ("FINISHED", None)


def test_imports_that_are_not_shown(http: httpx.Client, client: Client, imported: ImportJob) -> None:
    where = (imported.project_id, imported.name, imported.kind)
    http.post("/_localbox/outcomes", json={"shown_after": 2}).raise_for_status()
    assert [client.imports.find(*where) is None for _ in range(4)] == [True, True, False, False]
    http.post("/_localbox/outcomes", json={"shown_after": "never"}).raise_for_status()
    assert client.imports.find(*where) is None
    assert list(client.imports.list(imported.project_id, imported.kind)) == []
    http.post("/_localbox/outcomes", json={}).raise_for_status()
    assert client.imports.find(*where) == imported


@pytest.mark.parametrize("kind", ImportKind)
def test_imports_that_are_lost(http: httpx.Client, client: Client, project: str, kind: ImportKind) -> None:
    http.post("/_localbox/outcomes", json={"lost": True}).raise_for_status()
    made = client.imports.create(project, "lost", orjson.dumps(GOOD), kind)
    assert (made.state, made.name) == ("RUNNING", "lost")
    http.post("/_localbox/outcomes", json={}).raise_for_status()
    assert client.imports.find(project, "lost", kind) is None
    assert client.imports.create(project, "lost", orjson.dumps(GOOD), kind).id != made.id


WRONG: list[Any] = [
    [],
    {"gravity": 1},
    {"uuids": "odd"},
    {"cut": -1},
    {"cut": True},
    {"lost": 1},
    {"shown_after": "now"},
]


@pytest.mark.parametrize("body", [*WRONG, {"also": "x"}, {"uuids": []}], ids=str)
def test_other_positions_are_refused(http: httpx.Client, body: Any) -> None:
    assert http.post("/_localbox/outcomes", json=body).status_code == 400
