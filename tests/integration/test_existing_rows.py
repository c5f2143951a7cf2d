"""Labels for data rows that are in Labelbox already: found in a project or dataset, by what the labels call them."""

from pathlib import Path
from typing import Any

import orjson
import pytest

import labelferry
from labelferry.errors import CheckError, ConflictError, InputError, NotFoundError
from labelferry.labelbox import Client
from tests.localbox_server import Localbox

MEDIA = {"width": 640, "height": 480, "frameRate": 25, "frameCount": 100}
CLEARED = "query r($job: ID!) { clearGlobalKeysResult(jobId: {id: $job}) { jobStatus } }"


@pytest.fixture
def dataset(account: Localbox, client: Client) -> str:
    """A dataset of four rows: two with a global key, two without; two of them named by their external ids only."""
    url = "https://example.com/{}.mp4"
    account.control("POST", "media", {url.format(name): MEDIA for name in "abcd"})
    made = client.datasets.create("Cameras").id
    rows = [
        {"global_key": "cam-a", "row_data": url.format("a"), "external_id": "Night/A.mp4"},
        {"global_key": "cam-b", "row_data": url.format("b"), "external_id": "Night/B.mp4"},
        {"global_key": "cam-c", "row_data": url.format("c"), "external_id": "Night/C.mp4"},
        {"global_key": "cam-d", "row_data": url.format("d")},
    ]
    client.data_rows.create(made, rows)
    job = account.ask("mutation c($k: [ID!]!) { clearGlobalKeys(where: {ids: $k}) { jobId } }", k=["cam-c", "cam-d"])
    account.ask(CLEARED, job=job["clearGlobalKeys"]["jobId"])
    return made


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def spec(videos: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "name": "yard",
        "project": "Yard",
        "ontology": {"name": "Yard", "from": "labels"},
        "videos": videos,
        "labels": [{"format": "table", "path": "boxes.csv"}],
        "import": {"as": "ground-truth"},
        **more,
    }


def write(folder: Path, *names: str, box: str = "1,2,30,40") -> None:
    lines = (f"{name},{frame},1,car,{box}\n" for name in names for frame in (1, 2))
    (folder / "boxes.csv").write_text(f"global_key,frame,track,class,left,top,width,height\n{''.join(lines)}", "utf-8")


def keys(account: Localbox) -> dict[str, str | None]:
    return {row["row_data"][-5]: row["global_key"] for row in account.table("data_rows")}


def labelled(account: Localbox) -> list[str]:
    rows = {row["id"]: row["row_data"][-5] for row in account.table("data_rows")}
    return sorted(rows[each["data_row_id"]] for each in account.table("annotations"))


@pytest.mark.parametrize(
    ("match", "names"),
    [
        ("global_key", ["CAM-A", "cam-b"]),
        ("external_id", ["night/a.mp4", "Night/B.mp4"]),
        ("stem", ["a", "labels/B.json"]),
    ],
)
def test_rows_of_a_dataset(account: Localbox, dataset: str, folder: Path, match: str, names: list[str]) -> None:
    write(folder, *names)
    wanted = spec({"dataset": "Cameras", "match": match})
    assert labelferry.check(wanted).counts.rows == 2
    assert {step.action.value for step in labelferry.plan(wanted).steps if step.kind == "data rows"} == {"reuse"}
    report = labelferry.onboard(wanted)
    assert (report.outcome, report.rows_created, report.rows_reused) == ("done", 0, 2)
    assert labelled(account) == ["a", "b"]
    assert len(account.table("datasets")) == 1
    assert labelferry.verify(wanted).outcome == "verified"
    assert labelferry.onboard(wanted).outcome == "nothing to do"


def test_rows_of_a_project(account: Localbox, dataset: str, folder: Path) -> None:
    write(folder, "cam-a", "cam-b")
    labelferry.onboard(spec({"dataset": {"id": dataset}}))
    write(folder, "b")
    second = spec({"project": "Yard", "match": "stem"}, name="again", **{"import": {"as": "prelabels"}})
    assert labelferry.onboard(second).outcome == "done"
    assert labelled(account) == ["a", "b", "b"]


@pytest.mark.parametrize(
    ("assign", "names", "expected"),
    [
        ("external_id", ["C"], {"c": "Night/C.mp4", "d": None}),
        ("id", ["C", "D"], None),
    ],
)
def test_rows_without_a_global_key_get_one(
    account: Localbox, dataset: str, folder: Path, assign: str, names: list[str], expected: dict[str, Any] | None
) -> None:
    write(folder, *names)
    wanted = spec({"dataset": "Cameras", "match": "stem", "assign": assign})
    planned = labelferry.plan(wanted)
    (step,) = (step for step in planned.steps if step.kind == "data rows")
    assert (step.action.value, step.count) == ("update", len(names))
    assert keys(account)["c"] is None  # a plan changes nothing
    before = len(account.control("GET", "requests"))
    report = labelferry.onboard(wanted, plan=planned)
    assert (report.outcome, report.rows_updated) == ("done", len(names))
    assert before < len(account.control("GET", "requests")) <= before + planned.requests * 1.1
    ids = {row["row_data"][-5]: row["id"] for row in account.table("data_rows")}
    assert {name: keys(account)[name] for name in "cd"} == (expected or {name: ids[name] for name in "cd"})
    assert labelled(account) == [name.lower() for name in names]
    assert labelferry.verify(wanted).outcome == "verified"
    assert labelferry.onboard(wanted).outcome == "nothing to do"


