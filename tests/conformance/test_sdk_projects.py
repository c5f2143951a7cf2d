"""Projects, batches, labels, exports and ontologies by every path that the official SDK has to them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import labelbox as lb
import lbox.exceptions as lb_exceptions
import pytest
from labelbox.schema.label import Label

from tests.conformance import guide
from tests.conformance.conftest import ROWS
from tests.localbox_server import KEY, Localbox


def test_rows_already_in_the_project(client: Any, project: Any, keys: list[str]) -> None:
    project.create_batch("one", global_keys=keys[:2], priority=5)
    with pytest.raises(lb_exceptions.MalformedQueryException, match="No valid data rows to add to project"):
        project.create_batch("two", global_keys=keys[:1], priority=5)
    ids = client.get_data_row_ids_for_global_keys(keys)["results"]
    mixed = project.create_batch("three", data_rows=[*ids, "no-such-row"], priority=5)
    assert mixed.size == 1
    assert set(mixed.failed_data_row_ids) == {*ids[:2], "no-such-row"}


def test_priority_must_be_a_number(project: Any, keys: list[str]) -> None:
    with pytest.raises(lb_exceptions.LabelboxError):
        project.create_batch("b", global_keys=keys, priority="high")


def test_consensus_settings_come_back(project: Any, keys: list[str]) -> None:
    settings = {"number_of_labels": 2, "coverage_percentage": 0.5}
    batch = project.create_batch("b", global_keys=keys, priority=5, consensus_settings=settings)
    assert json.loads(batch.consensus_settings_json) == {"numberOfLabels": 2, "coveragePercentage": 0.5}


def test_many_batches(project: Any, dataset: Any, keys: list[str]) -> None:
    task = project.create_batches("part-", global_keys=keys[:1], priority=5)
    task.wait_till_done()
    assert task.errors() is None
    assert [batch.name for batch in task.result()] == ["part-0000"]
    rest = project.create_batches_from_dataset("rest-", dataset.uid, priority=5)
    rest.wait_till_done()
    assert rest.errors() is None
    assert {batch.name for batch in project.batches()} == {"part-0000", "rest-0000"}


def test_batches_are_emptied_and_deleted(labelled: Any) -> None:
    (batch,) = labelled.batches()
    with pytest.raises(lb_exceptions.MalformedQueryException, match="forbidden"):
        batch.delete()
    batch.remove_queued_data_rows()
    assert labelled.get_label_count() == ROWS
    batch.delete_labels()
    assert labelled.get_label_count() == 0
    batch.remove_queued_data_rows()
    batch.delete()
    assert list(labelled.batches()) == []


def test_deleted_labels_stay_as_templates(client: Any, localbox: Localbox, labelled: Any, keys: list[str]) -> None:
    (batch,) = labelled.batches()
    batch.delete_labels(set_labels_as_template=True)
    assert labelled.get_label_count() == 0
    row = client.get_data_row_by_global_key(keys[0]).uid
    address = f"{localbox.base}/_page/projects/{labelled.uid}/rows/{row}"
    page = httpx.get(address, headers={"Authorization": f"Bearer {KEY}"}).json()
    assert page["labels"] == []
    assert [each["text_answer"]["content"] for each in page["predictions"]["classifications"]] == [keys[0]]


def test_labels_are_deleted_in_bulk(labelled: Any) -> None:
    found = list(labelled.labels())
    Label.bulk_delete(found[:2])
    assert labelled.get_label_count() == ROWS - 2
    found[2].create_benchmark()
    assert next(iter(labelled.labels())).is_benchmark_reference


def test_export_filters(client: Any, labelled: Any, dataset: Any, keys: list[str]) -> None:
    task = labelled.export(filters={"global_keys": keys[:2]})
    task.wait_till_done()
    lines = [each.json for each in task.get_buffered_stream()]
    assert {line["data_row"]["global_key"] for line in lines} == set(keys[:2])
    ids = client.get_data_row_ids_for_global_keys(keys[:1])["results"]
    catalog = dataset.export(filters={"data_row_ids": ids}, params={"project_ids": [labelled.uid], "attachments": True})
    catalog.wait_till_done()
    (line,) = [each.json for each in catalog.get_buffered_stream()]
    label = line["projects"][labelled.uid]["labels"][0]
    assert label["annotations"]["classifications"][0]["text_answer"]["content"] == keys[0]
    (batch,) = labelled.batches()
    by_batch = labelled.export(filters={"batch_ids": [batch.uid], "last_activity_at": ["2020-01-01", "2100-01-01"]})
    by_batch.wait_till_done()
    assert len(list(by_batch.get_buffered_stream())) == ROWS


def test_export_of_nothing(project: Any) -> None:
    task = project.export()
    task.wait_till_done()
    assert not task.has_result()


def test_task_queues(labelled: Any, keys: list[str]) -> None:
    first, review, rework = labelled.task_queues()
    assert [each.queue_type for each in (first, review, rework)] == [
        "INITIAL_LABELING_QUEUE",
        "MANUAL_REVIEW_QUEUE",
        "MANUAL_REWORK_QUEUE",
    ]
    assert labelled.get_overview().done == ROWS
    labelled.move_data_rows_to_task_queue(lb.GlobalKeys(keys[:1]), review.uid)
    overview = labelled.get_overview()
    assert (overview.done, overview.in_review, overview.to_label) == (ROWS - 1, 1, 0)
    assert [each.data_row_count for each in labelled.task_queues()] == [0, 1, 0]
    reviewed = labelled.export(filters={"workflow_status": "InReview"}, params={"project_details": True})
    reviewed.wait_till_done()
    (entry,) = reviewed.get_buffered_stream()
    details = entry.json["projects"][labelled.uid]["project_details"]
    assert (details["workflow_status"], len(details["workflow_history"])) == ("IN_REVIEW", 1)


def test_imports_are_listed(client: Any, labelled: Any, keys: list[str]) -> None:
    line = {"name": "free_text", "answer": "x", "dataRow": {"globalKey": keys[0]}}
    lb.MALPredictionImport.create_from_objects(client, labelled.uid, "mal", [line])
    assert [each.name for each in labelled.get_label_imports()] == ["truth"]
    (mal,) = labelled.get_mal_prediction_imports()
    mal.delete()
    assert list(labelled.get_mal_prediction_imports()) == []


def test_import_from_a_file_and_a_url(client: Any, labelled: Any, keys: list[str], tmp_path: Path) -> None:
    path = tmp_path / "lines.ndjson"
    path.write_text(json.dumps({"name": "free_text", "answer": "x", "dataRow": {"globalKey": keys[0]}}) + "\n", "utf-8")
    job = lb.MALPredictionImport.create_from_file(client, labelled.uid, "by-file", str(path))
    assert [status["status"] for status in job.statuses] == ["SUCCESS"]
    again = lb.LabelImport.create_from_url(client, labelled.uid, "by-url", job.input_file_url)
    assert [status["status"] for status in again.statuses] == ["SUCCESS"]


def test_project_settings_and_deletion(client: Any, project: Any) -> None:
    assert (project.auto_audit_percentage, project.auto_audit_number_of_labels) == (0, 3)
    project.update(description="new")
    assert client.get_project(project.uid).description == "new"
    assert project.created_by().uid == client.get_user().uid
    project.delete()
    with pytest.raises(lb_exceptions.ResourceNotFoundError):
        client.get_project(project.uid)


def test_ontologies_in_use_stay(client: Any, project: Any, unique: str) -> None:
    ontology = project.ontology()
    assert [each.uid for each in ontology.projects()] == [project.uid]
    with pytest.raises(lb_exceptions.LabelboxError, match="connected to a project"):
        client.delete_unused_ontology(ontology.uid)
    spare = client.create_ontology(f"spare {unique}", {"tools": [], "classifications": []})
    assert spare.uid in client.get_unused_ontologies()
    client.delete_unused_ontology(spare.uid)
    with pytest.raises(lb_exceptions.ResourceNotFoundError):
        client.get_ontology(spare.uid)


def test_feature_schemas(client: Any, unique: str) -> None:
    made = client.create_feature_schema({"tool": "rectangle", "name": f"cat {unique}", "color": "black"})
    assert client.get_feature_schema(made.uid).name == f"cat {unique}"
    assert [each.uid for each in client.get_feature_schemas(f"cat {unique}")] == [made.uid]
    assert made.uid in client.get_unused_feature_schemas()
    client.delete_unused_feature_schema(made.uid)
    assert list(client.get_feature_schemas(f"cat {unique}")) == []


def test_a_project_can_come_without_an_editor(localbox: Localbox, client: Any, unique: str) -> None:
    localbox.control("POST", "behaviour", {"editor": "none"})
    made = client.create_project(name=unique, media_type=lb.MediaType.Video)
    localbox.control("POST", "behaviour", {})
    assert made.labeling_frontend() is None
    made.connect_ontology(client.create_ontology(unique, guide.ontology(), media_type=lb.MediaType.Video))
    assert made.labeling_frontend().name == "Editor"
    assert client.create_project(name=unique, media_type=lb.MediaType.Video).labeling_frontend().name == "Editor"


def test_unknown_operations_say_their_name(client: Any, project: Any) -> None:
    with pytest.raises(lb_exceptions.OperationNotAllowedException, match="createModel"):
        client.create_model("model", project.ontology().uid)


def test_unknown_relations_say_their_name(project: Any) -> None:
    told = r"ProjectModelConfigs.*localbox has no Project\.projectModelConfigs"
    with pytest.raises(lb_exceptions.OperationNotAllowedException, match=told):
        project.project_model_configs()


def test_labels_are_the_users_and_not_reviewed(client: Any, labelled: Any, unique: str) -> None:
    """fiftyone and scripts ask for it: ``project.review_metrics(None)`` counts the labels without a review."""
    net = lb.Review.NetScore
    assert [labelled.review_metrics(score) for score in (None, net.Negative, net.Zero, net.Positive)] == [ROWS, 0, 0, 0]
    assert [list(label.reviews()) for label in labelled.labels()] == [[]] * ROWS
    (performance,) = labelled.labeler_performance()
    assert (performance.user, performance.count) == (client.get_user(), ROWS)
    assert datetime.now(UTC) - performance.last_activity_time < timedelta(minutes=1)
    fresh = client.create_project(name=unique, media_type=lb.MediaType.Video)
    assert list(fresh.labeler_performance()) == []
