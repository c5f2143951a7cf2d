"""Feature schemas in ontologies over REST, with the official SDK."""

from typing import Any

import httpx
import labelbox as lb
import lbox.exceptions as lb_exceptions
import pytest

from tests.localbox_server import KEY, Localbox

BOX = lb.Tool.Type.BBOX


def names(client: Any, ontology: Any) -> list[str]:
    return [tool.name for tool in client.get_ontology(ontology.uid).tools()]


def made_ontology(client: Any, unique: str) -> Any:
    nested = lb.Classification(class_type=lb.Classification.Type.TEXT, name="note")
    tools = [lb.Tool(tool=BOX, name=name, classifications=[nested]) for name in ("one", "two")]
    return client.create_ontology(unique, lb.OntologyBuilder(tools=tools).asdict(), media_type=lb.MediaType.Video)


def test_a_feature_is_made_renamed_and_replaced(client: Any, unique: str) -> None:
    made = client.upsert_feature_schema(lb.Tool(tool=BOX, name=f"cat {unique}").asdict())
    assert client.update_feature_schema_title(made.uid, f"dog {unique}").name == f"dog {unique}"
    ontology = client.create_ontology_from_feature_schemas(unique, [made.uid])
    again = lb.Tool(tool=BOX, name=f"cow {unique}", feature_schema_id=made.uid)
    assert client.upsert_feature_schema(again.asdict()).uid == made.uid
    assert names(client, ontology) == [f"cow {unique}"]
    with pytest.raises(lb_exceptions.LabelboxError, match="title"):
        client.update_feature_schema_title(made.uid, " ")


def test_a_feature_is_put_in_moved_and_taken_out(client: Any, unique: str) -> None:
    ontology = made_ontology(client, unique)
    three = client.create_feature_schema(lb.Tool(tool=BOX, name="three").asdict())
    client.insert_feature_schema_into_ontology(three.uid, ontology.uid, 0)
    assert names(client, ontology) == ["three", "one", "two"]
    client.insert_feature_schema_into_ontology(three.uid, ontology.uid, 9)
    assert names(client, ontology) == ["one", "two", "three"]
    gone = client.delete_feature_schema_from_ontology(ontology.uid, three.uid)
    assert (gone.deleted, gone.archived) == (True, False)
    assert names(client, ontology) == ["one", "two"]
    nested = client.get_ontology(ontology.uid).tools()[0].classifications[0]
    assert client.delete_feature_schema_from_ontology(ontology.uid, nested.feature_schema_id).deleted
    assert client.get_ontology(ontology.uid).tools()[0].classifications == []
    with pytest.raises(lb_exceptions.LabelboxError, match="FeatureSchema not found"):
        client.delete_feature_schema_from_ontology(ontology.uid, three.uid)


def test_a_feature_with_labels_is_archived(client: Any, project: Any, keys: list[str], unique: str) -> None:
    ontology = made_ontology(client, unique)
    project.connect_ontology(ontology)
    project.create_batch("b", global_keys=keys, priority=5)
    box = {"top": 1, "left": 1, "height": 2, "width": 2}
    note = [{"name": "note", "answer": "x"}]
    line = {"name": "one", "segments": [{"keyframes": [{"frame": 1, "bbox": box, "classifications": note}]}]}
    job = lb.LabelImport.create_from_objects(client, project.uid, unique, [line | {"dataRow": {"globalKey": keys[0]}}])
    assert job.errors == []
    one, two = client.get_ontology(ontology.uid).tools()
    kept = client.delete_feature_schema_from_ontology(ontology.uid, one.classifications[0].feature_schema_id)
    assert (kept.deleted, kept.archived) == (False, False)
    archived = client.delete_feature_schema_from_ontology(ontology.uid, one.feature_schema_id)
    assert (archived.deleted, archived.archived) == (False, True)
    assert client.is_feature_schema_archived(ontology.uid, one.feature_schema_id)
    assert not client.is_feature_schema_archived(ontology.uid, two.feature_schema_id)
    client.unarchive_feature_schema_node(ontology.uid, one.feature_schema_id)
    assert not client.is_feature_schema_archived(ontology.uid, one.feature_schema_id)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"position": "1"}', b'{"position": true}', b'{"normalized": 5}'])
def test_odd_bodies_are_refused(client: Any, localbox: Localbox, unique: str, body: bytes) -> None:
    ontology = made_ontology(client, unique)
    feature = ontology.tools()[0].feature_schema_id
    for method, path in (("PUT", ""), ("PATCH", "/definition")):
        address = f"{localbox.base}/api/v1/feature-schemas/{feature}{path}"
        assert asked(method, address, body).status_code == 400
    address = f"{localbox.base}/api/v1/ontologies/{ontology.uid}/feature-schemas/{feature}"
    assert asked("POST", address, body).status_code == 400


def asked(method: str, address: str, body: bytes) -> httpx.Response:
    return httpx.request(method, address, content=body, headers={"Authorization": f"Bearer {KEY}"})
