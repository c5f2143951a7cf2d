"""A spec that runs again: what exists is found, only what is new is sent, and conflicts are decided only by
the user.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree

import orjson
import pytest

from labelferry.labelbox import Client, ImportKind
from tests.e2e.conftest import Ferry
from tests.localbox_server import ROOT, Localbox

SPEC = """\
name: NAME
dataset: Harbour
project: {name: Harbour, media_type: VIDEO}
ontology: {name: Harbour, from: labels}
batch: {name: harbour}
videos: videos.csv
labels:
  - {format: table, path: boxes.csv}
import: {as: prelabels}
"""
VIDEOS = ["global_key,row_data"]
BOXES = ["global_key,frame,track,class,left,top,width,height"]
GROUND_TRUTH = "import: {as: ground-truth}"
PATIENCE = 120.0


def box(key: str, frame: int, left: float = 1.0) -> str:
    return f"{key},{frame},1,ferry,{left},2,3,4"


ONE = ([box("harbour-1", 1), box("harbour-1", 2)], ["harbour-1"])
TWO = ([*ONE[0], box("harbour-2", 5)], [*ONE[1], "harbour-2"])


def write(folder: Path, what: tuple[list[str], list[str]] = ONE, name: str = "harbour", **changes: str) -> Path:
    """A spec with its files; each change is made to the spec's line of that key."""
    boxes, keys = what
    (folder / "videos.csv").write_text(
        "\n".join([*VIDEOS, *(f"{key},https://example.com/{key}.mp4" for key in keys)]), "utf-8"
    )
    (folder / "boxes.csv").write_text("\n".join([*BOXES, *boxes]), "utf-8")
    lines = [changes.get(line.partition(":")[0].replace("import", "imports"), line) for line in SPEC.splitlines()]
    spec = folder / f"{name}.yaml"
    spec.write_text("\n".join(lines).replace("NAME", name), "utf-8")
    return spec


@contextmanager
def unchanged(localbox: Localbox) -> Iterator[None]:
    """Nothing inside the block may request a change, and nothing may have changed afterwards."""
    localbox.forget()
    before = localbox.kept()
    yield
    assert localbox.mutations() == []
    assert localbox.kept() == before


def frames(localbox: Localbox) -> Counter[tuple[str, int]]:
    """How often each keyframe of each row is at the service."""
    keys = {row["id"]: row["global_key"] for row in localbox.table("data_rows")}
    return Counter(
        (keys[row["data_row_id"]], keyframe["frame"])
        for row in localbox.table("annotations")
        for segment in orjson.loads(row["line"])["segments"]
        for keyframe in segment["keyframes"]
    )


@pytest.fixture
def client(localbox: Localbox) -> Iterator[Client]:
    with localbox.client() as client:
        yield client


@pytest.mark.parametrize("name", ["guide/prelabels", "guide/ground-truth"])
def test_the_tutorial_twice(name: str, ferry: Ferry, localbox: Localbox, tmp_path: Path) -> None:
    copytree(ROOT / "config" / "examples" / "guide", tmp_path / "guide")
    spec = tmp_path / f"{name}.yaml"
    first = ferry("onboard", spec, "--json")
    assert (first.code, first.json["failed"]) == (0, 0)
    assert first.json["accepted"] == first.json["sent"] > 15
    assert localbox.mutations()
    with unchanged(localbox):
        assert "nothing to do" in ferry("onboard", spec).done()
    again = orjson.loads((ferry.home / "reports" / f"{first.json['name']}.json").read_bytes())
    assert (again["outcome"], again["sent"], again["made"]) == ("nothing to do", 0, [])
    assert again["accepted"] == first.json["accepted"]


def test_the_second_run_as_a_process(ferry: Ferry, localbox: Localbox, tmp_path: Path) -> None:
    spec = write(tmp_path, TWO)
    assert "done" in ferry("onboard", spec).done()
    with unchanged(localbox):
        assert "nothing to do" in ferry.process("onboard", spec).done()


