"""Rows: looked up, uploaded in chunks, and the outcome of each."""

import json
from typing import Any

import httpx
import pytest

from labelferry.errors import (
    DeadlineError,
    InputError,
    JobFailedError,
    NotFoundError,
    PermissionDeniedError,
    RejectedError,
    UnavailableError,
)
from labelferry.labelbox import Client, Pace, Policy
from labelferry.labelbox.row_uploads import chunks


def looked_up(ids, missing=(), denied=(), status="COMPLETE") -> dict[str, Any]:
    data = {
        "fetchedDataRows": [{"id": i} for i in ids],
        "notFoundGlobalKeys": list(missing),
        "accessDeniedGlobalKeys": list(denied),
    }
    return {"dataRowsForGlobalKeysResult": {"data": data, "jobStatus": status}}


@pytest.fixture
def job(service):
    service.on("getDataRowsForGlobalKeys", {"dataRowsForGlobalKeys": {"jobId": "j"}})


@pytest.mark.parametrize(
    "result",
    [
        looked_up(["1", "", "3"], missing=["b"]),
        looked_up(["1", "3"], missing=["b"]),
        looked_up(["1", None, "3"]),
    ],
    ids=["holes", "left out", "nulls"],
)
def test_lookup(service, client: Client, job, result):
    running = {"dataRowsForGlobalKeysResult": {"data": None, "jobStatus": "IN_PROGRESS"}}
    service.on("getDataRowsForGlobalKeysResult", running, result)
    assert client.data_rows.lookup(["a", "b", "c", "a"]) == {"a": "1", "b": None, "c": "3"}
    assert service.of("getDataRowsForGlobalKeys")[0].variables == {"globalKeys": ["a", "b", "c"]}
    assert service.naps == [0.1]


def test_lookup_of_nothing_asks_nothing(service, client: Client):
    assert client.data_rows.lookup([]) == {}
    assert service.sent == []


def test_lookup_asks_in_chunks(service, job):
    service.on("getDataRowsForGlobalKeysResult", looked_up(["1", "2"]), looked_up(["3"]))
    client = service.client(policy=Policy(lookup_chunk=2))
    assert client.data_rows.lookup("abc") == {"a": "1", "b": "2", "c": "3"}
    asked = [sent.variables["globalKeys"] for sent in service.of("getDataRowsForGlobalKeys")]
    assert asked == [["a", "b"], ["c"]]


@pytest.mark.parametrize(
    ("result", "kind", "said"),
    [
        (looked_up(["1", ""], denied=["b"]), PermissionDeniedError, "'b'"),
        (looked_up(["1"]), UnavailableError, "2 global keys returned 1 row"),
        (looked_up([], status="FAILED"), JobFailedError, "look-up"),
        (looked_up([], status="IN_PROGRESS"), DeadlineError, "waited 300 s"),
    ],
)
def test_lookup_that_goes_wrong(service, client: Client, job, result, kind, said):
    service.on("getDataRowsForGlobalKeysResult", result)
    with pytest.raises(kind, match=said):
        client.data_rows.lookup(["a", "b"])


def assigned(status="COMPLETE", **verdicts) -> dict[str, Any]:
    names = ("sanitized", "invalidGlobalKey", "unmodified", "accessDenied")
    data = {f"{name}Assignments": verdicts.get(name, []) for name in names}
    return {"assignGlobalKeysToDataRowsResult": {"data": data, "jobStatus": status}}


LINK = {"dataRowId": "1", "globalKey": "a"}


@pytest.mark.parametrize(
    ("result", "kind", "said"),
    [
        (assigned(accessDenied=[LINK]), PermissionDeniedError, "no access to the data rows '1'"),
        (assigned(invalidGlobalKey=[LINK]), RejectedError, "1 global key not assigned as asked: 'a'"),
        (assigned(sanitized=[LINK]), RejectedError, "1 global key not assigned as asked: 'a'"),
        (assigned(status="FAILED"), JobFailedError, "the assignment of global keys failed"),
        (assigned(status="IN_PROGRESS"), DeadlineError, "the assignment of global keys has not ended"),
    ],
)
def test_an_assignment_that_goes_wrong(service, client: Client, result, kind, said):
    service.on("assignGlobalKeysToDataRows", {"assignGlobalKeysToDataRows": {"jobId": "j"}})
    service.on("assignGlobalKeysToDataRowsResult", result)
    with pytest.raises(kind, match=said):
        client.data_rows.assign_keys({"1": "a"})


