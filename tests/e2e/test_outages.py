"""A service that is wrong, away or broken, and lines that it refuses: a clear message and the right exit code, and the
next run goes on where this one ended.
"""

from pathlib import Path

import orjson
import pytest

from tests.e2e.conftest import Ferry
from tests.localbox_server import KEY, Localbox

PATIENCE = "2"
SPEC = """\
name: streets
dataset: Streets
project: {name: Streets, media_type: VIDEO}
ontology: {name: Streets, file: ontology.yaml}
videos: videos.csv
labels:
  - {format: ndjson, path: labels.ndjson}
import: {as: AS}
"""
ONTOLOGY = """\
tools:
  - {tool: BBOX, name: car}
classifications:
  - {class_type: RADIO, name: weather, options: [rain, sun]}
"""
ROW = {"dataRow": {"globalKey": "street-1"}}
UNKNOWN = "cm9unknownschema000000000"


def box(**feature: str) -> dict[str, object]:
    keyframe = {"frame": 3, "bbox": {"top": 1.5, "left": 2, "height": 3, "width": 4}}
    return {**ROW, **feature, "segments": [{"keyframes": [keyframe]}]}


RAIN = {**ROW, "name": "weather", "answer": {"name": "rain"}}
GOOD = [box(name="car"), RAIN]
"""What localbox takes."""
MIXED = [box(name="car"), box(schemaId=UNKNOWN), RAIN, box(name="car", schemaId=UNKNOWN + "2")]
"""What the checks cannot know: whether the service knows a schema id. Lines 2 and 4 are wrong."""


def write(folder: Path, lines: list[dict[str, object]], imported_as: str = "prelabels") -> Path:
    (folder / "ontology.yaml").write_text(ONTOLOGY, "utf-8")
    (folder / "videos.csv").write_text("global_key,row_data\nstreet-1,https://example.com/street.mp4\n", "utf-8")
    (folder / "labels.ndjson").write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
    (folder / "streets.yaml").write_text(SPEC.replace("AS", imported_as), "utf-8")
    return folder / "streets.yaml"


def features(localbox: Localbox) -> list[str]:
    """The names of the features that the annotations at the service belong to, sorted."""
    names = {schema["id"]: schema["name"] for schema in localbox.table("feature_schemas")}
    return sorted(line.get("name") or names[line["schemaId"]] for line in localbox.annotations())


