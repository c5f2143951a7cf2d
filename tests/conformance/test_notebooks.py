"""The jobs of Labelbox's notebooks (github.com/Labelbox/labelbox-notebooks), on video rows, one test each.

Names in the SDK that 7.17 no longer has are replaced: ``project.setup_editor`` is ``connect_ontology``.
"""

import io
import urllib.request
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import labelbox as lb
import labelbox.types as T
import pytest
from labelbox.schema.conflict_resolution_strategy import ConflictResolutionStrategy
from labelbox.schema.data_row_metadata import DataRowMetadataKind
from PIL import Image

from tests.conformance import guide

pytestmark = pytest.mark.full

EVERYTHING = dict.fromkeys(
    (
        "attachments",
        "metadata_fields",
        "data_row_details",
        "project_details",
        "label_details",
        "performance_details",
        "interpolated_frames",
        "embeddings",
    ),
    True,
)
EVER = ["2000-01-01 00:00:00", "2050-01-01 00:00:00"]
CAR, PERSON = (76, 104, 177), (227, 135, 126)
MASKS = {CAR: "video_mask", PERSON: "mask_with_text_subclass"}
RADIO = lb.OntologyBuilder(classifications=[guide.classification(guide.Kind.RADIO, "quality", guide.options("a", "b"))])


def exported(task: Any) -> list[dict[str, Any]]:
    """The rows of an export, read as the notebooks read them."""
    task.wait_till_done()
    assert not task.has_errors()
    rows: list[dict[str, Any]] = []
    stream = task.get_buffered_stream(stream_type=lb.StreamType.RESULT)
    stream.start(stream_handler=lambda output: rows.append(output.json))
    assert task.get_total_lines(stream_type=lb.StreamType.RESULT) == len(rows)
    return rows


def connected(client: Any, project: Any) -> Any:
    """An ontology without media type, connected to a project."""
    ontology = client.create_ontology(f"ontology {uuid.uuid4()}", RADIO.asdict())
    project.connect_ontology(ontology)
    return ontology


@pytest.fixture
def empty(client: Any, unique: str) -> Iterator[Any]:
    """A new project without an ontology."""
    made = client.create_project(name=f"notebook {unique}", description="a description", media_type=lb.MediaType.Video)
    yield made
    made.delete()


@pytest.fixture
def answered(client: Any, empty: Any, keys: list[str]) -> Any:
    """A project whose rows have ground truth."""
    connected(client, empty)
    empty.create_batch("project-demo", global_keys=keys, priority=1)
    answer = T.Radio(answer=T.ClassificationAnswer(name="b"))
    annotation = T.ClassificationAnnotation(name="quality", value=answer)
    labels = [T.Label(data={"global_key": key}, annotations=[annotation]) for key in keys]
    job = lb.LabelImport.create_from_objects(client=client, project_id=empty.uid, name="import job", labels=labels)
    job.wait_till_done()
    assert job.errors == []
    return empty


def test_data_rows(client: Any, unique: str, tmp_path: Any) -> None:
    """basics/data_rows.ipynb."""
    made, other = (client.create_dataset(name=f"{unique} {n}") for n in (1, 2))
    reserved = client.get_data_row_metadata_ontology().reserved_by_name
    tag = lb.DataRowMetadataField(schema_id=reserved["tag"].uid, value="tag_string")
    kinds = ("IMAGE_OVERLAY", "TEXT_URL", "IMAGE", "VIDEO", "HTML", "PDF_URL")
    attachments = [{"type": kind, "value": f"https://example.com/{kind}"} for kind in kinds]
    attachments.append({"type": "RAW_TEXT", "value": "a text"})
    (local := tmp_path / "local.mp4").write_bytes(b"a video")
    common = {"row_data": guide.VIDEO, "metadata_fields": [tag], "attachments": attachments}
    task = made.upsert_data_rows(
        [common | {"global_key": unique}, {"row_data": str(local), "global_key": f"{unique}-2"}]
    )
    task.wait_till_done()
    assert (task.errors, len(task.result)) == (None, 2)
    first, *_ = (row["data_row"] for row in exported(made.export()) if row["data_row"]["global_key"] == unique)

    taken = lb.DataRowMetadataField(schema_id=reserved["captureDateTime"].uid, value="2000-01-01 00:00:00")
    change = {"key": lb.UniqueId(first["id"]), "global_key": f"new-{unique}", "metadata_fields": [taken, tag]}
    task = other.upsert_data_rows([change])
    task.wait_till_done()
    assert task.errors is None
    assert client.get_data_row_ids_for_global_keys([f"new-{unique}"])["results"] == [first["id"]]
    row = client.get_data_row(first["id"])
    assert {field["name"] for field in row.metadata_fields} == {"captureDateTime", "tag"}
    assert len(list(row.attachments())) == len(attachments)
    attachment = row.create_attachment(attachment_type="RAW_TEXT", attachment_value="labelers see this")
    attachment.update(type="RAW_TEXT", value="new text")
    assert "new text" in {each.attachment_value for each in row.attachments()}

    row.delete()
    lb.DataRow.bulk_delete(list(made.data_rows()))
    assert list(made.data_rows()) == []