def test_keys_are_assigned_in_chunks(service):
    service.on("assignGlobalKeysToDataRows", {"assignGlobalKeysToDataRows": {"jobId": "j"}})
    service.on("assignGlobalKeysToDataRowsResult", assigned(unmodified=[LINK]))
    client = service.client(policy=Policy(lookup_chunk=2))
    client.data_rows.assign_keys({"1": "a", "2": "b", "3": "c"})
    asked = [sent.variables["globalKeyDataRowLinks"] for sent in service.of("assignGlobalKeysToDataRows")]
    assert [[link["globalKey"] for link in each] for each in asked] == [["a", "b"], ["c"]]


def test_get(service, client: Client):
    node = {"id": "r", "globalKey": "a", "rowData": "u", "dataset": {"id": "d"}, "mediaAttributes": {"frameCount": 7}}
    service.on("GetDataRow", {"dataRow": node})
    row = client.data_rows.get("r")
    assert (row.id, row.global_key, row.dataset_id, row.media_attributes["frameCount"]) == ("r", "a", "d", 7)


def test_list_follows_the_cursor(service, client: Client):
    def page(ids, cursor):
        info = {"hasNextPage": True, "startCursor": cursor}
        return {"datasetDataRows": {"nodes": [{"id": i} for i in ids], "pageInfo": info}}

    service.on("DatasetDataRows", page("ab", "c1"), page("c", None))
    assert [row.id for row in client.data_rows.list("d")] == ["a", "b", "c"]
    assert [sent.variables["from"] for sent in service.sent] == [None, "c1"]


def test_wait_processed_asks_again_more_and_more_slowly(service, client: Client):
    no, yes = ({"queryAllDataRowsHaveBeenProcessed": {"allDataRowsHaveBeenProcessed": done}} for done in (False, True))
    service.on("CheckAllDataRowsHaveBeenProcessed", *[no] * 10, yes)
    client.data_rows.wait_processed(["a"])
    assert service.naps == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30])


TASK = {"id": "t", "status": "IN_PROGRESS", "type": "adv-upsert-data-rows", "result": None, "errors": None}
ROWS = [
    {"global_key": "a", "row_data": "https://x/a.mp4", "external_id": None},
    {"global_key": "b, c", "row_data": "v"},
]


def failed(*pairs, after=None) -> dict[str, Any]:
    results = [{"message": message, "spec": {"globalKey": key}} for key, message in pairs]
    return {"failedDataRowImports": {"after": after, "total": len(pairs), "results": results}}


def created(*pairs, after=None) -> dict[str, Any]:
    nodes = [{"id": i, "globalKey": key} for key, i in pairs]
    return {"successesfulDataRowImports": {"nodes": nodes, "after": after, "total": len(pairs)}}


@pytest.fixture
def upload(service):
    """A service that accepts an upload; returns a function that sets how the task ends."""
    service.on("UploadFile", lambda request: httpx.Response(200, json={"data": {"uploadFile": {"url": "https://f/1"}}}))
    service.on("UpsertDataRows", {"upsertDataRows": TASK})
    service.on("GetUser", {"user": {"id": "me", "email": None}})
    service.on("FailedDataRowImports", failed())
    service.on("SuccessesfulDataRowImports", created())

    def ends(**changes):
        nodes = [[TASK], [{**TASK, **changes}]]
        service.on("GetUserCreatedTasks", *({"user": {"createdTasks": n}} for n in nodes))

    return ends


def test_create(service, client: Client, upload):
    upload(status="COMPLETE")
    service.on("SuccessesfulDataRowImports", created(("a", "1"), after="x"), created(("b, c", "2")))
    result = client.data_rows.create("d", ROWS)
    assert result.created == {"a": "1", "b, c": "2"}
    assert result.failures == result.duplicates == ()

    chunk, manifest = service.of("UploadFile")
    assert json.loads(chunk.parts[2][1]) == [
        {
            "id": {"type": "AUTO", "value": ""},
            "payload": {"global_key": "a", "row_data": "https://x/a.mp4", "dataset_id": "d"},
        },
        {"id": {"type": "AUTO", "value": ""}, "payload": {"global_key": "b, c", "row_data": "v", "dataset_id": "d"}},
    ]
    assert json.loads(manifest.parts[2][1]) == {"source": "SDK", "item_count": 2, "chunk_uris": ["https://f/1"]}
    assert 'filename="manifest.json"' in manifest.parts[2][0]
    assert service.of("UpsertDataRows")[0].variables == {"manifestUri": "https://f/1"}
    assert service.of("GetUserCreatedTasks")[0].variables == {"param_0": "t", "param_1": "me"}
    assert len(service.of("GetUser")) == 1


def test_a_task_that_has_ended_is_not_polled(service, client: Client, upload):
    service.on("UpsertDataRows", {"upsertDataRows": {**TASK, "status": "COMPLETE"}})
    client.data_rows.create("d", ROWS)
    assert service.of("GetUserCreatedTasks") == []


