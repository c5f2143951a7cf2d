"""How localbox reads lines where public sources disagree, in every position of the switches."""

from collections.abc import Iterator
from typing import Any

import httpx
import orjson
import pytest

from labelferry.labelbox import Client, ImportKind, Policy
from tests.conformance import guide
from tests.localbox_server import KEY, Localbox

BOX = {"top": 1, "left": 2, "height": 3, "width": 4}
INNER = {"name": "why", "answer": {"name": "rain"}}
SLIPPERY = {"name": "slippery", "answer": {"name": "yes", "classifications": [INNER]}}
TRACK = {"name": "car", "segments": [{"keyframes": [{"frame": 2, "bbox": BOX, "classifications": [SLIPPERY]}]}]}
ONTOLOGY = {
    "tools": [
        {
            "tool": "rectangle",
            "name": "car",
            "classifications": [
                {
                    "type": "radio",
                    "name": "slippery",
                    "instructions": "slippery",
                    "options": [
                        {
                            "value": "yes",
                            "label": "yes",
                            "options": [
                                {
                                    "type": "radio",
                                    "name": "why",
                                    "instructions": "why",
                                    "options": [{"value": "rain", "label": "rain"}],
                                }
                            ],
                        }
                    ],
                }
            ],
        }
    ],
    "classifications": [],
}


@pytest.fixture
def client(localbox: Localbox) -> Iterator[Client]:
    with Client(KEY, localbox.endpoint, policy=Policy(), sleep=lambda _: None) as made:
        yield made


@pytest.fixture
def http(localbox: Localbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=localbox.base, headers={"Authorization": f"Bearer {KEY}"}) as made:
        yield made
        made.post("/_localbox/reset").raise_for_status()


def kept(client: Client) -> list[Any]:
    """What an export says of the question on the keyframe of an imported track."""
    project = client.projects.create("p", "VIDEO").id
    client.projects.connect_ontology(project, client.ontologies.create("o", ONTOLOGY, "VIDEO").id)
    client.data_rows.create(client.datasets.create("d").id, [{"global_key": "row", "row_data": guide.VIDEO}])
    client.batches.create(project, "b", ["row"])
    line = orjson.dumps({"uuid": "0a1b2c3d-0000-4000-8000-00000000000f", "dataRow": {"globalKey": "row"}, **TRACK})
    client.imports.wait(client.imports.create(project, "job", line, ImportKind.GROUND_TRUTH))
    (row,) = client.exports.project(project, ["row"])
    (label,) = row["projects"][project]["labels"]
    (shape,) = label["annotations"]["frames"]["2"]["objects"].values()
    (asked,) = shape["classifications"]
    assert asked["radio_answer"]["name"] == "yes"
    return [each["radio_answer"]["name"] for each in asked["radio_answer"]["classifications"]]


def test_what_is_nested_in_an_answer_on_a_keyframe_is_dropped(http: httpx.Client, client: Client) -> None:
    assert kept(client) == []


def test_and_kept_when_a_test_says_so(http: httpx.Client, client: Client) -> None:
    http.post("/_localbox/reading", json={"keyframe_nesting": "kept"}).raise_for_status()
    assert http.get("/_localbox/reading").json() == {"result": {"keyframe_nesting": "kept"}}
    assert kept(client) == ["rain"]


@pytest.mark.parametrize("body", [{"range_base": True}, {"range_base": 2}, {"any_scope": 1}, {"nothing": 1}], ids=str)
def test_a_wrong_position_is_refused(http: httpx.Client, body: Any) -> None:
    assert http.post("/_localbox/reading", json=body).status_code == 400
