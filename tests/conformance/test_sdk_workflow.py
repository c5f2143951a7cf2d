"""What surrounds a project, with the official SDK: queues, priorities, workflow, issues, tags, copies, instructions."""

import uuid
from pathlib import Path
from typing import Any

import labelbox as lb
import lbox.exceptions as lb_exceptions
import pytest
from labelbox.schema.conflict_resolution_strategy import ConflictResolutionStrategy
from labelbox.schema.issue import IssueStatus
from labelbox.schema.issue_position import VideoFrameRange, VideoIssuePosition
from labelbox.schema.workflow import NodeOutput, NodeType

from tests.conformance import guide
from tests.conformance.conftest import ROWS, fetch
from tests.localbox_server import Localbox

pytestmark = pytest.mark.filterwarnings("ignore:Workflow Management:UserWarning")


def test_priorities(labelled: Any, keys: list[str]) -> None:
    assert labelled.update_data_row_labeling_priority(lb.GlobalKeys(keys[:1]), 3) is True
    labelled.set_labeling_parameter_overrides([(lb.GlobalKey(keys[1]), 2)])
    found = {each.data_row().global_key: each.priority for each in labelled.labeling_parameter_overrides()}
    assert found == {keys[0]: 3, keys[1]: 2, keys[2]: 1}


def test_rows_go_back_to_be_labelled_and_to_done(labelled: Any, keys: list[str]) -> None:
    first, _, rework = labelled.task_queues()
    labelled.move_data_rows_to_task_queue(lb.GlobalKeys(keys), rework.uid)
    labelled.move_data_rows_to_task_queue(lb.GlobalKeys(keys[:1]), first.uid)
    labelled.move_data_rows_to_task_queue(lb.GlobalKeys(keys[1:2]), None)
    overview = labelled.get_overview(details=True)
    assert (overview.to_label, overview.in_rework["total"], overview.done) == (1, 1, 1)
    with pytest.raises(lb_exceptions.LabelboxError, match="not moved"):
        labelled.move_data_rows_to_task_queue(lb.GlobalKeys(keys), "no-such-queue")


def test_the_overview_of_a_batch(project: Any, keys: list[str]) -> None:
    batch = project.create_batch("one", global_keys=keys[:1])
    project.create_batch("two", global_keys=keys[1:])
    assert project.get_overview(batch_ids=[batch.uid]).total_data_rows == 1
    assert project.get_overview().to_label == ROWS


def test_assignments(client: Any, labelled: Any) -> None:
    ids = [label.data_row().uid for label in labelled.labels()]
    assert labelled.bulk_assign_data_rows(client.get_user().uid, ids) is True
    with pytest.raises(lb_exceptions.MalformedQueryException, match="not in this project"):
        labelled.bulk_assign_data_rows(client.get_user().uid, ["no-such-row"])
    assert labelled.extend_reservations("LabelingQueue") == 0
    assert [member.user().uid for member in labelled.members()] == [client.get_user().uid]


def test_a_workflow_is_kept(project: Any) -> None:
    flow = project.get_workflow()
    start = flow.reset_to_initial_nodes()
    done = flow.add_node(type=NodeType.Done, name="Done")
    review = flow.add_node(type=NodeType.Review, name="Review")
    for node in (start.labeling, start.rework):
        flow.add_edge(node, review)
    flow.add_edge(review, done, NodeOutput.Approved)
    flow.update_config(reposition=False)
    assert len(project.get_workflow().get_nodes()) == 4


def test_issues(labelled: Any) -> None:
    label = next(labelled.labels())
    row = label.data_row()
    kind = labelled.create_issue_category("Box", "A box is wrong")
    where = VideoIssuePosition(frames=[VideoFrameRange(start=1, end=5, x=1, y=2)])
    issue = labelled.create_issue("Too wide", row, label_id=label, category_id=kind.id, position=where)
    labelled.create_issue("Of no label, so not listed", row)
    with pytest.raises(TypeError):  # the SDK lets itself stumble over what was not found
        labelled.create_issue("Of a category that there is not", row, category_id="none")
    assert [each.id for each in labelled.get_issues(status=IssueStatus.OPEN, content="WIDE")] == [issue.id]
    assert (issue.category().name, issue.label().uid, issue.data_row().uid) == ("Box", label.uid, row.uid)
    comment = issue.create_comment("Why?").update("Why so?")
    assert [each.content for each in issue.comments()] == ["Why so?"]
    assert issue.update(content="Far too wide").content == "Far too wide"
    assert issue.resolve().status is IssueStatus.RESOLVED
    assert list(labelled.get_issues(status=IssueStatus.OPEN)) == []
    assert b"Far too wide" in fetch(labelled.export_issues())
    assert labelled.get_overview().issues == 2
    assert comment.delete() is True
    assert kind.update("Boxes", "Boxes are wrong").name == "Boxes"
    assert kind.delete() is True
    assert labelled.get_issue(issue.id).category_id is None
    assert issue.reopen().delete() is True
    with pytest.raises(TypeError):
        labelled.get_issue(issue.id)


