"""The guide's lines with both clients: imports of both kinds, their verdicts, the export read back, clean-up."""

from typing import Any, get_args

import pytest
from labelbox.data.serialization.ndjson.converter import NDJsonConverter

from tests.conformance import guide
from tests.conformance.driver import Driver, Kind, Line, Refused
from tests.conformance.own_driver import OwnDriver
from tests.conformance.wire import Wiretap, checked, faults

KINDS: tuple[Kind, ...] = get_args(Kind)


@pytest.fixture
def key(unique: str) -> str:
    return f"video-{unique}"


@pytest.fixture
def project(driver: Driver, unique: str, key: str) -> str:
    dataset = driver.dataset(unique)
    rows = [{"row_data": guide.VIDEO, "global_key": each, "media_type": "VIDEO"} for each in (key, f"{key}-2")]
    assert driver.upload(dataset, rows).failed == {}
    made = driver.project(unique)
    driver.connect(made, driver.ontology(unique, guide.ontology()))
    assert driver.batch(made, "first", [key, f"{key}-2"]).size == 2
    return made


def guide_lines(key: str) -> list[Line]:
    """Step 5's labels as the official SDK writes them."""
    return [dict(line) for line in NDJsonConverter.serialize(guide.labels(key))]


def caption(key: str, number: int, **more: Any) -> Line:
    return {"name": "free_text", "answer": "fine", "dataRow": {"globalKey": key}, "uuid": f"line-{number}"} | more


@pytest.mark.parametrize("kind", KINDS)
def test_the_whole_guide_is_taken(driver: Driver, project: str, key: str, kind: Kind) -> None:
    lines = guide_lines(key)
    job = driver.submit(project, "job", lines, kind)
    assert job.statuses == ("SUCCESS",) * len(lines)
    assert (job.errors, job.inputs) == ({}, len(lines))
    assert driver.label_count(project) == (1 if kind == "ground truth" else 0)
    assert driver.jobs(project, kind) == ["job"]
    assert driver.found(project, "job", kind) == job.id


@pytest.mark.parametrize("kind", KINDS)
def test_bad_lines_fail_alone(driver: Driver, project: str, key: str, kind: Kind) -> None:
    lines = [
        caption(key, 0),
        caption(key, 1, name="no_such"),
        caption("nobody", 2),
        caption(key, 3, name="radio_class_global", answer={"name": "no_such_answer"}),
        caption(f"{key}-2", 4),
    ]
    job = driver.submit(project, "job", lines, kind)
    assert job.statuses == ("SUCCESS", "FAILURE", "FAILURE", "FAILURE", "SUCCESS")
    assert job.errors["line-1"] == ["Ontology does not contain name: no_such"]
    assert set(job.errors) == {"line-1", "line-2", "line-3"}
    assert all("no_such_answer" in message for message in job.errors["line-3"])


@pytest.mark.parametrize("kind", KINDS)
def test_names_of_imports_are_taken_once(driver: Driver, project: str, key: str, kind: Kind) -> None:
    driver.submit(project, "job", [caption(key, 0)], kind)
    with pytest.raises(Refused, match="taken"):
        driver.submit(project, "job", [caption(key, 1)], kind)
    with pytest.raises(Refused, match="not there"):
        driver.found(project, "another", kind)


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_import_is_refused(driver: Driver, project: str, kind: Kind) -> None:
    with pytest.raises(Refused, match=r"malformed.*empty"):
        driver.submit(project, "job", [], kind)
    assert driver.jobs(project, kind) == []


def test_pre_labels_are_taken_back(driver: Driver, project: str, key: str) -> None:
    driver.submit(project, "job", [caption(key, 0)], "pre-labels")
    driver.take_back(project, "job")
    assert driver.jobs(project, "pre-labels") == []
    with pytest.raises(Refused, match="not there"):
        driver.found(project, "job", "pre-labels")


def test_labels_are_listed_and_deleted(driver: Driver, project: str, key: str) -> None:
    lines = [caption(key, 0, isBenchmarkReferenceLabel=True), caption(f"{key}-2", 1)]
    driver.submit(project, "job", lines, "ground truth")
    found = {label.global_key: label for label in driver.labels(project)}
    assert {each: label.benchmark for each, label in found.items()} == {key: True, f"{key}-2": False}
    driver.delete_labels(project, [found[key]])
    assert [label.global_key for label in driver.labels(project)] == [f"{key}-2"]
    assert driver.label_count(project) == 1


def test_the_export_reads_back_frame_by_frame(driver: Driver, project: str, key: str) -> None:
    driver.submit(project, "job", guide_lines(key), "ground truth")
    (row,) = [each for each in driver.export(project) if each.global_key == key]
    (label,) = row.labels
    frames = label["annotations"]["frames"]
    kinds = {shape["annotation_kind"] for frame in frames.values() for shape in frame["objects"].values()}
    assert kinds == {"VideoBoundingBox", "VideoPoint", "VideoPolyline", "VideoSegmentationMask"}
    for frame in ("13", "19"):
        boxes = [o["bounding_box"] for o in frames[frame]["objects"].values() if o["name"] == "bbox_video"]
        assert boxes == [{name: float(value) for name, value in guide.BOX.items()}]
    assert "14" not in frames
    assert "free_text_global" in {each["name"] for each in label["annotations"]["classifications"]}


def test_the_export_fills_frames_on_request(driver: Driver, project: str, key: str) -> None:
    keyframes = [{"frame": 1, "bbox": guide.BOX}, {"frame": 4, "bbox": guide.BOX}]
    line = {"name": "bbox_video", "segments": [{"keyframes": keyframes}], "uuid": "box", "dataRow": {"globalKey": key}}
    driver.submit(project, "job", [line], "ground truth")
    (row,) = driver.export(project, [key], interpolated=True)
    assert list(row.labels[0]["annotations"]["frames"]) == ["1", "2", "3", "4"]
    (sparse,) = driver.export(project, [key])
    assert list(sparse.labels[0]["annotations"]["frames"]) == ["1", "4"]


def test_exports_of_some_and_of_none(driver: Driver, project: str, key: str, unique: str) -> None:
    assert {each.global_key for each in driver.export(project)} == {key, f"{key}-2"}
    (row,) = driver.export(project, [key])
    assert (row.global_key, row.labels) == (key, [])
    assert driver.export(driver.project(f"{unique} bare")) == []


@pytest.mark.parametrize("driver", ["own"], indirect=True)
def test_the_wire_is_watched(driver: Driver, wire: Wiretap, project: str, key: str) -> None:
    assert isinstance(driver, OwnDriver)
    driver.submit(project, "job", [caption(key, 0)], "ground truth")
    assert {
        "UploadFile",
        "UpsertDataRowsPyApi",
        "createBatchV2PyApi",
        "createLabelImportByFilePyApi",
    } <= wire.operations
    assert faults("localbox", "query Q {user {nothing}}")
    with pytest.raises(AssertionError, match="param_0"):
        checked("query Q($param_0: ID!) {dataset(where: {id: $param_0}) {id}}", {"param_0": None})