def test_metadata(client: Any, unique: str) -> None:
    """basics/data_row_metadata.ipynb; its row has two values of an enum, which the service refuses."""
    ontology = client.get_data_row_metadata_ontology()
    number, enum = f"number {unique}", f"enum {unique}"
    ontology.create_schema(name=number, kind=DataRowMetadataKind.number)
    ontology.create_schema(name=enum, kind=DataRowMetadataKind.enum, options=["option1", "option2"])
    fields = [lb.DataRowMetadataField(name=enum, value="option1"), lb.DataRowMetadataField(name="split", value="train")]
    when = {"name": "captureDateTime", "value": datetime.now(UTC)}
    made = client.create_dataset(name=unique)
    row = {"row_data": guide.VIDEO, "global_key": unique}
    twice = lb.DataRowMetadataField(name=enum, value="option2")
    refused = made.create_data_rows([row | {"metadata_fields": [*fields, twice]}])
    refused.wait_till_done()
    assert "A schemaId can only be specified once" in refused.errors[0]["message"]
    task = made.create_data_rows([row | {"metadata_fields": [*fields, when]}])
    task.wait_till_done()
    assert task.errors is None

    changed = lb.DataRowMetadataField(schema_id=ontology.get_by_name(number).uid, value=10.2)
    assert ontology.bulk_upsert([lb.DataRowMetadata(global_key=unique, fields=[changed])]) == []
    ontology.update_schema(name=number, new_name=f"{number} new")
    ontology.update_enum_option(name=enum, option="option1", new_option="option3")
    found = next(made.data_rows())
    shown = {field["name"]: field["value"] for field in found.metadata_fields}
    assert (shown[enum], shown["split"], shown[f"{number} new"]) == ("option3", "train", 10.2)
    assert len(ontology.bulk_export([found.uid])[0].fields) == len(shown) == 4
    assert ontology.delete_schema(name=f"{number} new")


def test_batches_and_the_queue(client: Any, empty: Any, dataset: Any, keys: list[str], unique: str) -> None:
    """basics/batches.ipynb and project_configuration/queue_management.ipynb."""
    batch = empty.create_batch(name="first", global_keys=keys[:2], priority=5)
    assert batch.size == 2
    many = client.create_project(name=f"many {unique}", media_type=lb.MediaType.Video)
    task = many.create_batches(name_prefix="demo-create-batches-", global_keys=keys, priority=5)
    assert (task.errors(), [each.name for each in task.result()]) == (None, ["demo-create-batches-0000"])
    whole = client.create_project(name=f"whole {unique}", media_type=lb.MediaType.Video)
    task = whole.create_batches_from_dataset(name_prefix="from-dataset-", dataset_id=dataset.uid, priority=5)
    assert (task.errors(), [each.size for each in task.result()]) == (None, [len(keys)])

    connected(client, empty)
    rows = exported(empty.export(params=EVERYTHING | {"batch_ids": [batch.uid]}, filters={}))
    ids = [lb.GlobalKey(row["data_row"]["global_key"]) for row in rows]
    assert {each.key for each in ids} == set(keys[:2])
    assert empty.set_labeling_parameter_overrides([(key, 2 + at) for at, key in enumerate(ids)])
    assert {each.priority for each in empty.labeling_parameter_overrides()} == {2, 3}
    empty.update_data_row_labeling_priority(data_rows=lb.GlobalKeys([each.key for each in ids]), priority=1)
    assert {each.priority for each in empty.labeling_parameter_overrides()} == {1}
    batch.remove_queued_data_rows()
    assert not empty.export().has_result()