def test_a_wrong_key(ferry: Ferry, localbox: Localbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABELBOX_API_KEY", "a-wrong-key")
    message = ferry("onboard", write(tmp_path, GOOD)).refused(1)
    assert "LABELBOX_API_KEY" in message
    assert "a-wrong-key" not in message
    assert localbox.mutations() == []


def test_a_server_that_is_down(ferry: Ferry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABELBOX_ENDPOINT", "http://127.0.0.1:9/graphql")
    message = ferry("onboard", write(tmp_path, GOOD)).refused(1)
    assert "cannot reach http://127.0.0.1:9/graphql" in message
    assert "is it running" in message


def test_retries_are_told_while_they_last(ferry: Ferry, tmp_path: Path) -> None:
    ended = ferry.process("onboard", write(tmp_path, GOOD), LABELBOX_ENDPOINT="http://127.0.0.1:9/graphql")
    *told, last = ended.err.splitlines()
    assert ended.code == 1
    assert last.startswith("labelferry: GetOrganization: cannot reach http://127.0.0.1:9/graphql")
    assert told
    assert all(" WARNING " in line and "again in" in line for line in told)


@pytest.mark.parametrize("fault", [{"kind": "status", "status": 503}, {"kind": "drop-before"}])
def test_a_server_that_is_broken(
    fault: dict[str, object], ferry: Ferry, localbox: Localbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABELFERRY_PATIENCE", PATIENCE)
    spec = write(tmp_path, GOOD)
    localbox.control("POST", "faults", fault)
    message = ferry("onboard", spec).refused(1)
    assert "try again later" in message
    localbox.control("DELETE", "faults")
    assert localbox.mutations() == []
    assert "done" in ferry("onboard", spec).done()
    assert features(localbox) == ["car", "weather"]


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("UpsertDataRowsPyApi", "status"),
        pytest.param("UpsertDataRowsPyApi", "drop-after", marks=pytest.mark.full),
        pytest.param("CreateProjectPyApi", "drop-after", marks=pytest.mark.full),
        pytest.param("createBatchV2PyApi", "drop-after", marks=pytest.mark.full),
        ("createMALPredictionImportByFilePyApi", "status"),
        ("createMALPredictionImportByFilePyApi", "drop-after"),
    ],
)
def test_an_outage_half_way(operation: str, kind: str, ferry: Ferry, localbox: Localbox, tmp_path: Path) -> None:
    """The answer is lost, before or after the service acted: at the end everything exists once."""
    spec = write(tmp_path, GOOD)
    localbox.control("POST", "faults", {"kind": kind, "status": 503, "operation": operation, "nth": 1})
    first = ferry("onboard", spec)
    if first.code:
        assert "it may have acted: run labelferry again" in first.refused(1)
        ferry("onboard", spec).done()
    assert {name: len(localbox.table(name)) for name in ("data_rows", "projects", "batches", "imports", "labels")} == {
        "data_rows": 1,
        "projects": 1,
        "batches": 1,
        "imports": 1,
        "labels": 0,
    }
    assert features(localbox) == ["car", "weather"]


@pytest.mark.parametrize("imported_as", ["prelabels", "ground-truth"])
def test_lines_that_are_refused_are_listed_and_the_others_are_in(
    imported_as: str, ferry: Ferry, localbox: Localbox, tmp_path: Path
) -> None:
    spec = write(tmp_path, MIXED, imported_as)
    first = ferry("onboard", spec)
    assert "2 lines were refused" in first.refused(3)
    assert "2 of 4 lines failed" in first.out
    failed = [line for line in first.out.splitlines() if "failed: " in line]
    assert [("labels.ndjson:2" in line, UNKNOWN in line) for line in failed] == [(True, True), (False, True)]
    assert "labels.ndjson:4" in failed[1]
    assert features(localbox) == ["car", "weather"]

    shown = ferry("status", "streets").done()
    assert "labels.ndjson:2" in shown
    assert "labels.ndjson:4" in shown
    listed = ferry("status", "streets", "--json").json["workspaces"][0]
    assert [line["source"] for line in listed["failed_lines"]] == ["labels.ndjson:2", "labels.ndjson:4"]
    assert listed["lines"][imported_as] == {"accepted": 2, "failed": 2}
    assert listed["pending_jobs"] == []

    localbox.forget()
    again = ferry("onboard", spec, "--json")
    assert "2 lines were refused" in again.refused(3)
    assert [line["source"] for line in again.json["failed_lines"]] == ["labels.ndjson:2", "labels.ndjson:4"]
    assert again.json["sent"] == 0
    assert localbox.mutations() == []


def test_lines_that_are_mended_go_in_and_the_run_is_good(ferry: Ferry, localbox: Localbox, tmp_path: Path) -> None:
    ferry("onboard", write(tmp_path, MIXED)).refused(3)
    fixed = ferry(
        "onboard", write(tmp_path, [*GOOD, box(name="car", uuid="d1f1e2a3-0000-4000-8000-000000000001")]), "--json"
    )
    assert (fixed.code, fixed.json["sent"], fixed.json["failed"]) == (0, 3, 0), "a row of pre-labels goes whole"
    assert features(localbox) == ["car", "car", "weather"]
    listed = ferry("status", "streets", "--json").json["workspaces"][0]
    assert listed["failed_lines"] == []


def test_a_job_that_fails_as_a_whole(ferry: Ferry, localbox: Localbox, tmp_path: Path) -> None:
    localbox.control("POST", "transitions", {"mal-import": {"when": "now", "end": "failed"}})
    spec = write(tmp_path, GOOD)
    ended = ferry("onboard", spec)
    assert "2 lines were refused" in ended.refused(3)
    assert "The import failed on request" in ended.out
    assert "labels.ndjson:1" in ended.out
    assert localbox.annotations() == []


def test_the_key_is_nowhere(ferry: Ferry, localbox: Localbox, tmp_path: Path) -> None:
    ferry("onboard", write(tmp_path, MIXED)).refused(3)
    files = [path for path in ferry.home.rglob("*") if path.is_file()]
    assert {"ledger.db", "streets.json", "lines.ndjson"} <= {path.name for path in files}
    assert [path for path in files if KEY.encode() in path.read_bytes()] == []
