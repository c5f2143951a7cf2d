"""Datasets, ontologies, projects, batches, labels: the requests sent, and the answers decoded."""

import json

import pytest

from labelferry.errors import InputError, JobFailedError, NotFoundError
from labelferry.labelbox import Batch, Client, Dataset, LabelRecord, OntologyRecord, Organization, Project, User

DATASET = {"id": "d", "name": "N", "description": None, "rowCount": None}
PROJECT = {"id": "p", "name": "N", "description": "", "allowedMediaType": "VIDEO"}
TREE = {"tools": [], "classifications": []}
ONTOLOGY = {"id": "o", "name": "N", "mediaType": "VIDEO", "normalized": TREE}


def test_who_we_are(service, client: Client):
    service.on("GetOrganization", {"organization": {"id": "o", "name": "O"}})
    service.on("GetUser", {"user": {"id": "u", "email": "e"}})
    assert client.organization.get() == Organization("o", "O")
    assert client.user.get() == client.user.get() == User("u", "e")
    assert service.operations() == ["GetOrganization", "GetUser"]


def test_datasets(service, client: Client):
    service.on("CreateDataset", {"createDataset": DATASET})
    service.on("GetDataset", {"dataset": {**DATASET, "rowCount": 3}})
    service.on("deleteDataset", {"updateDataset": {"id": "d"}})
    assert client.datasets.create("N") == Dataset("d", "N", None, 0)
    assert client.datasets.create("N", "D").id == "d"
    assert client.datasets.row_count("d") == 3
    client.datasets.delete("d")
    variables = [sent.variables for sent in service.sent]
    assert variables == [{"name": "N"}, {"name": "N", "description": "D"}, {"param_0": "d"}, {"datasetId": "d"}]


def test_find_datasets_by_exact_name_over_pages(service, client: Client):
    other = {**DATASET, "name": "n"}
    service.on("GetDatasets", {"datasets": [DATASET] + [other] * 99}, {"datasets": []})
    assert [dataset.id for dataset in client.datasets.find("N")] == ["d"]
    assert service.sent[0].variables == {"param_0": "N", "param_1": False}
    assert len(service.sent) == 2


@pytest.mark.parametrize("normalized", [TREE, json.dumps(TREE)])
def test_ontologies(service, client: Client, normalized):
    node = {**ONTOLOGY, "normalized": normalized}
    service.on("upsertRootSchemaNode", {"upsertOntology": node})
    service.on("GetOntology", {"ontology": node})
    made = client.ontologies.create("N", TREE)
    assert made == client.ontologies.get("o") == OntologyRecord("o", "N", "VIDEO", TREE)
    data = service.sent[0].variables["data"]
    assert data == {"name": "N", "normalized": json.dumps(TREE), "mediaType": "VIDEO"}


def test_find_ontologies_by_exact_name_over_pages(service, client: Client):
    similar = {**ONTOLOGY, "name": "N 2", "id": "x"}
    pages = [([similar, ONTOLOGY], "c"), ([ONTOLOGY], None)]
    service.on("getOntologies", *({"ontologies": {"nodes": n, "nextCursor": c}} for n, c in pages))
    assert [ontology.id for ontology in client.ontologies.find("N")] == ["o", "o"]
    assert service.sent[1].variables == {"search": "N", "filter": {"status": "ALL"}, "from": "c", "first": 100}


@pytest.mark.parametrize(
    ("quality", "percentage", "number", "benchmark", "consensus"),
    [
        ({"benchmark", "consensus"}, 0, 3, True, True),
        ({"benchmark"}, 1, 1, True, False),
        ({"consensus"}, 0, 3, False, True),
    ],
)
def test_create_project(service, client: Client, quality, percentage, number, benchmark, consensus):
    service.on("CreateProject", {"createProject": PROJECT})
    assert client.projects.create("N", quality=quality) == Project("p", "N", "", "VIDEO")
    assert service.sent[0].variables == {
        "name": "N",
        "description": "",
        "allowedMediaType": "VIDEO",
        "autoAuditPercentage": percentage,
        "autoAuditNumberOfLabels": number,
        "isBenchmarkEnabled": benchmark,
        "isConsensusEnabled": consensus,
    }