def test_prelabels_then_ground_truth_over_the_same_rows(ferry: Ferry, localbox: Localbox, tmp_path: Path) -> None:
    ferry("onboard", write(tmp_path, TWO)).done()
    ferry("onboard", write(tmp_path, TWO, "harbour-truth", imports=GROUND_TRUTH)).done()
    assert len(localbox.table("data_rows")) == 2
    assert len(localbox.table("labels")) == 2
    assert frames(localbox) == {("harbour-1", 1): 2, ("harbour-1", 2): 2, ("harbour-2", 5): 2}


def test_only_what_is_new_moves(ferry: Ferry, localbox: Localbox, tmp_path: Path) -> None:
    ferry("onboard", write(tmp_path, ONE)).done()
    rows, imports = localbox.table("data_rows"), localbox.table("imports")
    localbox.forget()
    grown = ferry("onboard", write(tmp_path, TWO), "--json").json
    assert {name: grown[name] for name in ("rows_created", "rows_reused", "batched", "sent", "accepted", "made")} == {
        "rows_created": 1,
        "rows_reused": 1,
        "batched": 1,
        "sent": 1,
        "accepted": 2,
        "made": [],
    }
    assert set(localbox.mutations()) == {
        "UploadFile",
        "UpsertDataRowsPyApi",
        "createBatchV2PyApi",
        "createMALPredictionImportByFilePyApi",
    }
    assert localbox.table("data_rows")[: len(rows)] == rows
    assert localbox.table("imports")[: len(imports)] == imports
    assert [job["lines"] for job in localbox.table("imports")] == [1, 1]
    assert frames(localbox) == {("harbour-1", 1): 1, ("harbour-1", 2): 1, ("harbour-2", 5): 1}


@pytest.mark.parametrize("boxes", [[box("harbour-1", 1, left=9.0), box("harbour-1", 2)], [box("harbour-2", 5)]])
def test_labels_that_changed_or_went_are_a_conflict(
    boxes: list[str], ferry: Ferry, localbox: Localbox, tmp_path: Path
) -> None:
    ferry("onboard", write(tmp_path, TWO)).done()
    with unchanged(localbox):
        changed = write(tmp_path, ([*boxes, box("harbour-2", 5)] if len(boxes) > 1 else boxes, TWO[1]))
        message = ferry("onboard", changed).refused(4)
    assert "harbour-1: 'ferry' from boxes.csv:2" in message
    assert "on_changed: replace deletes our imports that contain them; or restore the files" in message


@pytest.mark.parametrize("way", ["globalKey", "id"])
def test_ground_truth_over_somebody_elses_label(
    way: str, ferry: Ferry, localbox: Localbox, client: Client, tmp_path: Path
) -> None:
    project = ferry("onboard", write(tmp_path, TWO), "--json").json["project"]
    keyframe = {"frame": 7, "bbox": {"top": 0, "left": 0, "height": 1, "width": 1}}
    ferry_at_7 = {"name": "ferry", "segments": [{"keyframes": [keyframe]}]}
    theirs = {"uuid": "4b1f8f60-6a1d-4d0e-9a52-0d7f6c1f8e11", "dataRow": {"globalKey": "harbour-2"}, **ferry_at_7}
    client.imports.wait(client.imports.create(project, "theirs", orjson.dumps(theirs), ImportKind.GROUND_TRUTH))
    row = {"globalKey": "harbour-2", "id": str(client.data_rows.lookup(["harbour-2"])["harbour-2"])}
    (tmp_path / "lines.ndjson").write_bytes(orjson.dumps({"dataRow": {way: row[way]}, **ferry_at_7}))
    before = localbox.kept()
    localbox.forget()
    truth = write(tmp_path, TWO, "harbour-truth", imports=GROUND_TRUTH)
    truth.write_text(
        truth.read_text("utf-8").replace("{format: table, path: boxes.csv}", "{format: ndjson, path: lines.ndjson}"),
        "utf-8",
    )
    message = ferry("onboard", truth).refused(4)
    assert "1 row already has a label: " in message
    assert row[way] in message
    assert "createLabelImportByFilePyApi" not in localbox.operations()
    assert localbox.kept() == before


def test_an_ontology_that_is_another(ferry: Ferry, localbox: Localbox, client: Client, tmp_path: Path) -> None:
    client.ontologies.create(
        "Harbour", {"tools": [{"tool": "polygon", "name": "quay"}], "classifications": []}, "VIDEO"
    )
    message = ferry("onboard", write(tmp_path)).refused(4)
    assert "an ontology named 'Harbour' already exists and differs" in message
    assert "ferry" in message
    assert len(localbox.table("ontologies")) == 1
    assert localbox.table("projects") == []
    assert localbox.table("annotations") == []


