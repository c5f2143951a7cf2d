"""The first exports over the wire: the documents of SDK 3.77.0, the files behind their URLs, and who may read them."""

import base64
import io
import json
import uuid
from typing import Any

import httpx
import pytest
from PIL import Image

from labelferry.labelbox import ImportKind
from tests.localbox_server import KEY, Localbox

KEYS = ("labelled", "noted", "waiting")
CAR = [
    {"frame": 1, "bbox": {"top": 0, "left": 0, "height": 4, "width": 4}},
    {"frame": 3, "bbox": {"top": 0, "left": 8, "height": 4, "width": 4}},
]
RANGES = [{"start": 2, "end": 4}]
NOTE = {"name": "note", "answer": "all quiet"}
COLOUR = [200, 10, 30]
INNER = {"type": "radio", "name": "why", "instructions": "Why?", "options": [{"value": "fog", "label": "Fog"}]}
TREE = {
    "tools": [
        {"tool": "rectangle", "name": "Small car", "color": "#abcdef"},
        {"tool": "raster-segmentation", "name": "road"},
    ],
    "classifications": [
        {
            "type": "checklist",
            "name": "sight",
            "instructions": "Sight?",
            "scope": "index",
            "options": [{"value": "poor", "label": "Poor", "options": [INNER]}],
        },
        {"type": "text", "name": "note", "instructions": "Note"},
    ],
}
ROWS = "mutation X($id: ID!, $with: Boolean!) {{export{0}(data:{{{1}: $id , includeMetadataInput: $with}}) {2}}}"
LABELS = "mutation GetLabelExportUrlPyApi($id: ID!) {exportLabels(data:{projectId: $id%s}) {downloadUrl shouldPoll}}"


def picture() -> str:
    image, out = Image.new("RGB", (8, 6)), io.BytesIO()
    image.putpixel((2, 1), tuple(COLOUR))
    image.save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def lines() -> list[dict[str, Any]]:
    masks = {
        "frames": [{"index": 7, "imBytes": picture()}],
        "instances": [{"name": "road", "colorRGB": COLOUR}],
    }
    why = {"name": "why", "answer": {"name": "fog", "frames": [{"start": 2, "end": 3}]}}
    return [
        {"name": "Small car", "segments": [{"keyframes": CAR}]},
        {"name": "road", "masks": masks},
        {"name": "sight", "answer": [{"name": "poor", "frames": RANGES, "classifications": [why]}]},
        NOTE,
    ]


def line_of(key: str, line: dict[str, Any]) -> dict[str, Any]:
    return {"uuid": str(uuid.uuid4()), "dataRow": {"globalKey": key}, **line}


@pytest.fixture(scope="module")
def localbox(running_localbox: Localbox) -> Localbox:
    running_localbox.reset()
    return running_localbox


@pytest.fixture(scope="module")
def ids(localbox: Localbox) -> dict[str, str]:
    """The ids of a dataset, a batch and a project of three rows: labelled, labelled with a text only, not labelled."""
    localbox.control("POST", "transitions", {"*": {"when": "now"}})
    with localbox.client() as client:
        dataset = client.datasets.create("d").id
        tagged = {"metadata_fields": [{"name": "tag", "value": "night"}]}
        rows = [{"global_key": key, "row_data": f"https://example.invalid/{key}.mp4", **tagged} for key in KEYS]
        client.data_rows.create(dataset, rows)
        project = client.projects.create("p").id
        client.projects.connect_ontology(project, client.ontologies.create("o", TREE).id)
        batch = client.batches.create(project, "b", KEYS, 5).id
        sent = [line_of(KEYS[0], each) for each in lines()] + [line_of(KEYS[1], NOTE)]
        body = "".join(json.dumps(line) + "\n" for line in sent)
        job = client.imports.wait(client.imports.create(project, "i", body.encode(), ImportKind.GROUND_TRUTH))
        assert [each["status"] for each in client.imports.statuses(job)] == ["SUCCESS"] * len(sent)
    return {"datasetId": dataset, "batchId": batch, "projectId": project}