def test_projects(service, client: Client):
    service.on("GetProject", {"project": PROJECT})
    service.on("GetProjects", {"projects": [PROJECT, {**PROJECT, "name": "other"}]})
    service.on("LabelCount", {"project": {"labelCount": 4}})
    service.on("GetProjectOntology", {"project": {"ontology": None}}, {"project": {"ontology": ONTOLOGY}})
    assert client.projects.get("p").id == "p"
    assert [project.id for project in client.projects.find("N")] == ["p"]
    assert client.projects.label_count("p") == 4
    assert client.projects.ontology("p") is None
    assert client.projects.ontology("p") == OntologyRecord("o", "N", "VIDEO", TREE)


CONNECT = {"project": {"connectOntology": {"id": "o"}}}


def test_connect_ontology_sets_the_editor_up_first(service, client: Client):
    service.on("GetProjectLabelingFrontend", {"project": {"labelingFrontend": None}})
    service.on("GetLabelingFrontends", {"labelingFrontends": [{"id": "f"}]})
    service.on("ConnectProjectAndLabelingFrontend", {"updateProject": {"id": "p"}})
    service.on("CreateLabelingFrontendOptions", {"createLabelingFrontendOptions": {"id": "x"}})
    service.on("ConnectOntology", CONNECT)
    client.projects.connect_ontology("p", "o")
    assert service.operations() == list(service.answers)
    assert service.sent[1].variables == {"param_0": "Editor", "param_1": False}
    options = service.sent[3].variables
    assert options == {"project": "p", "labelingFrontend": "f", "customizationOptions": json.dumps(TREE)}


def test_connect_ontology_where_an_editor_is(service, client: Client):
    service.on("GetProjectLabelingFrontend", {"project": {"labelingFrontend": {"id": "f"}}})
    service.on("ConnectOntology", CONNECT)
    client.projects.connect_ontology("p", "o")
    assert len(service.sent) == 2


def test_connect_ontology_without_any_editor(service, client: Client):
    service.on("GetProjectLabelingFrontend", {"project": {"labelingFrontend": None}})
    service.on("GetLabelingFrontends", {"labelingFrontends": []})
    with pytest.raises(NotFoundError, match="Editor"):
        client.projects.connect_ontology("p", "o")


BATCH = {"id": "b", "name": "N", "size": 2}
TASK = {"id": "t", "status": "COMPLETE", "type": "add-data-rows-to-batch", "result": None, "errors": None}


def test_a_small_batch_in_one_step(service, client: Client):
    made = {"batch": BATCH, "failedDataRowIds": ["r9"]}
    service.on("createBatchV2", {"project": {"createBatchV2": made}})
    settings = {"numberOfLabels": 3, "coveragePercentage": 0.1}
    batch = client.batches.create("p", "N", ("a", "b"), 2, settings)
    assert batch == Batch("b", "N", 2, ("r9",))
    sent = service.sent[0]
    assert sent.request.url.path == "/_gql"
    assert sent.request.extensions["timeout"]["read"] == 180
    assert sent.variables["batchInput"] == {
        "name": "N",
        "dataRowIds": [],
        "globalKeys": ["a", "b"],
        "priority": 2,
        "consensusSettings": settings,
    }


@pytest.fixture
def big(service):
    service.on("createEmptyBatch", {"project": {"createEmptyBatch": {"id": "b"}}})
    service.on("addDataRowsToBatchAsync", {"project": {"addDataRowsToBatchAsync": {"taskId": "t"}}})
    service.on("GetUser", {"user": {"id": "u"}})
    service.on("GetUserCreatedTasks", {"user": {"createdTasks": [TASK]}})
    service.on("getProjectBatch", {"project": {"batches": {"nodes": [{**BATCH, "size": 1000}]}}})


