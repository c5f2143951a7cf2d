"""Attachments and metadata of existing rows, benchmarks, webhooks, and roles, with the official SDK."""

from datetime import UTC, datetime
from typing import Any

import lbox.exceptions as lb_exceptions
import pytest
from labelbox.schema.data_row_metadata import (
    DataRowMetadata,
    DataRowMetadataField,
    DataRowMetadataKind,
    DeleteDataRowMetadata,
)
from labelbox.schema.identifiable import GlobalKey
from labelbox.schema.identifiables import GlobalKeys
from labelbox.schema.webhook import Webhook

from tests.conformance import guide
from tests.localbox_server import Localbox


def test_attachments_come_and_go(client: Any, keys: list[str]) -> None:
    row = client.get_data_row_by_global_key(keys[0])
    note = row.create_attachment("RAW_TEXT", "look here", "note")
    row.create_attachment("IMAGE", "https://example.com/a.png")
    assert [each.attachment_value for each in row.attachments()] == ["look here", "https://example.com/a.png"]
    note.update(name="renamed", value="look there")
    first = next(iter(row.attachments()))
    assert (first.uid, first.attachment_name, first.attachment_value) == (note.uid, "renamed", "look there")
    assert first.attachment_type == "RAW_TEXT"
    note.delete()
    assert [each.attachment_type for each in row.attachments()] == ["IMAGE"]
    empty = f'dataRowId: "{row.uid}", type: TEXT, value: ""'
    with pytest.raises(lb_exceptions.MalformedQueryException, match="needs a value"):
        client.execute(f"mutation M {{createDataRowAttachment(data: {{{empty}}}) {{id}}}}")


def shown(row: Any) -> dict[str, Any]:
    return {field["name"]: field["value"] for field in row.metadata_fields}


def test_metadata_is_set_read_and_taken_away(client: Any, keys: list[str], unique: str) -> None:
    fields = client.get_data_row_metadata_ontology()
    fields.create_schema(f"weather {unique}", DataRowMetadataKind.enum, ["sun", "rain"])
    fields.create_schema(f"speed {unique}", DataRowMetadataKind.number)
    fields.refresh_ontology()

    def upsert(row: dict[str, str], **values: Any) -> list[Any]:
        sent = [DataRowMetadataField(name=f"{name} {unique}", value=value) for name, value in values.items()]
        return list(fields.bulk_upsert([DataRowMetadata(**row, fields=sent)]))

    row_id = client.get_data_row_by_global_key(keys[0]).uid
    assert upsert({"data_row_id": row_id}, weather="sun", speed=3) == []
    assert upsert({"global_key": keys[0]}, weather="rain") == []
    assert shown(client.get_data_row(row_id)) == {f"weather {unique}": "rain", f"speed {unique}": 3.0}
    (read,) = fields.bulk_export(GlobalKeys([keys[0]]))
    assert {field.name for field in read.fields} == {"rain", f"speed {unique}"}
    gone = [fields.get_by_name(f"speed {unique}").uid]
    assert fields.bulk_delete([DeleteDataRowMetadata(data_row_id=GlobalKey(keys[0]), fields=gone)]) == []
    assert shown(client.get_data_row(row_id)) == {f"weather {unique}": "rain"}


def test_reserved_fields_are_the_same_everywhere(client: Any, keys: list[str], dataset: Any) -> None:
    """The ids are constants of the service: those of tag, captureDateTime, split, and of split's option test."""
    tag, test = "cko8s9r5v0001h2dk9elqdidh", "cko8scbz70005h2dkastwhgqt"
    when, split = "cko8sdzv70006h2dk8jg64zvb", "cko8sbczn0002h2dkdaxb5kal"
    fields = client.get_data_row_metadata_ontology()
    assert fields.reserved_by_name["tag"].uid == tag
    assert fields.reserved_by_name["split"]["test"].uid == test
    assert fields.reserved_by_name["split"]["test"].parent == split
    assert fields.reserved_by_name["captureDateTime"].uid == when
    twice = [DataRowMetadataField(schema_id=tag, value=value) for value in ("a", "b")]
    task = dataset.create_data_rows([{"row_data": "https://example.com/a.mp4", "metadata_fields": twice}])
    task.wait_till_done()
    assert [error["message"] for error in task.errors] == [
        f"A schemaId can only be specified once per DataRow : [{tag}]"
    ]
    (failed,) = fields.bulk_delete([DeleteDataRowMetadata(data_row_id=GlobalKey(keys[0]), fields=[tag])])
    assert (failed.error, failed.fields) == ("Schema did not exist", [tag])
    fields.create_schema("only once", DataRowMetadataKind.string)
    with pytest.raises(lb_exceptions.MalformedQueryException):
        fields.create_schema("only once", DataRowMetadataKind.string)


def test_fields_that_the_organisation_does_not_have(localbox: Localbox) -> None:
    """The SDK looks names up itself; the service does too."""
    with localbox.client() as own:
        made = own.datasets.create("d").id
        rows = [
            {"global_key": f"{made}-{name}", "row_data": guide.VIDEO, "metadata_fields": [{"name": name, "value": "x"}]}
            for name in ("tag", "wether")
        ]
        said = own.data_rows.create(made, rows)
    assert list(said.created) == [f"{made}-tag"]
    assert [each.message for each in said.failures] == ["Custom metadata field not found: wether"]


def test_metadata_of_nobody_is_said(client: Any, keys: list[str]) -> None:
    fields = client.get_data_row_metadata_ontology()

    def noon() -> DataRowMetadataField:
        return DataRowMetadataField(name="captureDateTime", value=datetime(2026, 1, 2, tzinfo=UTC))

    rows = [DataRowMetadata(global_key=key, fields=[noon()]) for key in (keys[0], "nobody")]
    (failed,) = fields.bulk_upsert(rows)
    assert (failed.global_key, failed.error) == ("nobody", "DataRow not found: nobody")
    assert list(shown(client.get_data_row_by_global_key(keys[0]))) == ["captureDateTime"]


def test_benchmarks_of_a_project(labelled: Any) -> None:
    label = next(iter(labelled.labels()))
    label.create_benchmark()
    (benchmark,) = labelled.benchmarks()
    assert benchmark.reference_label().uid == label.uid
    benchmark.delete()
    assert list(labelled.benchmarks()) == []


def test_webhooks_and_roles_of_the_organisation(client: Any, project: Any) -> None:
    made = Webhook.create(client, topics=["LABEL_CREATED"], url="http://127.0.0.1:9/", secret="s", project=project)
    assert made.uid in {each.uid for each in client.get_organization().webhooks()}
    made.update(topics=["LABEL_DELETED"], url="http://127.0.0.1:9/other")
    (found,) = project.webhooks()
    assert (found.topics, found.url) == (["LABEL_DELETED"], "http://127.0.0.1:9/other")
    assert set(client.get_roles()) == {"LABELER", "REVIEWER", "TEAM_MANAGER", "ADMIN", "NONE"}
    assert client.get_user().org_role().uid == client.get_roles()["ADMIN"].uid
