"""Exports: whatever the chunk boundaries, one object per data row."""

import json

import httpx
import pytest

from labelferry.errors import (
    JobFailedError,
    NotFoundError,
    PermissionDeniedError,
    RejectedError,
    UnavailableError,
)
from labelferry.labelbox import Client, Policy

ROWS = [{"data_row": {"id": str(n), "name": "äöü\u2028"}} for n in range(5)]
STREAM = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS).encode()
TASK = {"id": "t", "status": "COMPLETE", "type": "export-data-rows", "result": None, "errors": None}


@pytest.fixture
def export(service):
    """A service whose export holds these bytes, cut into chunks of a size."""

    def holds(content: bytes, size: int, errors: bytes = b"") -> None:
        streams = {"RESULT": content, "ERRORS": errors}
        service.on("exportDataRowsInProject", {"exportDataRowsInProject": {"taskId": "t", "isStreamable": True}})
        service.on("GetUser", {"user": {"id": "u"}})
        service.on("GetUserCreatedTasks", {"user": {"createdTasks": [TASK]}})
        service.on("GetExportMetadataHeader", lambda request: header(json.loads(request.content), streams))
        service.on("GetExportFileFromOffset", lambda request: chunk(json.loads(request.content), streams, size))
        for name, stream in streams.items():
            for start in range(0, len(stream), size):
                service.on(f"/{name}/{start}", httpx.Response(200, content=stream[start : start + size]))

    return holds


def header(body, streams) -> httpx.Response:
    size = len(streams[body["variables"]["streamType"]])
    found = {"totalSize": size, "totalLines": 1} if size else None
    return httpx.Response(200, json={"data": {"task": {"exportMetadataHeader": found}}})


def chunk(body, streams, size: int) -> httpx.Response:
    name, offset = body["variables"]["streamType"], body["variables"]["offset"]
    assert isinstance(offset, str)
    start = int(offset) // size * size
    end = min(start + size, len(streams[name])) - 1
    found = {"offsets": {"start": start, "end": end}, "lines": {}, "file": f"https://files.test/{name}/{start}"}
    return httpx.Response(200, json={"data": {"task": {"exportFileFromOffset": found}}})


@pytest.mark.parametrize("size", [3, 7, 31, 32, 33, 1000])
@pytest.mark.parametrize("tail", [b"", b"\n"])
def test_chunk_boundaries_do_not_matter(client: Client, export, size, tail):
    export(STREAM + tail, size)
    assert list(client.exports.project("p")) == ROWS


def test_a_last_line_without_its_end(client: Client, export):
    export(STREAM[:-1], 10)
    assert list(client.exports.project("p")) == ROWS


def test_an_empty_export(client: Client, export):
    export(b"", 10)
    assert list(client.exports.project("p")) == []


def test_keys_go_in_groups(service, client: Client, export):
    export(STREAM, 1000)
    keys = [str(n) for n in range(2001)]
    assert len(list(client.exports.project("p", keys, includeMetadata=True))) == 10
    asked = [sent.variables["input"] for sent in service.of("exportDataRowsInProject")]
    groups = [[item["ids"] for item in each["filters"]["searchQuery"]["query"]] for each in asked]
    assert groups == [[keys[:2000]], [keys[2000:]]]
    assert asked[0]["filters"]["projectId"] == "p"
    assert asked[0]["streamable"]
    assert asked[0]["params"]["includeMetadata"]
    assert not asked[0]["params"]["includeInterpolatedFrames"]


def test_no_keys_are_not_all_keys(service, client: Client):
    assert list(client.exports.project("p", [])) == []
    assert service.sent == []


def test_a_chunk_of_the_wrong_length_is_read_again(service, client: Client, export):
    export(STREAM, 1000)
    service.on("/RESULT/0", httpx.Response(200, content=STREAM[:9]), httpx.Response(200, content=STREAM))
    assert list(client.exports.project("p")) == ROWS


def test_a_chunk_that_stays_short(service, export):
    export(STREAM, 1000)
    service.on("/RESULT/0", httpx.Response(200, content=STREAM[:9]))
    with pytest.raises(UnavailableError, match="9 bytes instead of"):
        list(service.client(policy=Policy(attempts=2)).exports.project("p"))