def fetched(url: str, key: str | None = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx.get(url, headers=headers, trust_env=False)


def ndjson(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize(
    ("name", "field", "keys"),
    [
        ("DatasetDataRows", "datasetId", KEYS),
        ("BatchDataRows", "batchId", KEYS),
        ("QueuedDataRows", "projectId", KEYS[2:]),
    ],
)
@pytest.mark.parametrize("tags", [[], ["night"]], ids=["without metadata", "with metadata"])
def test_rows(
    localbox: Localbox, ids: dict[str, str], name: str, field: str, keys: tuple[str, ...], tags: list[str]
) -> None:
    asked = ROWS.format(name, field, "{downloadUrl createdAt status}")
    said = localbox.ask(asked, id=ids[field], **{"with": bool(tags)})[f"export{name}"]
    assert said["status"] == "COMPLETE"
    found = ndjson(fetched(said["downloadUrl"]).text)
    assert [(row["globalKey"], [each["value"] for each in row["metadataFields"]]) for row in found] == [
        (key, tags) for key in keys
    ]


def test_rows_of_what_there_is_not(localbox: Localbox) -> None:
    assert localbox.ask(ROWS.format("BatchDataRows", "batchId", "{status}"), id="none", **{"with": False}) == {
        "exportBatchDataRows": None
    }


def exported(localbox: Localbox, project: str, filters: str = "") -> list[Any]:
    said = localbox.ask(LABELS % filters, id=project)["exportLabels"]
    assert said["shouldPoll"] is False
    found: list[Any] = fetched(said["downloadUrl"]).json()
    return found


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ("", 2),
        (', filters: {labelCreatedAt: {start: "2020-01-01"} }', 2),
        (', filters: {labelCreatedAt: {start: "2020-01-01",end: "2020-01-02"} }', 0),
        (', filters: {lastActivityAt: {start: "2020-01-01 00:00:01"} }', 2),
        (', filters: {lastActivityAt: {end: "2020-01-01"} }', 0),
    ],
)
def test_labels_within_times(localbox: Localbox, ids: dict[str, str], filters: str, count: int) -> None:
    assert len(exported(localbox, ids["projectId"], filters)) == count


def test_labels_wait_as_long_as_others(localbox: Localbox, ids: dict[str, str]) -> None:
    localbox.control("POST", "exports", {"labels_after": 1})
    assert [len(exported(localbox, ids["projectId"])) for _ in range(2)] == [0, 2]
    localbox.control("POST", "exports", {})


def test_frames_have_what_is_on_them(localbox: Localbox, ids: dict[str, str]) -> None:
    label, _ = exported(localbox, ids["projectId"])
    assert [(each["title"], each["answer"]) for each in label["Label"]["classifications"]] == [("note", "all quiet")]
    frames = {each["frameNumber"]: each for each in ndjson(fetched(label["Label"]["frames"], KEY).text)}
    cars = {number: each["objects"][0] for number, each in frames.items() if number < 4}
    assert {number: (car["bbox"]["left"], car["keyframe"]) for number, car in cars.items()} == {
        1: (0, True),
        2: (4, False),
        3: (8, True),
    }
    assert {(car["title"], car["value"], car["color"]) for car in cars.values()} == {
        ("Small car", "small_car", "#abcdef")
    }
    answers = {
        number: [(each["title"], each["keyframe"]) for each in frame["classifications"]]
        for number, frame in frames.items()
    }
    assert answers == {
        1: [],
        2: [("sight", True), ("why", True)],
        3: [("sight", True), ("why", True)],
        4: [("sight", True)],
        7: [],
    }
    mask = fetched(frames[7]["objects"][0]["instanceURI"])
    image = Image.open(io.BytesIO(mask.content))
    assert sorted(image.getcolors() or []) == [(1, (255, 255, 255)), (47, (0, 0, 0))]
    assert image.getpixel((2, 1)) == (255, 255, 255)


def test_frames_need_the_key_and_a_label(localbox: Localbox, ids: dict[str, str]) -> None:
    label, noted = exported(localbox, ids["projectId"])
    url = label["Label"]["frames"]
    assert [fetched(url, key).status_code for key in (None, "wrong", KEY)] == [401, 401, 200]
    assert fetched(noted["Label"]["frames"], KEY).status_code == 204
    absent = ["frames/none", f"masks/{label['ID']}/none/7", "masks/none/none/7"]
    assert [fetched(f"{localbox.base}/v1/{path}", KEY).status_code for path in absent] == [404] * 3
