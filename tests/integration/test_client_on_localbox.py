"""Our client against localbox, over a socket, through the whole of the guide."""

import json
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from labelferry.errors import (
    AuthenticationError,
    NotFoundError,
    RejectedError,
    RemoteConflictError,
    UnavailableError,
)
from labelferry.labelbox import Client, ImportKind, Project

T = TypeVar("T")

VIDEO = "https://storage.example/walk.mp4"
TREE: dict[str, Any] = {
    "tools": [
        {"tool": "rectangle", "name": "bbox_video", "required": False, "color": "#ff0000", "classifications": []},
        {"tool": "point", "name": "point_video", "required": False, "color": "#ffff00", "classifications": []},
    ],
    "classifications": [
        {
            "type": "radio",
            "name": "radio_class",
            "instructions": "radio_class",
            "required": False,
            "scope": "global",
            "options": [{"label": "first", "value": "first"}, {"label": "second", "value": "second"}],
        }
    ],
}


def fresh(word: str) -> str:
    return f"{word}-{uuid.uuid4().hex[:12]}"


def row(key: str) -> dict[str, Any]:
    return {"global_key": key, "row_data": VIDEO, "media_type": "VIDEO"}


def bbox(key: str, name: str = "bbox_video", frames: tuple[int, ...] = (1, 5)) -> dict[str, Any]:
    box = {"top": 10.0, "left": 20.0, "height": 30.0, "width": 40.0}
    keyframes = [{"frame": frame, "bbox": box} for frame in frames]
    segments = [{"keyframes": keyframes}]
    return {"uuid": str(uuid.uuid4()), "dataRow": {"globalKey": key}, "name": name, "segments": segments}


def radio(key: str) -> dict[str, Any]:
    answer = {"name": "first"}
    return {"uuid": str(uuid.uuid4()), "dataRow": {"globalKey": key}, "name": "radio_class", "answer": answer}


def ndjson(lines: list[dict[str, Any]]) -> bytes:
    return "\n".join(map(json.dumps, lines)).encode()


@pytest.fixture
def dataset_id(client: Client) -> str:
    return client.datasets.create(fresh("dataset")).id


@pytest.fixture
def keys(client: Client, dataset_id: str) -> list[str]:
    keys = [fresh("video") for _ in range(3)]
    assert set(client.data_rows.create(dataset_id, [row(key) for key in keys]).created) == set(keys)
    return keys


@pytest.fixture
def project(client: Client, keys: list[str]) -> Project:
    ontology = client.ontologies.create(fresh("ontology"), TREE)
    project = client.projects.create(fresh("project"))
    client.projects.connect_ontology(project.id, ontology.id)
    client.data_rows.wait_processed(keys)
    client.batches.create(project.id, "first", keys, priority=1)
    return project


def test_who_we_are(client: Client):
    assert client.organization.get().id
    assert client.user.get().id


def test_a_wrong_key(localbox):
    with (
        Client("wrong", localbox.endpoint) as stranger,
        pytest.raises(AuthenticationError, match="LABELBOX_API_KEY"),
    ):
        stranger.organization.get()


def test_nobody_there():
    with (
        Client("key", "http://127.0.0.1:9/graphql", sleep=lambda _: None) as client,
        pytest.raises(UnavailableError, match="is it running"),
    ):
        client.organization.get()


def test_datasets(client: Client):
    name = fresh("dataset")
    one, two = client.datasets.create(name, "about"), client.datasets.create(name)
    assert (one.name, one.description, one.row_count) == (name, "about", 0)
    assert {dataset.id for dataset in client.datasets.find(name)} == {one.id, two.id}
    client.datasets.delete(one.id)
    assert [dataset.id for dataset in client.datasets.find(name)] == [two.id]
    with pytest.raises(NotFoundError):
        client.datasets.get(one.id)


def test_rows(client: Client, dataset_id: str, keys: list[str]):
    missing = fresh("missing")
    found = client.data_rows.lookup([keys[0], missing, keys[1]])
    assert found[missing] is None
    first = client.data_rows.get(str(found[keys[0]]))
    assert (first.global_key, first.row_data, first.dataset_id) == (keys[0], VIDEO, dataset_id)
    assert {row.global_key for row in client.data_rows.list(dataset_id)} == set(keys)
    assert client.datasets.row_count(dataset_id) == 3


def test_keys_are_assigned(client: Client, dataset_id: str, keys: list[str]):
    ids = {key: str(row_id) for key, row_id in client.data_rows.lookup(keys).items()}
    new = fresh("renamed")
    client.data_rows.assign_keys({ids[keys[0]]: new})
    client.data_rows.assign_keys({ids[keys[0]]: new})
    assert client.data_rows.lookup([new, keys[0]]) == {new: ids[keys[0]], keys[0]: None}
    for wrong in (keys[1], "two  spaces", "x" * 201, "wrong#"):
        with pytest.raises(RejectedError, match="1 global key not assigned as asked"):
            client.data_rows.assign_keys({ids[keys[0]]: wrong})


