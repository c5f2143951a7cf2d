"""The shape of what is uploaded: names, map, true length, untouched bytes."""

import json

import httpx
import pytest

from labelferry.errors import InputError
from labelferry.labelbox import Client, ImportKind

JOB = {"id": "i", "name": "job", "state": "RUNNING", "progress": "0%"}
LINES = '{"uuid": "1", "text": "äöü"}\n{"uuid": "2"}'.encode()
CREATED = {
    ImportKind.MAL: ("createMALPredictionImportByFile", "createModelAssistedLabelingPredictionImport"),
    ImportKind.GROUND_TRUTH: ("createLabelImportByFile", "createLabelImport"),
}


@pytest.mark.parametrize("kind", ImportKind)
@pytest.mark.parametrize("from_disk", [True, False])
def test_an_import(service, client: Client, tmp_path, kind, from_disk):
    operation, field = CREATED[kind]
    service.on(operation, {field: JOB})
    path = tmp_path / "lines.ndjson"
    path.write_bytes(LINES)
    job = client.imports.create("p1", "job", path if from_disk else LINES, kind)
    assert (job.id, job.state, job.kind, job.project_id) == ("i", "RUNNING", kind, "p1")

    sent = service.sent[0]
    (head, operations), (map_head, mapped), (file_head, content) = sent.parts
    assert 'name="operations"' in head
    assert "content-type" not in head.lower()
    assert 'name="map"' in map_head
    assert json.loads(mapped) == {"p1__job.ndjson": ["variables.file"]}
    assert 'name="p1__job.ndjson"; filename="p1__job.ndjson"' in file_head
    assert "Content-Type: application/x-ndjson" in file_head
    assert content == LINES
    assert json.loads(operations)["variables"] == {
        "projectId": "p1",
        "name": "job",
        "contentLength": len(LINES),
        "file": None,
    }
    assert int(sent.request.headers["content-length"]) == len(sent.request.content)


def test_an_upload(service, client: Client):
    service.on("UploadFile", {"uploadFile": {"url": "https://files.test/1"}})
    assert client.upload(b"abc", "clip.mp4") == "https://files.test/1"
    sent = service.sent[0]
    assert sent.variables == {"contentLength": 3, "sign": False, "file": None}
    assert json.loads(sent.parts[1][1]) == {"1": ["variables.file"]}
    assert 'name="1"; filename="clip.mp4"' in sent.parts[2][0]
    assert "Content-Type: video/mp4" in sent.parts[2][0]


def test_a_file_is_streamed_from_disk(tmp_path):
    path = tmp_path / "big.bin"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    blocks: list[int] = []

    class Swallow(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            assert isinstance(request.stream, httpx.SyncByteStream)
            blocks.extend(len(block) for block in request.stream)
            return httpx.Response(200, json={"data": {"uploadFile": {"url": "u"}}})

    assert Client("key", transport=Swallow()).upload(path) == "u"
    assert sum(blocks) > 50_000_000
    assert max(blocks) < 1_000_000


@pytest.mark.parametrize("kind", ImportKind)
def test_an_empty_import_is_refused_before_it_is_sent(service, client: Client, tmp_path, kind):
    (tmp_path / "empty").write_bytes(b"")
    for source in (b"", tmp_path / "empty", tmp_path / "missing"):
        with pytest.raises(InputError):
            client.imports.create("p1", "job", source, kind)
    assert service.sent == []


def test_a_name_with_odd_characters_stays_one_part(service, client: Client):
    service.on("createLabelImportByFile", {"createLabelImport": JOB})
    client.imports.create("p1", 'a "b"\r\nc é', LINES, ImportKind.GROUND_TRUTH)
    assert len(service.sent[0].parts) == 3
    assert service.sent[0].parts[2][1] == LINES


def test_a_file_that_cannot_be_read(service, client: Client, tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"abc")

    def vanish(request):
        path.unlink()
        return httpx.Response(502)

    service.on("UploadFile", vanish)
    with pytest.raises(InputError, match=r"clip.mp4: cannot be read .*No such file"):
        client.upload(path)