def test_an_export_with_errors_is_not_whole(client: Client, export):
    export(STREAM, 1000, errors=b'{"message": "row gone"}\n')
    with pytest.raises(JobFailedError, match="row gone"):
        next(client.exports.project("p"))


def test_a_failed_export(service, client: Client, export):
    export(STREAM, 1000)
    service.on("GetUserCreatedTasks", {"user": {"createdTasks": [{**TASK, "status": "FAILED", "errors": "why"}]}})
    with pytest.raises(JobFailedError, match="why"):
        next(client.exports.project("p"))


def test_a_chunk_beside_the_offset_does_not_loop(service, client: Client, export):
    export(STREAM, 1000)
    beside = {"offsets": {"start": 500, "end": 600}, "lines": {}, "file": "https://files.test/x"}
    service.on("GetExportFileFromOffset", {"task": {"exportFileFromOffset": beside}})
    with pytest.raises(UnavailableError, match="asked for byte 0, got 500 to 600"):
        list(client.exports.project("p"))


@pytest.mark.parametrize("back", [1, 3, 16])
def test_a_chunk_that_starts_before_its_offset(service, client: Client, export, back):
    """Chunks may overlap: what was read already is not read twice."""
    export(STREAM, 1000)

    def overlapping(request: httpx.Request) -> httpx.Response:
        offset = int(json.loads(request.content)["variables"]["offset"])
        start, end = max(0, offset - back), min(offset + 20, len(STREAM) - 1)
        service.on(f"/{start}-{end}", httpx.Response(200, content=STREAM[start : end + 1]))
        found = {"offsets": {"start": start, "end": end}, "lines": {}, "file": f"https://files.test/{start}-{end}"}
        return httpx.Response(200, json={"data": {"task": {"exportFileFromOffset": found}}})

    service.on("GetExportFileFromOffset", overlapping)
    assert list(client.exports.project("p")) == ROWS
    assert len(service.of("GetExportFileFromOffset")) > 5


FILE_STATUSES = [
    (404, NotFoundError, "not found.*24 hours"),
    (410, NotFoundError, "not found.*24 hours"),
    (401, PermissionDeniedError, "no longer valid.*new"),
    (403, PermissionDeniedError, "no longer valid.*new"),
    (400, RejectedError, "result file.*400"),
    (418, RejectedError, "result file.*418"),
]


@pytest.mark.parametrize(("status", "kind", "message"), FILE_STATUSES)
def test_a_file_that_cannot_be_had(service, client: Client, export, status, kind, message):
    export(STREAM, 1000)
    service.on("/RESULT/0", httpx.Response(status))
    with pytest.raises(kind, match=message):
        list(client.exports.project("p"))
    assert len(service.of("/RESULT/0")) == 1


def test_at_most_ten_exports_run_at_a_time(service, client: Client, export):
    export(STREAM, 1000)
    list(client.exports.project("p", [str(n) for n in range(2000 * 24)]))
    running, most = 0, 0
    for operation in service.operations():
        started, read = operation == "exportDataRowsInProject", operation.startswith("/RESULT/")
        running += started - read
        most = max(most, running)
    assert (running, most) == (0, 10)


def test_rows_of_the_catalog_come_without_labels(service, client: Client, export):
    export(STREAM, 1000)
    task = {"taskId": "t", "isStreamable": True}
    service.on("exportDataRowsInCatalog", {"exportDataRowsInCatalog": task})
    assert list(client.exports.catalog(["a", "b"])) == ROWS
    (sent,) = service.of("exportDataRowsInCatalog")
    asked = sent.variables["input"]
    assert asked["filters"]["searchQuery"]["query"] == [{"ids": ["a", "b"], "operator": "is", "type": "global_key"}]
    assert "projectId" not in asked["filters"]
    assert (asked["params"]["includeMetadata"], asked["params"]["includeLabelDetails"]) == (True, False)
    assert list(client.exports.catalog([])) == []
