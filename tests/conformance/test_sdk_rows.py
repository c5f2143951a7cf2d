"""Rows by every path that the official SDK has to them."""

from pathlib import Path
from typing import Any

import lbox.exceptions as lb_exceptions
import pytest
from labelbox.schema.data_row import DataRow
from labelbox.schema.data_row_metadata import DataRowMetadataKind
from labelbox.schema.identifiable import GlobalKey, UniqueId

from tests.conformance import guide
from tests.conformance.conftest import fetch


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


def test_upsert_takes_metadata_by_name_and_replaces_attachments(client: Any, dataset: Any, unique: str) -> None:
    key = f"described-{unique}"

    def upsert(**item: Any) -> Any:
        task = dataset.upsert_data_rows([item])
        task.wait_till_done()
        assert task.errors is None
        return client.get_data_row_by_global_key(key)

    def fields(row: Any) -> dict[str, Any]:
        return {field["name"]: field["value"] for field in row.metadata_fields}

    notes = [{"type": "RAW_TEXT", "value": "a", "name": "one"}, {"type": "RAW_TEXT", "value": "b", "name": "two"}]
    named = [{"name": "tag", "value": "night"}, {"name": "split", "value": "train"}]
    made = upsert(row_data=guide.VIDEO, global_key=key, attachments=notes, metadata=named)
    assert fields(made) == {"tag": "night", "split": "train"}
    (read,) = client.get_data_row_metadata_ontology().bulk_export([made.uid])
    assert {field.name for field in read.fields} == {"tag", "train"}
    changed = upsert(key=GlobalKey(key), attachments=notes[:1], metadata=[{"name": "tag", "value": "day"}])
    assert fields(changed) == {"tag": "day"}
    assert [each.attachment_name for each in changed.attachments()] == ["one"]


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
