"""The guide from its first step to its last, with the unmodified official SDK."""

import json
from typing import Any

import labelbox as lb
import lbox.exceptions as lb_exceptions
import pytest

from tests.conformance import guide

PARAMS = {"label_details": True, "project_details": True, "data_row_details": True}


@pytest.fixture(scope="module")
def key(request: pytest.FixtureRequest) -> str:
    return f"sample-video-jellyfish-{id(request)}.mp4"


@pytest.fixture(scope="module")
def dataset(client: Any, key: str) -> Any:
    made = client.create_dataset(name="video_demo_dataset", iam_integration=None)
    task = made.create_data_rows([{"row_data": guide.VIDEO, "global_key": key, "media_type": "VIDEO"}])
    task.wait_till_done()
    assert task.failed_data_rows is None
    assert task.errors is None
    return made


@pytest.fixture(scope="module")
def ontology(client: Any) -> Any:
    return client.create_ontology(
        "Video Annotation Import Demo Ontology", guide.ontology(), media_type=lb.MediaType.Video
    )


@pytest.fixture(scope="module")
def project(client: Any, ontology: Any, dataset: Any, key: str) -> Any:
    made = client.create_project(name="Video Annotation Import Demo", media_type=lb.MediaType.Video)
    made.connect_ontology(ontology)
    batch = made.create_batch("first-batch-video-demo2", global_keys=[key], priority=5)
    assert batch.size == 1
    return made


def test_rows_are_there(client: Any, dataset: Any, key: str) -> None:
    row = client.get_data_row_by_global_key(key)
    assert row.global_key == key
    assert row.row_data == guide.VIDEO
    assert [each.uid for each in dataset.data_rows()] == [row.uid]
    assert client.get_dataset(dataset.uid).row_count == 1


def test_duplicate_key_fails_alone(client: Any, dataset: Any, key: str) -> None:
    other = client.create_dataset(name="twin", iam_integration=None)
    task = other.create_data_rows([{"row_data": guide.VIDEO, "global_key": key, "media_type": "VIDEO"}])
    task.wait_till_done()
    assert task.status == "COMPLETE"
    assert [error["message"] for error in task.errors] == [f"Duplicate global key: '{key}'"]
    assert other.row_count == 0
    other.delete()
    with pytest.raises(lb_exceptions.ResourceNotFoundError):
        client.get_dataset(other.uid)


def test_ontology_comes_back(client: Any, ontology: Any, project: Any) -> None:
    found = client.get_ontology(ontology.uid)
    assert [tool.name for tool in found.tools()][:2] == ["bbox_video", "point_video"]
    assert all(tool.feature_schema_id for tool in found.tools())
    assert project.ontology().uid == ontology.uid
    assert ontology.uid in {each.uid for each in client.get_ontologies("Annotation Import Demo")}


def test_project_is_found_by_name(client: Any, project: Any) -> None:
    found = client.get_projects(where=lb.Project.name == "Video Annotation Import Demo")
    assert project.uid in {each.uid for each in found}


def test_batch_name_is_taken(project: Any, key: str) -> None:
    with pytest.raises(lb_exceptions.ResourceConflict):
        project.create_batch("first-batch-video-demo2", global_keys=[key], priority=5)


def test_pre_labels(client: Any, project: Any, key: str) -> None:
    job = lb.MALPredictionImport.create_from_objects(
        client=client, project_id=project.uid, name="mal_job", predictions=guide.labels(key)
    )
    assert job.errors == []
    assert {status["status"] for status in job.statuses} == {"SUCCESS"}
    assert len(job.statuses) == len(job.inputs)
    assert project.get_label_count() == 0


def test_ground_truth(client: Any, project: Any, key: str) -> None:
    job = lb.LabelImport.create_from_objects(
        client=client, project_id=project.uid, name="label_import_job", labels=guide.labels(key)
    )
    assert job.errors == []
    assert project.get_label_count() == 1
    (label,) = project.labels()
    assert label.is_benchmark_reference
    assert label.data_row().global_key == key
    assert json.loads(label.label)["segments"]


def test_export_reads_back_frame_by_frame(project: Any, key: str) -> None:
    task = project.export(params=PARAMS)
    task.wait_till_done()
    assert not task.has_errors()
    lines = [each.json for each in task.get_buffered_stream()]
    (line,) = [each for each in lines if each["data_row"]["global_key"] == key]
    (label,) = line["projects"][project.uid]["labels"]
    found = label["annotations"]
    kinds = {o["annotation_kind"] for frame in found["frames"].values() for o in frame["objects"].values()}
    assert kinds == {"VideoBoundingBox", "VideoPoint", "VideoPolyline", "VideoSegmentationMask"}
    boxes = [o["bounding_box"] for o in found["frames"]["13"]["objects"].values() if o["name"] == "bbox_video"]
    assert boxes == [{key: float(value) for key, value in guide.BOX.items()}]
    assert "14" not in found["frames"]
    assert "free_text_global" in {each["name"] for each in found["classifications"]}


def test_export_interpolates_on_request(project: Any) -> None:
    task = project.export(params={"interpolated_frames": True})
    task.wait_till_done()
    frames = next(iter(task.get_buffered_stream())).json["projects"][project.uid]["labels"][0]["annotations"]["frames"]
    assert {"13", "14", "15", "16", "17", "18", "19"} <= set(frames)


def test_unknown_name_fails_its_line_alone(client: Any, project: Any, key: str, unique: str) -> None:
    good = {"name": "free_text", "answer": "fine", "dataRow": {"globalKey": key}, "uuid": "good"}
    bad = {"name": "no_such", "answer": "x", "dataRow": {"globalKey": key}, "uuid": "bad"}
    job = lb.MALPredictionImport.create_from_objects(
        client=client, project_id=project.uid, name=unique, predictions=[good, bad]
    )
    (error,) = job.errors
    assert error["uuid"] == "bad"
    assert error["status"] == "FAILURE"
    assert error["errors"][0]["name"] == "ValidationError"
    assert error["errors"][0]["message"] == "Ontology does not contain name: no_such"
    assert [status["status"] for status in job.statuses] == ["SUCCESS", "FAILURE"]


def test_import_names_are_taken_once(client: Any, project: Any, key: str, unique: str) -> None:
    line = {"name": "free_text", "answer": "fine", "dataRow": {"globalKey": key}}
    first = lb.MALPredictionImport.create_from_objects(client, project.uid, unique, [dict(line)])
    with pytest.raises(lb_exceptions.ResourceConflict):
        lb.MALPredictionImport.create_from_objects(client, project.uid, unique, [dict(line)])
    assert lb.MALPredictionImport.from_name(client, project.uid, unique).uid == first.uid
    with pytest.raises(lb_exceptions.ResourceNotFoundError):
        lb.MALPredictionImport.from_name(client, project.uid, "another")
    first.delete()
    with pytest.raises(lb_exceptions.ResourceNotFoundError):
        lb.MALPredictionImport.from_name(client, project.uid, unique)