@pytest.fixture
def destination(client: Any, unique: str) -> Any:
    """A second project whose ontology has other ids and other names."""
    tree = guide.ontology()
    for question in tree["classifications"]:
        question |= {"name": f"their {question['name']}", "instructions": f"their {question['name']}"}
    made = client.create_project(name=f"destination {unique}", media_type=lb.MediaType.Video)
    made.connect_ontology(client.create_ontology(f"destination {unique}", tree, media_type=lb.MediaType.Video))
    return made


def sent(client: Any, source: Any, destination: Any, keys: list[str], queue: str | None, **more: Any) -> Any:
    """Send rows with their texts to another project, and return the task."""
    texts = [
        next(each for each in project.ontology().normalized["classifications"] if each["name"].endswith(name))
        for project, name in ((source, "free_text"), (destination, "their free_text"))
    ]
    mapping = {texts[0]["featureSchemaId"]: texts[1]["featureSchemaId"]}
    params = {"source_project_id": source.uid, "annotations_ontology_mapping": mapping, **more}
    rows = lb.GlobalKeys(keys)
    task = client.send_to_annotate_from_catalog(destination.uid, queue, uuid.uuid4().hex, rows, params)
    task.wait_till_done()
    return task


def texts_of(project: Any) -> list[Any]:
    """What an export says of a project's rows: name and text of each label's answers."""
    task = project.export()
    task.wait_till_done()
    labels = [label for line in task.get_buffered_stream() for label in line.json["projects"][project.uid]["labels"]]
    answers = [each for label in labels for each in label["annotations"]["classifications"]]
    return sorted((each["name"], each["text_answer"]["content"]) for each in answers)


def test_rows_are_sent_to_another_project_with_their_labels(
    client: Any, labelled: Any, destination: Any, keys: list[str]
) -> None:
    review = destination.task_queues()[1].uid
    assert sent(client, labelled, destination, keys[:2], review).status == "COMPLETE"
    assert texts_of(destination) == [("their free_text", key) for key in keys[:2]]
    assert (destination.get_overview().in_review, len(list(destination.batches()))) == (2, 1)
    sent(client, labelled, destination, keys, None)
    assert texts_of(destination) == [("their free_text", key) for key in keys]
    assert (destination.get_overview().in_review, len(list(destination.batches()))) == (0, 2)
    assert texts_of(labelled) == [("free_text", key) for key in keys]


def test_labels_that_are_there_are_kept_or_replaced(
    client: Any, labelled: Any, destination: Any, keys: list[str]
) -> None:
    def ids() -> set[str]:
        return {label.uid for label in destination.labels()}

    replace = {"override_existing_annotations_rule": ConflictResolutionStrategy.OverrideWithAnnotations}
    sent(client, labelled, destination, keys, None)
    first = ids()
    sent(client, labelled, destination, keys, None)
    sent(client, labelled, destination, keys, None, exclude_data_rows_in_project=True, **replace)
    assert ids() == first
    sent(client, labelled, destination, keys, None, **replace)
    assert (len(ids()), ids() & first) == (ROWS, set())


def test_in_the_queue_for_labelling_they_are_pre_labels(
    localbox: Localbox, client: Any, labelled: Any, destination: Any, keys: list[str]
) -> None:
    sent(client, labelled, destination, keys, destination.task_queues()[0].uid)
    assert (destination.get_label_count(), destination.get_overview().to_label) == (0, ROWS)
    held = [row for row in localbox.table("annotations") if row["project_id"] == destination.uid]
    assert [row["label_id"] for row in held] == [None] * ROWS


def test_what_cannot_be_sent(client: Any, labelled: Any, destination: Any, keys: list[str]) -> None:
    assert sent(client, labelled, destination, keys, "no-such-queue").status == "FAILED"
    assert list(destination.batches()) == []
    sent(client, labelled, destination, keys, None, annotations_ontology_mapping={})
    assert (destination.get_label_count(), destination.get_overview().done) == (0, ROWS)
    with pytest.raises(lb_exceptions.MalformedQueryException, match="no model runs"):
        sent(client, labelled, destination, keys, None, source_project_id=None, source_model_run_id="some-run")


def test_feedback_on_a_label(localbox: Localbox, client: Any, labelled: Any) -> None:
    label = next(labelled.labels()).uid
    for overall in (5, 2):
        (score,) = client.upsert_label_feedback(label, "Well done", {"overall": overall})
        assert (score.name, score.score) == ("overall", overall)
    assert [row["feedback"] for row in localbox.table("label_feedback")] == ["Well done"]
    with pytest.raises(lb_exceptions.MalformedQueryException, match="numbers by name"):
        client.upsert_label_feedback(label, "Well done", {"overall": "five"})
    with pytest.raises(TypeError):  # the SDK lets itself stumble over what was not found
        client.upsert_label_feedback("no-such-label", "", {})


