"""What surrounds the guide: every resource by every path that the official SDK has to it."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import labelbox as lb
import lbox.exceptions as lb_exceptions
import pytest
from labelbox.schema.data_row import DataRow
from labelbox.schema.data_row_metadata import DataRowMetadataKind
from labelbox.schema.identifiable import GlobalKey, UniqueId
from labelbox.schema.label import Label
from labelbox.schema.webhook import Webhook

from tests.conformance import guide
from tests.conformance.conftest import KEY, Localbox, fetch

ROWS = 3


@pytest.fixture
def dataset(client: Any, unique: str) -> Any:
    made = client.create_dataset(name=f"dataset {unique}", iam_integration=None)
    rows = [
        {
            "row_data": guide.VIDEO,
            "global_key": f"{unique}-{n}",
            "external_id": f"ext-{unique}-{n}",
            "media_type": "VIDEO",
        }
        for n in range(ROWS)
    ]
    task = made.create_data_rows(rows)
    task.wait_till_done()
    assert task.errors is None
    return made


@pytest.fixture
def keys(unique: str, dataset: Any) -> list[str]:
    return [f"{unique}-{n}" for n in range(ROWS)]


@pytest.fixture
def project(client: Any, unique: str) -> Any:
    made = client.create_project(name=f"project {unique}", media_type=lb.MediaType.Video)
    made.connect_ontology(client.create_ontology(f"ontology {unique}", guide.ontology(), media_type=lb.MediaType.Video))
    return made


@pytest.fixture
def labelled(client: Any, project: Any, keys: list[str]) -> Any:
    project.create_batch("all", global_keys=keys, priority=1)
    lines = [{"name": "free_text", "answer": key, "dataRow": {"globalKey": key}} for key in keys]
    job = lb.LabelImport.create_from_objects(client, project.uid, "truth", lines)
    assert job.errors == []
    return project


def test_look_up_keeps_the_order_and_marks_holes(client: Any, keys: list[str]) -> None:
    found = client.get_data_row_ids_for_global_keys([keys[1], "nobody", keys[0].upper()])
    assert found["status"] == "PARTIAL SUCCESS"
    assert found["results"][1] == ""
    assert all(found["results"][n] for n in (0, 2))
    assert found["errors"] == [{"error": "Data Row not found", "global_key": "nobody"}]


def test_upsert_by_key(client: Any, dataset: Any, keys: list[str]) -> None:
    first = client.get_data_row_by_global_key(keys[0])
    task = dataset.upsert_data_rows(
        [
            {"key": GlobalKey(keys[0]), "global_key": keys[0] + "-new"},
            {"key": UniqueId(first.uid), "external_id": "renamed"},
            {"key": GlobalKey("nobody"), "external_id": "x"},
        ]
    )
    task.wait_till_done()
    assert len(task.errors) == 1
    row = client.get_data_row(first.uid)
    assert (row.global_key, row.external_id) == (keys[0] + "-new", "renamed")


def test_equal_keys_in_one_upload(dataset: Any, unique: str) -> None:
    row = {"row_data": guide.VIDEO, "global_key": f"twin-{unique}", "media_type": "VIDEO"}
    task = dataset.create_data_rows([dict(row), dict(row)])
    task.wait_till_done()
    assert len(task.result) == 1
    assert [error["message"] for error in task.errors] == [f"Duplicate global key: 'twin-{unique}'"]


def test_deleted_rows_free_their_keys(client: Any, dataset: Any, keys: list[str]) -> None:
    DataRow.bulk_delete([client.get_data_row_by_global_key(keys[0])])
    with pytest.raises(lb_exceptions.ResourceNotFoundError):
        client.get_data_row_by_global_key(keys[0])
    task = dataset.create_data_rows([{"row_data": guide.VIDEO, "global_key": keys[0], "media_type": "VIDEO"}])
    task.wait_till_done()
    assert task.errors is None


def test_global_keys_are_cleared_and_assigned(client: Any, keys: list[str]) -> None:
    row = client.get_data_row_by_global_key(keys[0])
    cleared = client.clear_global_keys([keys[0], "nobody"])
    assert cleared["results"] == [keys[0]]
    assigned = client.assign_global_keys_to_data_rows([{"data_row_id": row.uid, "global_key": keys[0] + "-again"}])
    assert assigned["status"] == "SUCCESS"
    assert client.get_data_row(row.uid).global_key == keys[0] + "-again"
    refused = client.assign_global_keys_to_data_rows([{"data_row_id": row.uid, "global_key": "k" * 201}])
    assert refused["status"] == "FAILURE"


def test_rows_by_external_id_and_relations(client: Any, dataset: Any, unique: str) -> None:
    (row,) = dataset.data_rows_for_external_id(f"ext-{unique}-1")
    assert row.dataset().uid == dataset.uid
    assert row.created_by().uid == client.get_user().uid
    assert row.organization().uid == client.get_organization().uid
    row.update(external_id="other")
    assert client.get_data_row(row.uid).external_id == "other"
    assert client.get_data_row_ids_for_external_ids(["other"])["other"]


def test_local_file_travels_and_comes_back(client: Any, dataset: Any, unique: str, tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"not really a video" * 100)
    task = dataset.create_data_rows([{"row_data": str(clip), "global_key": f"file-{unique}", "media_type": "VIDEO"}])
    task.wait_till_done()
    assert task.errors is None
    row = client.get_data_row_by_global_key(f"file-{unique}")
    assert fetch(row.row_data) == clip.read_bytes()


def test_metadata_and_attachments_are_kept(client: Any, dataset: Any, unique: str) -> None:
    asset = {
        "row_data": guide.VIDEO,
        "global_key": f"rich-{unique}",
        "media_type": "VIDEO",
        "metadata_fields": [{"name": "tag", "value": "night"}],
        "attachments": [{"type": "RAW_TEXT", "value": "a note", "name": "note"}],
    }
    task = dataset.create_data_rows([asset])
    task.wait_till_done()
    assert task.errors is None
    row = client.get_data_row_by_global_key(f"rich-{unique}")
    assert [(field["name"], field["value"]) for field in row.metadata_fields] == [("tag", "night")]
    assert [each.attachment_value for each in row.attachments()] == ["a note"]


def test_metadata_fields_of_ones_own(client: Any, dataset: Any, unique: str) -> None:
    fields = client.get_data_row_metadata_ontology()
    fields.create_schema(f"weather {unique}", DataRowMetadataKind.enum, ["sun", "rain"])
    fields.create_schema(f"count {unique}", DataRowMetadataKind.number)
    sent = {f"weather {unique}": "rain", f"count {unique}": 7.0, "split": "train"}
    values = [{"name": name, "value": value} for name, value in sent.items()]
    asset = {"row_data": guide.VIDEO, "global_key": f"meta-{unique}", "metadata_fields": values}
    task = dataset.create_data_rows([asset])
    task.wait_till_done()
    assert task.errors is None
    row = client.get_data_row_by_global_key(f"meta-{unique}")
    assert {field["name"]: field["value"] for field in row.metadata_fields} == sent
    assert fields.delete_schema(f"weather {unique}")
    assert f"weather {unique}" not in {field.name for field in client.get_data_row_metadata_ontology().fields}


def test_default_integration_is_none(client: Any, unique: str) -> None:
    assert client.get_organization().get_iam_integrations() == []
    made = client.create_dataset(name=unique)
    assert made.iam_integration() is None if hasattr(made, "iam_integration") else True
    made.update(name=unique + " renamed", description="d")
    assert client.get_dataset(made.uid).description == "d"


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


def test_task_queues(labelled: Any) -> None:
    assert {queue.name: queue.data_row_count for queue in labelled.task_queues()} == {
        "Initial labeling task": 0,
        "Done": ROWS,
    }


def test_imports_are_listed(client: Any, labelled: Any, keys: list[str]) -> None:
    line = {"name": "free_text", "answer": "x", "dataRow": {"globalKey": keys[0]}}
    lb.MALPredictionImport.create_from_objects(client, labelled.uid, "mal", [line])
    assert [each.name for each in labelled.get_label_imports()] == ["truth"]
    (mal,) = labelled.get_mal_prediction_imports()
    mal.delete()
    assert list(labelled.get_mal_prediction_imports()) == []


def test_import_from_a_file_and_a_url(client: Any, labelled: Any, keys: list[str], tmp_path: Path) -> None:
    path = tmp_path / "lines.ndjson"
    path.write_text(json.dumps({"name": "free_text", "answer": "x", "dataRow": {"globalKey": keys[0]}}) + "\n")
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


def test_unknown_operations_say_their_name(client: Any, project: Any) -> None:
    with pytest.raises(lb_exceptions.OperationNotAllowedException, match="CloneProject"):
        project.clone()


@pytest.fixture
def listener() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    heard: list[dict[str, Any]] = []

    class Ear(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append({"headers": dict(self.headers), "body": body})
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Ear)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/hook", heard
    server.shutdown()
    thread.join()
    server.server_close()


def test_webhooks_are_signed(client: Any, project: Any, keys: list[str], listener: Any) -> None:
    import hashlib
    import hmac
    import time

    url, heard = listener
    hook = Webhook.create(client, [Webhook.LABEL_CREATED], url, "secret", project)
    assert hook.status == "ACTIVE"
    project.create_batch("b", global_keys=keys[:1], priority=5)
    line = {"name": "free_text", "answer": "x", "dataRow": {"globalKey": keys[0]}}
    lb.LabelImport.create_from_objects(client, project.uid, "truth", [line])
    for _ in range(100):
        if heard:
            break
        time.sleep(0.05)
    (event,) = heard
    expected = hmac.new(b"secret", event["body"], hashlib.sha1).hexdigest()
    assert event["headers"]["X-Hub-Signature"] == f"sha1={expected}"
    assert event["headers"]["X-Labelbox-Event"] == "label_created"
    assert json.loads(event["body"])["project"]["id"] == project.uid


def test_two_servers_on_one_folder(launch: Callable[..., Localbox], unique: str, tmp_path: Path) -> None:
    one, two = launch(folder=tmp_path / "data"), launch(folder=tmp_path / "data")
    made = lb.Client(KEY, endpoint=one.endpoint).create_dataset(name=unique, iam_integration=None)
    assert lb.Client(KEY, endpoint=two.endpoint).get_dataset(made.uid).name == unique


def test_files_survive_a_change_of_port(launch: Callable[..., Localbox], unique: str, tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"bytes of a clip")
    first = launch()
    dataset = lb.Client(KEY, endpoint=first.endpoint).create_dataset(name=unique, iam_integration=None)
    dataset.create_data_rows([{"row_data": str(clip), "global_key": unique, "media_type": "VIDEO"}]).wait_till_done()
    first.stop()
    again = launch()
    row = lb.Client(KEY, endpoint=again.endpoint).get_data_row_by_global_key(unique)
    assert row.row_data.startswith(again.base)
    assert fetch(row.row_data) == clip.read_bytes()


def test_killed_it_comes_back_with_what_it_had_answered_for(launch: Callable[..., Localbox], unique: str) -> None:
    first = launch()
    made = lb.Client(KEY, endpoint=first.endpoint).create_dataset(name=unique, iam_integration=None)
    first.process.kill()
    first.process.communicate()
    again = launch()
    assert lb.Client(KEY, endpoint=again.endpoint).get_dataset(made.uid).name == unique