@pytest.mark.parametrize("kind", ["project", "dataset"])
def test_two_of_one_name(kind: str, ferry: Ferry, localbox: Localbox, client: Client, tmp_path: Path) -> None:
    make: dict[str, Callable[[], object]] = {
        "project": lambda: client.projects.create("Harbour", "VIDEO"),
        "dataset": lambda: client.datasets.create("Harbour"),
    }
    make[kind]()
    make[kind]()
    ids = [row["id"] for row in localbox.table(f"{kind}s")]
    message = ferry("onboard", write(tmp_path)).refused(4)
    assert f"the {kind} name 'Harbour' is not unique" in message
    assert all(each in message for each in ids)
    assert f"{kind}: {{id: ...}}" in message
    chosen = {kind: f"{kind}: {{id: {ids[1]}}}"}
    assert "done" in ferry("onboard", write(tmp_path, ONE, **chosen)).done()
    assert [row["id"] for row in localbox.table(f"{kind}s")] == ids
    assert frames(localbox) == {("harbour-1", 1): 1, ("harbour-1", 2): 1}


def test_a_project_with_another_ontology(ferry: Ferry, localbox: Localbox, client: Client, tmp_path: Path) -> None:
    project = client.projects.create("Harbour", "VIDEO")
    other = {"tools": [{"tool": "rectangle", "name": "ferry"}], "classifications": []}
    client.projects.connect_ontology(project.id, client.ontologies.create("Other", other, "VIDEO").id)
    message = ferry("onboard", write(tmp_path)).refused(4)
    assert "project 'Harbour' uses ontology 'Other'" in message
    assert localbox.table("annotations") == []


def test_another_project_for_the_same_onboarding(ferry: Ferry, localbox: Localbox, tmp_path: Path) -> None:
    project = ferry("onboard", write(tmp_path), "--json").json["project"]
    moved = write(tmp_path, ONE, project="project: {name: Elsewhere, media_type: VIDEO}")
    with unchanged(localbox):
        message = ferry("onboard", moved).refused(4)
    assert f"'harbour' was imported into project {project}" in message


def test_a_project_that_is_gone(ferry: Ferry, localbox: Localbox, client: Client, tmp_path: Path) -> None:
    project = ferry("onboard", write(tmp_path), "--json").json["project"]
    client.projects.delete(project)
    with unchanged(localbox):
        message = ferry("onboard", write(tmp_path)).refused(4)
    assert project in message
    assert "give the onboarding a new name" in message


@pytest.mark.parametrize(
    "operation",
    ["UpsertDataRowsPyApi", "createBatchV2PyApi", "createMALPredictionImportByFilePyApi"],
)
def test_killed_and_run_again(operation: str, ferry: Ferry, localbox: Localbox, tmp_path: Path) -> None:
    """The process dies while the service is working; the service finishes, unnoticed."""
    spec = write(tmp_path, TWO)
    localbox.control("POST", "transitions", {"mal-import": {"when": "polls", "n": 2}})
    localbox.control("POST", "faults", {"kind": "slow", "seconds": 1.0, "operation": operation, "nth": 1})
    process = ferry.start("onboard", spec)
    until(lambda: localbox.control("GET", "faults")[0]["fired"] == 1)
    process.kill()
    process.wait(PATIENCE)
    until(lambda: operation in localbox.operations())
    localbox.control("DELETE", "faults")

    report = ferry("onboard", spec, "--json").json
    assert (report["accepted"], report["failed"]) == (2, 0)
    tables = ("data_rows", "datasets", "ontologies", "projects", "batches", "imports")
    assert [len(localbox.table(name)) for name in tables] == [2, 1, 1, 1, 1, 1]
    assert len(localbox.table("batch_rows")) == 2
    assert frames(localbox) == {("harbour-1", 1): 1, ("harbour-1", 2): 1, ("harbour-2", 5): 1}
    with unchanged(localbox):
        assert "nothing to do" in ferry("onboard", spec).done()


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    ends = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < ends, "it never came to that"
        time.sleep(0.02)