def test_duplicates(client: Client, dataset_id: str, keys: list[str]):
    new = fresh("video")
    result = client.data_rows.create(dataset_id, [row(keys[0]), row(new)])
    assert result.duplicates == (keys[0],)
    assert result.failures[0].message == f"Duplicate global key: '{keys[0]}'"
    assert list(result.created) == [new]


def test_update(client: Client, dataset_id: str, keys: list[str]):
    result = client.data_rows.update(dataset_id, [{"global_key": keys[0], "row_data": VIDEO + "?v=2"}])
    assert result.failures == ()
    row_id = client.data_rows.lookup(keys[:1])[keys[0]]
    assert client.data_rows.get(str(row_id)).row_data == VIDEO + "?v=2"


def test_an_uploaded_file_becomes_a_row(client: Client, dataset_id: str, tmp_path: Path):
    path, key = tmp_path / "clip.mp4", fresh("video")
    path.write_bytes(b"no video, but bytes")
    url = client.upload(path)
    assert list(client.data_rows.create(dataset_id, [{"global_key": key, "row_data": url}]).created) == [key]


def test_ontologies(client: Client):
    name = fresh("ontology")
    made = client.ontologies.create(name, TREE)
    client.ontologies.create(f"{name} 2", TREE)
    assert [ontology.id for ontology in client.ontologies.find(name)] == [made.id]
    got = client.ontologies.get(made.id)
    assert [tool["name"] for tool in got.normalized["tools"]] == ["bbox_video", "point_video"]
    assert all(tool["featureSchemaId"] for tool in got.normalized["tools"])
    assert got.media_type == "VIDEO"


def test_projects(client: Client, project: Project):
    assert [found.id for found in client.projects.find(project.name)] == [project.id]
    assert client.projects.get(project.id).media_type == "VIDEO"
    assert client.projects.label_count(project.id) == 0
    ontology = client.projects.ontology(project.id)
    assert ontology is not None
    client.projects.connect_ontology(project.id, ontology.id)
    assert client.projects.ontology(client.projects.create(fresh("project")).id) is None


def test_batches(client: Client, project: Project, dataset_id: str, keys: list[str]):
    assert [(batch.name, batch.size) for batch in client.batches.list(project.id)] == [("first", 3)]
    with pytest.raises(RejectedError):
        client.batches.create(project.id, "unknown keys", [fresh("missing")])
    with pytest.raises(RejectedError):
        client.batches.create(project.id, "all there already", keys)
    key = fresh("video")
    client.data_rows.create(dataset_id, [row(key)])
    with pytest.raises(RemoteConflictError):
        client.batches.create(project.id, "first", [key])
    mixed = client.batches.create(project.id, "mixed", [key, keys[0]])
    assert (mixed.size, mixed.failed_row_ids) == (1, (client.data_rows.lookup(keys[:1])[keys[0]],))


def test_a_big_batch(client: Client, dataset_id: str):
    keys = [fresh("video") for _ in range(1_000)]
    assert len(client.data_rows.create(dataset_id, [row(key) for key in keys]).created) == 1_000
    assert None not in client.data_rows.lookup(keys).values()
    assert len(list(client.data_rows.list(dataset_id))) == 1_000
    project = client.projects.create(fresh("project"))
    batch = client.batches.create(project.id, "big", keys)
    assert (batch.name, batch.size) == ("big", 1_000)
    more = fresh("video")
    client.data_rows.create(dataset_id, [row(more)])
    assert client.batches.add(project.id, batch.id, [more]).size == 1_001


@pytest.mark.parametrize("kind", ImportKind)
def test_an_import_with_a_bad_line(client: Client, project: Project, keys: list[str], tmp_path: Path, kind: ImportKind):
    lines = [bbox(keys[0]), radio(keys[0]), bbox(keys[1], name="nobody knows it"), bbox(keys[2])]
    path = tmp_path / "lines.ndjson"
    path.write_bytes(ndjson(lines))
    assert client.imports.find(project.id, "job", kind) is None
    job = client.imports.wait(client.imports.create(project.id, "job", path, kind))
    assert job.state == "FINISHED"
    assert client.imports.find(project.id, "job", kind) == job
    assert [each.name for each in client.imports.list(project.id, kind)] == ["job"]

    statuses = {line["uuid"]: line for line in client.imports.statuses(job)}
    assert [statuses[line["uuid"]]["status"] for line in lines] == ["SUCCESS", "SUCCESS", "FAILURE", "SUCCESS"]
    [error] = client.imports.errors(job)
    assert error["uuid"] == lines[2]["uuid"]
    assert "nobody knows it" in error["errors"][0]["message"]
    assert list(client.imports.inputs(job)) == lines