def test_the_size_of_a_row_is_what_labelbox_read(account: Localbox, dataset: str, folder: Path) -> None:
    write(folder, "a", "c", box="0.5,0.5,0.25,0.25")
    entry = {"format": "table", "path": "boxes.csv", "normalized": True}
    videos = {"dataset": "Cameras", "match": "stem", "assign": "id"}
    assert labelferry.onboard(spec(videos, labels=[entry])).outcome == "done"
    line = orjson.loads(account.table("annotations")[0]["line"])
    assert line["segments"][0]["keyframes"][0]["bbox"] == {"left": 320, "top": 240, "width": 160, "height": 120}


@pytest.mark.parametrize(
    ("videos", "names", "said"),
    [
        ({"match": "stem"}, ["C"], r"boxes.csv.*'C' is the data row c\w+, which has no global key; .*assign: id"),
        ({"match": "stem", "assign": "external_id"}, ["D"], r"has no global key; .* say assign: id under videos"),
        ({"match": "external_id"}, ["A"], "A.* is not among the videos"),
    ],
)
def test_it_is_said_which_row_is_not_clear(
    account: Localbox, dataset: str, folder: Path, videos: dict[str, Any], names: list[str], said: str
) -> None:
    write(folder, *names)
    with pytest.raises(InputError, match=said):
        labelferry.onboard(spec({"dataset": "Cameras", **videos}))
    assert account.table("projects") == []


def test_a_name_of_several_rows(account: Localbox, client: Client, dataset: str, folder: Path) -> None:
    twin = {"global_key": "cam-e", "row_data": "https://example.com/e.mp4", "external_id": "Day/a.mp4"}
    client.data_rows.create(dataset, [twin])
    write(folder, "A", "B")
    wanted = {"dataset": "Cameras", "match": "stem"}
    with pytest.raises(InputError, match=r"'A' is the name of the file of several data rows.* cam-e, cam-a; say match"):
        labelferry.onboard(spec(wanted))
    write(folder, "Night/A.mp4", "B")
    assert labelferry.check(spec({**wanted, "match": "external_id"}, on_missing_video="skip")).counts.rows == 1


def test_a_key_that_another_row_has(account: Localbox, client: Client, dataset: str, folder: Path) -> None:
    elsewhere = client.datasets.create("Other").id
    client.data_rows.create(elsewhere, [{"global_key": "night/c.mp4", "row_data": "https://example.com/f.mp4"}])
    write(folder, "C")
    wanted = spec({"dataset": "Cameras", "match": "stem", "assign": "external_id"})
    with pytest.raises(ConflictError, match=r"1 data row cannot get the global key .* Night/C.mp4; say assign: id"):
        labelferry.onboard(wanted)
    assert account.table("projects") == []
    wanted["videos"]["assign"] = "id"
    assert labelferry.onboard(wanted).outcome == "done"


def test_the_place_must_exist(account: Localbox, client: Client, dataset: str, folder: Path) -> None:
    write(folder, "cam-a")
    with pytest.raises(NotFoundError, match="no project is named 'Yrad'; correct its name"):
        labelferry.check(spec({"project": "Yrad"}))
    client.datasets.create("Cameras")
    with pytest.raises(ConflictError, match=r"'Cameras' is not unique .* choose one with dataset: \{id: ...\}"):
        labelferry.check(spec({"dataset": "Cameras"}))
    assert labelferry.check(spec({"dataset": {"id": dataset}})).counts.rows == 1


@pytest.mark.parametrize("videos", [{}, {"project": "A", "dataset": "B"}])
def test_one_place(folder: Path, videos: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="videos: give either the project or the dataset"):
        labelferry.check(spec(videos))


def test_new_rows_need_a_dataset(folder: Path) -> None:
    write(folder, "a")
    with pytest.raises(InputError, match=r"videos \(entry 1\): a new data row needs a dataset, .* add dataset: NAME"):
        labelferry.check(spec([{"global_key": "a", "row_data": "https://example.com/a.mp4"}]))  # type: ignore[arg-type]
    known = [{"global_key": "a", "width": 640, "height": 480, "frame_count": 100}]
    assert labelferry.check(spec(known)).counts.rows == 1  # type: ignore[arg-type]


def test_labels_are_checked_as_ever(account: Localbox, dataset: str, folder: Path) -> None:
    write(folder, "cam-a", box="700,2,30,40")
    (finding,) = labelferry.check(spec({"dataset": "Cameras"})).findings
    assert "outside" in finding.message
    assert "640x480" in finding.message
    (folder / "boxes.csv").write_text(
        "global_key,frame,track,class,left,top,width,height\ncam-a,101,1,car,1,2,3,4\n", "utf-8"
    )
    with pytest.raises(CheckError, match="beyond the video's end, up to 101; the video has 100"):
        labelferry.check(spec({"dataset": "Cameras"}))
