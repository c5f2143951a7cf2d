"""Existing data rows: compared with the manifest, and reused, updated, or refused."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from labelferry.labelbox import Client
from tests.faults.driver import AFTER, BEFORE
from tests.faults.streets import Streets, box
from tests.faults.sweep import KILLED
from tests.faults.test_named import until
from tests.faults.world import normalised, requests

LABELS = [box("street-1", 1), box("street-2", 2)]
MANIFEST = """\
global_key,row_data,external_id,metadata.tag,metadata.captureDateTime
street-1,https://example.com/new.mp4,cam-1,evening,2024-05-01T00:00:00Z
street-2,https://example.com/street-2.mp4,cam-2,night,2024-05-02
"""
THEIRS: list[dict[str, Any]] = [
    {
        "global_key": "Street-1",
        "row_data": "https://example.com/old.mp4",
        "external_id": "cam-1",
        "metadata_fields": [{"name": "tag", "value": "morning"}, {"name": "split", "value": "train"}],
    },
    {
        "global_key": "street-2",
        "row_data": "https://example.com/street-2.mp4",
        "external_id": "cam-2",
        "metadata_fields": [
            {"name": "tag", "value": "night"},
            {"name": "captureDateTime", "value": "2024-05-02T00:00:00+00:00"},
        ],
    },
]
ROW_DATA = "row_data is 'https://example.com/old.mp4', the manifest says 'https://example.com/new.mp4'"
TAG = "metadata 'tag' is 'morning', the manifest says 'evening'"
UNSET = "metadata 'captureDateTime' is not set, the manifest says '2024-05-01T00:00:00Z'"


@pytest.fixture
def client(streets: Streets) -> Iterator[Client]:
    with streets.client() as client:
        yield client


def theirs(client: Client, dataset: str = "Streets") -> str:
    """Create rows before the onboarding; return their dataset's id."""
    made = client.datasets.create(dataset).id
    assert len(client.data_rows.create(made, THEIRS).created) == 2
    return made


def fields(streets: Streets) -> list[dict[str, str]]:
    """The metadata of each row."""
    return [
        {field["name"]: field["value"] for field in orjson.loads(row["metadata"])}
        for row in streets.localbox.state()["data_rows"]
    ]


def differing(streets: Streets) -> list[dict[str, Any]]:
    """What the report says of rows that differ from the manifest."""
    return [
        finding
        for group in streets.report()["findings"]
        if group["code"] == "row-differs"
        for finding in group["first"]
    ]


def test_reuse_takes_them_and_says_what_differs(streets: Streets, client: Client) -> None:
    theirs(client)
    before = normalised(streets.localbox.state())["data_rows"]
    streets.write(LABELS, manifest=MANIFEST)
    assert streets.run() == (0, "")
    (told,) = differing(streets)
    assert (told["row"], told["path"]) == ("street-1", None)
    assert told["message"].endswith(f"differs from the manifest: {ROW_DATA}; {TAG}; {UNSET}")
    assert (streets.report()["rows_created"], streets.report()["rows_reused"]) == (0, 2)
    assert normalised(streets.localbox.state())["data_rows"] == before


def test_update_brings_them_up_to_date_and_keeps_the_rest(streets: Streets, client: Client) -> None:
    theirs(client)
    streets.write(LABELS, manifest=MANIFEST, on_existing="update")
    assert streets.run() == (0, "")
    assert (streets.report()["rows_updated"], streets.report()["outcome"]) == (1, "done")
    rows = streets.localbox.state()["data_rows"]
    assert [(row["global_key"], row["row_data"]) for row in rows] == [
        ("Street-1", "https://example.com/new.mp4"),
        ("street-2", "https://example.com/street-2.mp4"),
    ]
    assert fields(streets)[0] == {"tag": "evening", "split": "train", "captureDateTime": "2024-05-01T00:00:00Z"}
    streets.localbox.forget()
    assert streets.run() == (0, "")
    assert streets.localbox.mutations() == []
    assert streets.report()["outcome"] == "nothing to do"


def test_fail_stops_before_anything_is_changed(streets: Streets, client: Client) -> None:
    theirs(client)
    streets.write(LABELS, manifest=MANIFEST, on_existing="fail")
    streets.localbox.forget()
    code, message = streets.run()
    assert code == 4
    assert f"street-1: {ROW_DATA}; {TAG}; {UNSET}" in message
    assert "set update or reuse" in message
    assert streets.localbox.mutations() == []