def test_a_big_batch_in_two_steps(service, client: Client, big):
    batch = client.batches.create("p", "N", [str(n) for n in range(1000)])
    assert batch == Batch("b", "N", 1000)
    assert service.operations() == list(service.answers)
    paths = [sent.request.url.path for sent in service.sent]
    assert paths == ["/_gql", "/_gql", "/graphql", "/graphql", "/graphql"]
    rows = service.sent[1].variables["input"]
    assert (rows["batchId"], len(rows["globalKeys"]), rows["priority"]) == ("b", 1000, 5)


@pytest.mark.parametrize(
    ("result", "rows"), [('{"failedDataRowIds": ["r1"]}', ("r1",)), ("done", ()), ("null", ()), ("[1]", ())]
)
def test_an_empty_batch_is_refilled(service, client: Client, big, result, rows):
    service.on("GetUserCreatedTasks", {"user": {"createdTasks": [{**TASK, "result": result}]}})
    assert client.batches.add("p", "b", ["a"]).failed_row_ids == rows


def test_a_batch_task_that_fails(service, client: Client, big):
    service.on("GetUserCreatedTasks", {"user": {"createdTasks": [{**TASK, "status": "FAILED", "result": "why"}]}})
    with pytest.raises(JobFailedError, match="FAILED: why"):
        client.batches.add("p", "b", ["a"])


@pytest.mark.parametrize("keys", [[], range(100_001)], ids=["none", "too many"])
def test_batches_that_are_refused_before_anything_is_sent(service, client: Client, keys):
    with pytest.raises(InputError, match="batch 'N'"):
        client.batches.create("p", "N", [str(key) for key in keys])
    assert service.sent == []


def test_list_batches(service, client: Client):
    pages = [([BATCH], "c"), ([BATCH], "c2"), ([], "c2")]
    answers = [{"project": {"id": "p", "batches": {"nodes": n, "pageInfo": {"endCursor": c}}}} for n, c in pages]
    service.on("GetProjectBatches", *answers)
    assert list(client.batches.list("p")) == [Batch("b", "N", 2)] * 2
    assert [sent.variables["from"] for sent in service.sent] == [None, "c", "c2"]


def on_row(client: Client, row: str, *, patient: bool = False) -> list[str]:
    """The ids of the labels on a row."""
    found = client.labels.matching("p", lambda label: label.row_id == row, patient=patient)
    return [label.id for label in found]


def test_labels(service, client: Client):
    nodes = [{"id": "l", "isBenchmarkReference": True, "dataRow": {"id": "r", "globalKey": "a"}}]
    service.on("GetProjectLabels", {"project": {"labels": nodes}})
    assert list(client.labels.list("p")) == [LabelRecord("l", "r", "a", True)]
    assert on_row(client, "r") == ["l"]
    assert on_row(client, "other") == []
    assert service.naps == []


def test_labels_that_appear_late(service, client: Client):
    """Only a label on a wanted row ends the wait."""
    others = [{"id": "o", "dataRow": {"id": "other", "globalKey": "b"}}, {"id": "n", "dataRow": None}]
    ours = [{"id": "l", "dataRow": {"id": "r", "globalKey": "a"}}]
    answers = [{"project": {"labels": nodes}} for nodes in ([], others, [*others, *ours])]
    service.on("GetProjectLabels", *answers)
    assert on_row(client, "r", patient=True) == ["l"]
    assert service.naps == [0.5, 1.0]
    service.on("GetProjectLabels", answers[0])
    assert on_row(client, "r", patient=True) == []
    assert sum(service.naps) > 20


def test_delete_labels_in_groups(service, client: Client):
    service.on("deleteLabels", {"deleteLabels": []})
    client.labels.delete([str(n) for n in range(501)])
    assert len(service.sent) == 2
    assert 'deleteLabels(labelIds: ["500"])' in service.sent[1].document