def test_duplicates_row_by_row(service, client: Client, upload):
    upload(status="COMPLETE")
    service.on("FailedDataRowImports", failed(("a", "Duplicate global key: 'a'"), after="x"), failed(("z", "Bad URL")))
    service.on("SuccessesfulDataRowImports", created(("b, c", "2")))
    result = client.data_rows.create("d", ROWS)
    assert result.duplicates == ("a",)
    assert [(f.global_key, f.message) for f in result.failures] == [
        ("a", "Duplicate global key: 'a'"),
        ("z", "Bad URL"),
    ]
    assert result.created == {"b, c": "2"}
    assert result.refused is None


def test_a_duplicate_is_named_by_its_message_at_least(service, client: Client, upload):
    upload(status="COMPLETE")
    page = {"after": None, "total": 1, "results": [{"message": "Duplicate global key: 'it's'", "spec": None}]}
    service.on("FailedDataRowImports", {"failedDataRowImports": page})
    assert client.data_rows.create("d", ROWS).duplicates == ("it's",)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Duplicate global keys found: a", ("a",)),
        ("Duplicate global keys found: b, c, a.", ("a", "b, c")),
        ("Duplicate global keys found: 'a', 'b, c'", ("a", "b, c")),
        ('{"error": "Duplicate global keys found: a"}', ("a",)),
    ],
)
@pytest.mark.parametrize("where", ["errors", "result"])
def test_duplicates_that_refuse_the_whole_upload(service, client: Client, upload, text, keys, where):
    upload(status="FAILED", **{where: text})
    result = client.data_rows.create("d", ROWS)
    assert result.duplicates == keys
    assert result.refused == text
    assert result.created == {}


def test_an_upload_that_fails_otherwise(service, client: Client, upload):
    upload(status="FAILED", errors="Failed to access URL: 404")
    service.on("FailedDataRowImports", failed(("a", "Bad URL")))
    with pytest.raises(JobFailedError, match="Failed to access URL: 404; first row: 'a': Bad URL"):
        client.data_rows.create("d", ROWS)


def test_a_task_that_never_ends(service, upload):
    upload(status="QUEUED")
    with pytest.raises(DeadlineError, match="task t is still in progress"):
        service.client(policy=Policy(task=Pace(every=2, deadline=60))).data_rows.create("d", ROWS)
    assert 50 < sum(service.naps) <= 60


def test_a_task_that_is_not_there(service, client: Client, upload):
    service.on("GetUserCreatedTasks", {"user": {"createdTasks": []}})
    with pytest.raises(NotFoundError, match="task t"):
        client.data_rows.create("d", ROWS)


def test_a_lost_answer_is_not_repeated(service, client: Client, upload):
    service.on("UpsertDataRows", httpx.ReadTimeout("slow"))
    with pytest.raises(UnavailableError) as caught:
        client.data_rows.create("d", ROWS)
    assert caught.value.acted
    assert len(service.of("UpsertDataRows")) == 1


def test_update(service, client: Client, upload):
    upload(status="COMPLETE")
    row = {"global_key": "a", "row_data": "new"}
    client.data_rows.update("d", [row])
    item = {"id": {"type": "GKEY", "value": "a"}, "payload": {"row_data": "new", "dataset_id": "d"}}
    assert json.loads(service.of("UploadFile")[0].parts[2][1]) == [item]
    assert row == {"global_key": "a", "row_data": "new"}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"row_data": "u"}], "row 1 .* lacks global_key"),
        ([{"global_key": "a"}], "row 1 \\('a'\\) lacks row_data"),
        ([{"global_key": "a", "row_data": "u"}] * 2, "rows 1 and 2 share the global key 'a'"),
    ],
)
def test_rows_that_are_refused_before_anything_is_sent(service, client: Client, rows, said):
    with pytest.raises(InputError, match=said):
        client.data_rows.create("d", rows)
    assert service.sent == []


@pytest.mark.parametrize(
    ("sizes", "limit", "expected"),
    [
        ([], 100, []),
        ([10, 10, 10], 100, [3]),
        ([10, 10, 10], 25, [2, 1]),
        ([10, 200, 10], 100, [1, 1, 1]),
        ([98], 100, [1]),
    ],
)
def test_chunks(sizes, limit, expected):
    items = [{"k": "x" * (size - 8)} for size in sizes]
    made = list(chunks(iter(items), limit))
    assert [len(json.loads(chunk)) for chunk in made] == expected
    assert [item for chunk in made for item in json.loads(chunk)] == items
    assert all(len(chunk) <= limit for chunk in made if len(json.loads(chunk)) > 1)