def test_lists_in_lists_have_a_limit(client: Any, project: Any, dataset: Any, keys: list[str]) -> None:
    project.create_batch("b", global_keys=keys)
    three = client.execute("{projects {id datasets {id dataRows(first: 2) {globalKey}}}}")["projects"]
    (mine,) = [each["datasets"] for each in three if each["id"] == project.uid]
    assert [(each["id"], len(each["dataRows"])) for each in mine] == [(dataset.uid, 2)]
    with pytest.raises(lb_exceptions.ValidationFailedError, match="Query complexity limit exceeded"):
        client.execute("{projects {datasets {dataRows {labels {id}}}}}")


def test_tags(client: Any, project: Any) -> None:
    tag = client.get_organization().create_resource_tag({"text": "night", "color": "#112233"})
    assert (tag.text, tag.color) == ("night", "112233")
    project.update_project_resource_tags([tag.uid])
    assert [each.text for each in project.get_resource_tags()] == ["night"]
    assert tag.uid in {each.uid for each in client.get_organization().get_resource_tags()}


def test_a_copy_has_the_ontology_and_no_rows(labelled: Any) -> None:
    copy = labelled.clone()
    assert (copy.ontology().uid, copy.get_label_count(), copy.media_type) == (
        labelled.ontology().uid,
        0,
        lb.MediaType.Video,
    )


def test_instructions(project: Any, tmp_path: Path) -> None:
    page = tmp_path / "how.html"
    page.write_text("<p>Boxes</p>", "utf-8")
    project.upsert_instructions(str(page))
    assert fetch(project.ontology().normalized["projectInstructions"]) == b"<p>Boxes</p>"


def test_an_export_is_cancelled_while_it_runs(localbox: Localbox, client: Any, labelled: Any) -> None:
    localbox.control("POST", "transitions", {"export-data-rows": {"when": "never"}})
    task = labelled.export()
    assert client.cancel_task(task.uid) is True
    assert client.get_task_by_id(task.uid).status == "CANCELED"
    localbox.control("POST", "transitions", {"*": {"when": "now"}})
    with pytest.raises(lb_exceptions.LabelboxError, match="not in progress"):
        client.cancel_task(labelled.export().uid)


def test_labels_that_cannot_be_read_yet(localbox: Localbox, labelled: Any) -> None:
    localbox.control("POST", "exports", {"labels_after": 2})
    assert [len(list(labelled.labels())) for _ in range(3)] == [0, 0, ROWS]
    localbox.control("POST", "exports", {})


def test_rows_that_nothing_signs_are_left_out(client: Any, project: Any, keys: list[str], unique: str) -> None:
    dataset = client.create_dataset(name=unique, iam_integration=None)
    row = {"row_data": "gs://bucket/a.mp4", "global_key": f"{unique}-gs", "media_type": "VIDEO"}
    task = dataset.create_data_rows([row])
    task.wait_till_done()
    assert task.result_url.endswith("/result.json")
    batch = project.create_batch("b", global_keys=[*keys, row["global_key"]])
    assert (batch.size, len(list(batch.failed_data_row_ids))) == (ROWS, 1)


def test_what_is_declared_of_a_video(localbox: Localbox, client: Any, unique: str) -> None:
    url = f"https://example.invalid/{unique}.mp4"
    localbox.control("POST", "media", {url: {"frameCount": 30}})
    rows = [{"row_data": each, "global_key": each, "media_type": "VIDEO"} for each in (url, f"{url}?other")]
    client.create_dataset(name=unique, iam_integration=None).create_data_rows(rows).wait_till_done()
    known = [client.get_data_row_by_global_key(row["global_key"]).media_attributes for row in rows]
    plain = {"assetType": "video", "mimeType": "video/mp4"}
    assert known == [plain | {"frameCount": 30}, plain]
    localbox.control("POST", "media", {})


def test_an_import_by_a_url_that_cannot_be_reached_fails(client: Any, labelled: Any) -> None:
    url = "https://example.invalid/lines.ndjson"
    data = "{projectId: $id, name: $name, fileUrl: $url}"
    text = f"""mutation FarPyApi($id: ID!, $name: String!, $url: String!) {{
      createLabelImport(data: {data}) {{ state inputFileUrl errorFileUrl }} }}"""
    answer = client.execute(text, {"id": labelled.uid, "name": "far", "url": url})["createLabelImport"]
    assert (answer["state"], answer["inputFileUrl"]) == ("FAILED", url)
    assert b"localbox fetches from" in fetch(answer["errorFileUrl"])