@pytest.mark.parametrize("policy", ["reuse", "update", "fail"])
def test_rows_in_another_dataset(policy: str, streets: Streets, client: Client) -> None:
    """They cannot be moved, so an update leaves them there and reports it."""
    made = theirs(client, "Elsewhere")
    streets.write(LABELS, manifest=MANIFEST.replace("new", "old"), on_existing=policy)
    code, message = streets.run()
    assert code == (4 if policy == "fail" else 0)
    said = message if policy == "fail" else differing(streets)[0]["message"]
    assert f"the dataset is 'Elsewhere' ({made}), the spec says 'Streets' (Labelbox cannot move a row)" in said
    assert {row["dataset_id"] for row in streets.localbox.state()["data_rows"]} == {made}
    assert [row["name"] for row in streets.localbox.state()["datasets"]] == ["Elsewhere"]


@pytest.mark.parametrize("side", [BEFORE, AFTER])
def test_killed_at_the_requests_of_an_update(side: str, every: int, streets: Streets) -> None:
    def updated(number: int) -> int:
        streets.home = streets.bench.fresh()
        with streets.client() as client:
            theirs(client)
        streets.write(LABELS, manifest=MANIFEST, on_existing="update")
        return streets.kill(number, side)

    assert updated(0) == 0
    whole, clean = len(requests(streets.home)), normalised(streets.localbox.state())
    for number in range(1, whole + 1, every):
        assert updated(number) == KILLED
        assert streets.run() == (0, ""), number
        assert normalised(streets.localbox.state()) == clean, number


def test_a_dataset_of_ours_that_stayed_empty_is_removed(streets: Streets, client: Client) -> None:
    """Another client creates the same rows between our look-up and our upload: all of ours are duplicates."""
    slow = {"kind": "slow", "seconds": 3, "operation": "UpsertDataRowsPyApi", "nth": 1}
    streets.localbox.control("POST", "faults", slow)
    streets.write(LABELS)
    streets.drivers.start(streets.job)
    until(lambda: streets.localbox.control("GET", "faults")[0]["fired"] == 1)
    theirs(client, "Elsewhere")
    assert streets.drivers.ended() == 0
    assert [row["name"] for row in streets.localbox.state()["datasets"]] == ["Elsewhere"]
    assert (streets.report()["rows_created"], streets.report()["rows_reused"], streets.report()["made"]) == (
        0,
        2,
        ["ontology", "project"],
    )
    streets.localbox.forget()
    assert streets.run() == (0, "")
    assert streets.localbox.mutations() == []


def test_an_empty_dataset_of_somebody_elses_stays(streets: Streets, client: Client) -> None:
    client.datasets.create("Streets")
    theirs(client, "Elsewhere")
    streets.write(LABELS)
    assert streets.run() == (0, "")
    assert [row["name"] for row in streets.localbox.state()["datasets"]] == ["Streets", "Elsewhere"]


RENAMED = ("datasets", "ontologies", "projects")


@pytest.mark.parametrize("taken", [False, True], ids=["renamed", "renamed, and the name is somebody else's now"])
def test_what_was_renamed_is_found_by_its_id(taken: bool, streets: Streets, client: Client) -> None:
    """The spec has the name it was created with; the user may have renamed it since."""
    streets.write(LABELS[:1])
    assert streets.run() == (0, "")
    state = streets.localbox.state()
    made = {table: state[table][0]["id"] for table in RENAMED}
    renamed = {table: [{**row, "name": "Quay"} for row in state[table]] for table in RENAMED}
    streets.localbox.control("POST", "seed", {**state, **renamed})
    if taken:
        client.datasets.create("Streets")
        client.projects.create("Streets", "VIDEO")
        client.ontologies.create("Streets", {"tools": [], "classifications": []}, "VIDEO")
    streets.localbox.forget()
    assert streets.run() == (0, "")
    assert streets.localbox.mutations() == []
    streets.write(LABELS)
    assert streets.run() == (0, "")
    after = streets.localbox.state()
    assert {row["dataset_id"] for row in after["data_rows"]} == {made["datasets"]}
    assert {row["project_id"] for row in after["batches"]} == {made["projects"]}
    assert {row["project_id"] for row in after["imports"]} == {made["projects"]}
    assert len(after["annotations"]) == 2
    assert [row["name"] for row in after["projects"]] == (["Quay", "Streets"] if taken else ["Quay"])
    assert [finding for finding in streets.report()["findings"] if "dataset" in finding] == []