def test_projects(client: Any, answered: Any, keys: list[str], unique: str) -> None:
    """basics/projects.ipynb."""
    tag = client.get_organization().create_resource_tag({"text": f"tag {unique}", "color": "4ed2f9"})
    answered.update_project_resource_tags([tag.uid])
    assert [each.uid for each in answered.get_resource_tags()] == [tag.uid]
    review = next(queue for queue in answered.task_queues() if queue.queue_type == "MANUAL_REVIEW_QUEUE")
    answered.move_data_rows_to_task_queue(data_row_ids=lb.GlobalKeys(keys), task_queue_id=review.uid)
    overview = answered.get_overview(details=True)
    assert (overview.in_review["total"], answered.get_overview().in_review) == (len(keys), len(keys))
    assert answered.get_label_count() == len(keys)
    assert answered.clone().ontology().uid == answered.ontology().uid

    target = client.create_project(name=f"target {unique}", media_type=lb.MediaType.Video)
    ours, theirs = (each.normalized["classifications"][0] for each in (answered.ontology(), connected(client, target)))
    pairs = [(ours, theirs), *zip(ours["options"], theirs["options"], strict=True)]
    params = {
        "source_project_id": answered.uid,
        "annotations_ontology_mapping": {one["featureSchemaId"]: other["featureSchemaId"] for one, other in pairs},
        "exclude_data_rows_in_project": False,
        "override_existing_annotations_rule": ConflictResolutionStrategy.OverrideWithPredictions,
        "batch_priority": 5,
    }
    queue = next(queue for queue in target.task_queues() if queue.queue_type == "MANUAL_REVIEW_QUEUE")
    task = client.send_to_annotate_from_catalog(
        destination_project_id=target.uid,
        task_queue_id=queue.uid,
        batch_name="copied",
        data_rows=lb.GlobalKeys(keys),
        params=params,
    )
    task.wait_till_done()
    assert (task.errors, target.get_label_count()) == (None, len(keys))


def test_ontologies(client: Any, unique: str) -> None:
    """basics/ontologies.ipynb, with the tools that video has."""
    tool = {"tool": "rectangle", "name": f"cat {unique}", "color": "black"}
    cat, dog = (client.create_feature_schema(tool | {"name": f"{name} {unique}"}) for name in ("cat", "dog"))
    made = client.create_ontology_from_feature_schemas(unique, [cat.uid, dog.uid])
    assert next(client.get_ontologies(unique)).uid == made.uid
    assert next(client.get_feature_schemas(cat.name)).uid == cat.uid
    assert not client.is_feature_schema_archived(ontology_id=made.uid, feature_schema_id=cat.uid)
    client.update_feature_schema_title(feature_schema_id=cat.uid, title="cat-2")
    assert client.get_feature_schema(cat.uid).name == "cat-2"
    replaced = lb.Tool(feature_schema_id=cat.uid, name="upserted", tool=lb.Tool.Type.BBOX, color="#FF0000")
    assert client.get_feature_schema(client.upsert_feature_schema(replaced.asdict()).uid).name == "upserted"
    mask = client.create_feature_schema(lb.Tool(name="mask", tool=lb.Tool.Type.RASTER_SEGMENTATION).asdict())
    client.insert_feature_schema_into_ontology(feature_schema_id=mask.uid, ontology_id=made.uid, position=2)
    assert client.get_ontology(made.uid).tools()[2].name == "mask"
    gone = client.delete_feature_schema_from_ontology(ontology_id=made.uid, feature_schema_id=mask.uid)
    assert (gone.deleted, len(client.get_ontology(made.uid).tools())) == (True, 2)


