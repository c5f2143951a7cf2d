"""Small things that the official SDK's own integration tests pin, and that scripts rely on."""

from datetime import datetime
from typing import Any

import labelbox as lb
import lbox.exceptions as lb_exceptions
import pytest
from labelbox.schema.webhook import Webhook

from tests.conformance import guide
from tests.conformance.conftest import ROWS
from tests.localbox_server import Localbox

SET_UP = """mutation CreateLabelingFrontendOptionsPyApi($project: ID!, $options: String!) {
  createLabelingFrontendOptions(data: {customizationOptions: $options, project: {connect: {id: $project}}}) {id}}"""
TREE = '{"tools": [{"tool": "rectangle", "name": "box", "color": "#112233", "classifications": []}]}'


def test_connecting_an_ontology_is_an_activity_and_completes_the_setup(client: Any, unique: str) -> None:
    """Its time has a fraction, else the SDK leaves it a text."""
    made = client.create_project(name=unique, media_type=lb.MediaType.Video)
    assert made.setup_complete is None
    ontology = client.create_ontology(unique, guide.ontology(), media_type=lb.MediaType.Video)
    made.connect_ontology(ontology)
    after = client.get_project(made.uid)
    assert isinstance(after.setup_complete, datetime)
    assert after.last_activity_time > made.last_activity_time


def test_the_first_way_to_set_a_project_up_connects_an_ontology(client: Any, unique: str) -> None:
    """SDKs before 6 have it as project.setup, with the ontology in the editor's options."""
    made = client.create_project(name=unique, media_type=lb.MediaType.Video)
    client.execute(SET_UP, {"project": made.uid, "options": TREE})
    assert [tool.name for tool in client.get_project(made.uid).ontology().tools()] == ["box"]


def test_rows_from_a_cursor_or_after_a_row(dataset: Any) -> None:
    newest, *rest = list(dataset.data_rows())
    assert len(rest) == ROWS - 1
    assert [row.uid for row in dataset.data_rows(from_cursor=newest.uid)] == [row.uid for row in rest]


def test_a_page_of_fewer_than_no_rows_is_empty(localbox: Localbox, dataset: Any) -> None:
    asked = "query ($id: ID!) {dataset(where: {id: $id}) {dataRows(first: -2) {id}}}"
    assert localbox.ask(asked, id=dataset.uid)["dataset"] == {"dataRows": []}


def test_a_dataset_without_description_has_an_empty_one(client: Any, unique: str) -> None:
    made = client.create_dataset(name=unique, iam_integration=None)
    assert (made.description, client.get_dataset(made.uid).description) == ("", "")


def test_an_export_says_of_a_video_what_its_row_says(localbox: Localbox, client: Any, labelled: Any) -> None:
    task = labelled.export(params={"project_details": True})
    task.wait_till_done()
    line = next(iter(task.get_buffered_stream())).json
    row = client.get_data_row(line["data_row"]["id"]).media_attributes
    shown = line["media_attributes"]
    assert (shown["asset_type"], shown["mime_type"]) == (row["assetType"], row["mimeType"]) == ("video", "video/mp4")
    details = line["projects"][labelled.uid]["project_details"]
    assert (details["consensus_expected_label_count"], details["workflow_history"]) == (1, [])


def test_an_import_runs_at_first_and_is_done_after_one_poll(localbox: Localbox, client: Any, labelled: Any) -> None:
    localbox.control("POST", "transitions", {})
    line = {"name": "free_text", "answer": "x", "dataRow": {"globalKey": next(labelled.labels()).data_row().global_key}}
    job = lb.LabelImport.create_from_objects(client, labelled.uid, "second", [line])
    assert (job.state.value, job.error_file_url, job.status_file_url) == ("RUNNING", None, None)
    job.refresh()
    localbox.control("POST", "transitions", {"*": {"when": "now"}})
    assert (job.state.value, job.errors) == ("FINISHED", [])
    assert job.status_file_url


def test_what_is_said_of_ontologies_and_features(client: Any, project: Any, unique: str) -> None:
    ontology = project.ontology()
    feature = ontology.tools()[0].feature_schema_id
    with pytest.raises(lb_exceptions.LabelboxError, match=f"connected to projects: .*{project.uid}"):
        client.delete_unused_ontology(ontology.uid)
    with pytest.raises(lb_exceptions.LabelboxError, match="cannot be deleted because it is used in ontologies"):
        client.delete_unused_feature_schema(feature)
    with pytest.raises(lb_exceptions.LabelboxError, match="Failed to find ontology by id: none"):
        client.unarchive_feature_schema_node("none", feature)
    with pytest.raises(
        lb_exceptions.LabelboxError, match="Cannot find root schema node with feature schema id no-feature"
    ):
        client.delete_unused_feature_schema("no-feature")


@pytest.mark.parametrize("url", ["https:/unique-name", "https://example.com/hook", "http://127.0.0.1:9/"])
def test_urls_of_webhooks(client: Any, project: Any, url: str) -> None:
    made = Webhook.create(client, topics=["LABEL_CREATED"], url=url, secret="s", project=project)
    assert (made.url, made.status) == (url, Webhook.ACTIVE)
    with pytest.raises(lb_exceptions.MalformedQueryException, match="must start with"):
        Webhook.create(client, topics=["LABEL_CREATED"], url="example.com", secret="s", project=project)


def test_projects_are_found_by_comparing_names(client: Any, unique: str) -> None:
    first, last = (client.create_project(name=f"{unique} {end}", media_type=lb.MediaType.Video) for end in "az")

    def found(comparison: Any) -> set[str]:
        return {each.uid for each in client.get_projects(where=comparison)} & {first.uid, last.uid}

    assert found(lb.Project.name > first.name) == found(lb.Project.name >= last.name) == {last.uid}
    assert found(lb.Project.name < last.name) == found(lb.Project.name <= first.name) == {first.uid}