def test_ground_truth_is_read_back(client: Client, project: Project, keys: list[str]):
    lines = [bbox(keys[0]), bbox(keys[1], frames=(3, 9)), radio(keys[1])]
    client.imports.wait(client.imports.create(project.id, "gt", ndjson(lines), ImportKind.GROUND_TRUTH))
    labels = list(client.labels.list(project.id))
    assert {label.global_key for label in labels} == set(keys[:2])
    assert client.projects.label_count(project.id) == 2

    exported = {line["data_row"]["global_key"]: line for line in client.exports.project(project.id, keys[:2])}
    assert set(exported) == set(keys[:2])
    [label] = exported[keys[1]]["projects"][project.id]["labels"]
    assert set(label["annotations"]["frames"]) == {"3", "9"}
    assert len(list(client.exports.project(project.id))) == 3

    client.labels.delete([label.id for label in labels])
    assert list(client.labels.list(project.id)) == []


def test_prelabels_are_taken_back(client: Client, project: Project, keys: list[str]):
    job = client.imports.wait(client.imports.create(project.id, "mal", ndjson([bbox(keys[0])]), ImportKind.MAL))
    client.imports.delete(job)
    assert client.imports.find(project.id, "mal", ImportKind.MAL) is None
    assert list(client.imports.list(project.id, ImportKind.MAL)) == []


def test_a_job_name_is_never_used_twice(client: Client, project: Project, keys: list[str]):
    client.imports.create(project.id, "once", ndjson([bbox(keys[0])]), ImportKind.MAL)
    with pytest.raises(RemoteConflictError):
        client.imports.create(project.id, "once", ndjson([bbox(keys[0])]), ImportKind.MAL)


FAULTS: list[dict[str, Any]] = [
    {"kind": "status", "status": 502},
    {"kind": "status", "status": 429, "retry_after": 0.01},
    {"kind": "drop-before"},
    {"kind": "drop-after"},
    {"kind": "truncate"},
    {"kind": "not-json"},
]


@pytest.fixture(params=[1, 2])
def storm(localbox, request: pytest.FixtureRequest) -> Iterator[Client]:
    """A client whose requests go wrong three times in ten."""
    for number, fault in enumerate(FAULTS):
        localbox.control("POST", "faults", {**fault, "share": 0.055, "seed": 100 * request.param + number})
    with Client(localbox.key, localbox.endpoint, sleep=lambda seconds: time.sleep(min(seconds, 0.01))) as client:
        yield client
    localbox.control("DELETE", "faults")


def settled(make: Callable[[], T], find: Callable[[], T | None]) -> T:
    """Do something once: after a lost answer look, and only then try again."""
    while True:
        try:
            return make()
        except UnavailableError:
            if (found := find()) is not None:
                return found


def test_looking_before_repeating_makes_everything_once(storm: Client):
    dataset, key = fresh("dataset"), fresh("video")
    dataset_id = settled(lambda: storm.datasets.create(dataset), lambda: first(storm.datasets.find(dataset))).id
    settled(
        lambda: storm.data_rows.create(dataset_id, [row(key)]).created.get(key),
        lambda: storm.data_rows.lookup([key])[key],
    )
    name = fresh("project")
    ontology = settled(lambda: storm.ontologies.create(name, TREE), lambda: first(storm.ontologies.find(name)))
    project = settled(lambda: storm.projects.create(name), lambda: first(storm.projects.find(name)))
    settled(lambda: storm.projects.connect_ontology(project.id, ontology.id), lambda: None)  # may be repeated
    settled(lambda: storm.batches.create(project.id, "b", [key]), lambda: first(storm.batches.list(project.id)))
    for kind in ImportKind:
        job = settled(
            lambda kind=kind: storm.imports.create(project.id, "job", ndjson([bbox(key)]), kind),
            lambda kind=kind: storm.imports.find(project.id, "job", kind),
        )
        statuses = list(storm.imports.statuses(storm.imports.wait(job)))
        assert [line["status"] for line in statuses] == ["SUCCESS"]
        assert len(list(storm.imports.list(project.id, kind))) == 1
    assert [len(found) for found in (storm.datasets.find(dataset), storm.projects.find(name))] == [1, 1]
    assert len(list(storm.exports.project(project.id, [key]))) == 1


def first(found: Iterable[T]) -> T | None:
    return next(iter(found), None)