def test_exports(client: Any, answered: Any, dataset: Any, keys: list[str]) -> None:
    """exports/export_data.ipynb; slices are in test_sdk_slices.py, and localbox has no model runs."""
    both = {"last_activity_at": EVER, "label_created_at": EVER}
    named = EVERYTHING | {"project_ids": [answered.uid]}
    one = {"client": client, "global_keys": keys[:1], "params": named}
    of_project = exported(answered.export(params=EVERYTHING, filters=both))
    of_dataset = exported(dataset.export(params=named, filters={"last_activity_at": EVER}))
    of_catalog = exported(client.get_catalog().export(params=named, filters={"global_keys": keys}))
    assert len(of_project) == len(of_dataset) == len(of_catalog) == len(keys)
    for row in (*of_project, *of_dataset, *of_catalog, *exported(lb.DataRow.export(**one))):
        (label,) = row["projects"][answered.uid]["labels"]
        assert label["annotations"]["classifications"][0]["radio_answer"]["name"] == "b"
        assert {"attachments", "metadata_fields", "embeddings"} <= set(row)
    with pytest.warns(DeprecationWarning, match="export_v2"):
        task = answered.export_v2(params=EVERYTHING, filters=both)
    task.wait_till_done()
    assert (task.has_errors(), len(list(task.get_buffered_stream()))) == (False, len(keys))


def test_webhooks(client: Any, answered: Any) -> None:
    """project_configuration/webhooks.ipynb."""
    topics = {topic.value for topic in lb.Webhook.Topic}
    url = "http://127.0.0.1:9/hook"
    made = [lb.Webhook.create(client, topics=topics, url=url, secret="s", project=place) for place in (answered, None)]
    for webhook in made:
        webhook.update(url=f"{url}-endpoint")
        webhook.update(status=lb.Webhook.Status.INACTIVE.value)
    found = {each.uid: (each.url, each.status, set(each.topics)) for each in client.get_organization().webhooks()}
    assert all(found[each.uid] == (f"{url}-endpoint", "INACTIVE", topics) for each in made)


def composite() -> bytes:
    """A composite mask of two instances, half of the picture each."""
    image = Image.new("RGB", (16, 16), CAR)
    image.paste(PERSON, (0, 0, 8, 16))
    image.save(data := io.BytesIO(), "PNG")
    return data.getvalue()


def masked(key: str) -> Any:
    """Composite masks on three frames; the SDK changes what it sends, so each import needs its own."""
    instances = [T.MaskInstance(color_rgb=colour, name=name) for colour, name in MASKS.items()]
    frames = [T.MaskFrame(index=index, im_bytes=composite()) for index in ("1", "24", "26")]
    return T.Label(data={"global_key": key}, annotations=[T.VideoMaskAnnotation(frames=frames, instances=instances)])


def test_masks_are_imported_and_exported(client: Any, project: Any, keys: list[str]) -> None:
    """The masks of annotation_import/video.ipynb, whose frame numbers are texts, and composite_mask_export.ipynb.

    The other annotations of video.ipynb are the guide's: see test_guide.py.
    """
    project.create_batch("first-batch-video-demo", global_keys=keys[:1], priority=5)
    for kind in (lb.MALPredictionImport, lb.LabelImport):
        job = kind.create_from_objects(client, project.uid, f"{kind.__name__} {uuid.uuid4()}", [masked(keys[0])])
        job.wait_till_done()
        assert (job.errors, {status["status"] for status in job.statuses}) == ([], {"SUCCESS"})

    (row,) = exported(project.export(params=EVERYTHING, filters={}))
    ((key, shown), *_) = row["projects"].items()
    assert key == project.uid
    pages = shown["labels"][0]["annotations"]["frames"]
    assert list(pages) == ["1", "24", "26"]
    for page in pages.values():
        masks = {each["name"]: each["composite_mask"] for each in page["objects"].values()}
        assert {tuple(mask["color_rgb"]): name for name, mask in masks.items()} == MASKS
        asked = urllib.request.Request(masks["video_mask"]["url"], headers=client.headers)  # noqa: S310 - loopback
        with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310 - loopback
            assert {colour for _, colour in Image.open(answer).convert("RGB").getcolors()} == {CAR, PERSON}
