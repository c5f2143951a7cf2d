"""Import jobs: found by name, waited for, read line by line."""

import httpx
import pytest

from labelferry.errors import (
    DeadlineError,
    JobFailedError,
    NotFoundError,
    PermissionDeniedError,
    RejectedError,
    UnavailableError,
)
from labelferry.labelbox import Client, ImportJob, ImportKind, Policy

MAL, GROUND_TRUTH = ImportKind.MAL, ImportKind.GROUND_TRUTH
GET = {MAL: "getModelAssistedLabelingPredictionImport", GROUND_TRUTH: "getLabelImport"}
GOT = {MAL: "modelAssistedLabelingPredictionImport", GROUND_TRUTH: "labelImport"}


def node(state="RUNNING", **changes):
    urls = {f"{name}FileUrl": f"https://files.test/{name}?sig=x" for name in ("input", "status", "error")}
    return {"id": "i", "name": "job", "state": state, "progress": "42%", **urls, **changes}


def job(kind=MAL, state="RUNNING", **changes) -> ImportJob:
    urls = {"input_url": "https://files.test/input", "status_url": "https://files.test/status", "error_url": None}
    return ImportJob("i", "job", kind, "p", state, "42%", **{**urls, **changes})


@pytest.mark.parametrize("kind", ImportKind)
def test_find(service, client: Client, kind):
    service.on(GET[kind], {GOT[kind]: node()})
    found = client.imports.find("p", "job", kind)
    assert found is not None
    assert (found.id, found.kind, found.state, found.progress) == ("i", kind, "RUNNING", "42%")
    assert service.sent[0].variables == {"projectId": "p", "name": "job"}


@pytest.mark.parametrize("kind", ImportKind)
def test_not_found_is_none(service, client: Client, kind):
    service.on(GET[kind], service.refusal("RESOURCE_NOT_FOUND"), {GOT[kind]: None})
    assert client.imports.find("p", "job", kind) is None
    assert client.imports.find("p", "job", kind) is None


def test_a_lost_answer_is_not_the_same_as_not_found(service, client: Client):
    service.on(GET[MAL], httpx.Response(404, content=b"<html>"))
    with pytest.raises(RejectedError):
        client.imports.find("p", "job", MAL)


def test_list_turns_pages(service, client: Client):
    pages = ([node()] * 100, [node()] * 3)
    service.on("getLabelImports", *({"labelImports": page} for page in pages))
    assert len(list(client.imports.list("p", GROUND_TRUTH))) == 103
    assert ["skip: 100" in sent.document for sent in service.sent] == [False, True]


@pytest.mark.parametrize("kind", ImportKind)
def test_wait_asks_more_and_more_slowly(service, client: Client, kind):
    service.on(GET[kind], *[{GOT[kind]: node()}] * 8, {GOT[kind]: node("FINISHED")})
    assert client.imports.wait(job(kind)).state == "FINISHED"
    assert service.naps == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10])


def test_wait_for_what_has_ended_asks_nothing(service, client: Client):
    ended = job(state="FINISHED")
    assert client.imports.wait(ended) is ended
    assert service.sent == []


def test_wait_has_a_deadline(service, client: Client):
    service.on(GET[MAL], {GOT[MAL]: node()})
    with pytest.raises(DeadlineError, match=r"'job' is still running .*run again later.*waited 30 s"):
        client.imports.wait(job(), deadline=30)
    assert sum(service.naps) <= 30


def test_a_job_that_vanishes(service, client: Client):
    service.on(GET[MAL], service.refusal("RESOURCE_NOT_FOUND"))
    with pytest.raises(NotFoundError, match="'job' is no longer listed by the service"):
        client.imports.wait(job())


@pytest.mark.parametrize(
    ("changes", "answer", "said"),
    [
        ({}, httpx.Response(200, content=b"the file is not NDJSON\n"), "'job' failed: the file is not NDJSON$"),
        ({}, httpx.Response(200, content=b""), "is empty"),
        ({}, httpx.Response(404), "cannot be read .*24 hours"),
        ({"errorFileUrl": None}, httpx.Response(500), "no reason"),
    ],
)
def test_a_failed_job_tells_what_its_error_file_says(service, client: Client, changes, answer, said):
    service.on(GET[MAL], {GOT[MAL]: node("FAILED", statusFileUrl=None, **changes)})
    service.on("/error", answer)
    with pytest.raises(JobFailedError, match=said):
        client.imports.wait(job())


STATUS_FILES = [
    (b"", 0),
    (b"\n\n", 0),
    (b'{"uuid": "1"}', 1),
    (b'{"uuid": "1"}\n{"uuid": "2"}\n', 2),
    (b'\n{"uuid": "1"}\r\n\n{"uuid": "2"}\n\n', 2),
    ('{"uuid": "1", "m": "a\u2028b\x85"}\n'.encode(), 1),
]


@pytest.mark.parametrize(("content", "lines"), STATUS_FILES)
def test_statuses(service, client: Client, content, lines):
    service.on("/status", httpx.Response(200, content=content))
    assert [line["uuid"] for line in client.imports.statuses(job())] == ["1", "2"][:lines]


def test_a_cut_status_file_is_read_again(service, client: Client):
    whole = b'{"uuid": "1"}\n{"uuid": "2"}\n'
    faults = [httpx.Response(200, content=whole[:20]), httpx.Response(200, content=b"<html>"), httpx.Response(503)]
    service.on("/status", *faults, httpx.ReadError("reset"), httpx.Response(200, content=whole))
    assert [line["uuid"] for line in client.imports.statuses(job())] == ["1", "2"]
    assert len(service.sent) == 5


def test_a_status_file_that_stays_broken(service):
    service.on("/status", httpx.Response(200, content=b'{"uuid": "1"}\n[]\n'))
    with pytest.raises(UnavailableError, match="line 2 is not a JSON object"):
        list(service.client(policy=Policy(attempts=2)).imports.statuses(job()))


def test_a_file_that_moved_is_followed(service, client: Client):
    service.on("/status", httpx.Response(302, headers={"location": "https://elsewhere.test/there"}))
    service.on("/there", httpx.Response(200, content=b'{"uuid": "1"}\n'))
    assert len(list(client.imports.statuses(job()))) == 1


@pytest.mark.parametrize("address", ["gs://bucket/file", "https://x:port/", "not an address"])
def test_an_address_that_cannot_be_read(address):
    naps: list[float] = []
    with (
        Client("key", "http://127.0.0.1:1/graphql", sleep=naps.append) as client,
        pytest.raises(RejectedError, match="is not a readable URL"),
    ):
        list(client.imports.statuses(job(status_url=address)))
    assert naps == []


def test_files_that_are_not_there_yet(service, client: Client):
    with pytest.raises(NotFoundError, match="no error file yet"):
        client.imports.errors(job())


def test_delete(service, client: Client):
    service.on(
        "deleteModelAssistedLabelingPredictionImport", {"deleteModelAssistedLabelingPredictionImport": {"id": "i"}}
    )
    client.imports.delete(job())
    assert service.sent[0].variables == {"id": "i"}
    with pytest.raises(RejectedError, match="ground truth"):
        client.imports.delete(job(GROUND_TRUTH))


@pytest.mark.parametrize("kind", ImportKind)
def test_a_job_that_is_shown_late(service, client: Client, kind):
    service.on(GET[kind], *[{GOT[kind]: None}] * 3, {GOT[kind]: node()})
    found = client.imports.shown("p", "job", kind)
    assert found is not None
    assert service.naps == [0.5, 1.0, 2.0]


def test_a_job_that_is_not_shown(service, client: Client):
    service.on(GET[MAL], {GOT[MAL]: None})
    assert client.imports.shown("p", "job", MAL) is None
    assert sum(service.naps) <= Policy().appearing.deadline < sum(service.naps) + Policy().appearing.every


def test_a_job_that_is_not_shown_for_a_moment_while_it_is_waited_for(service, client: Client):
    service.on(GET[MAL], {GOT[MAL]: node()}, {GOT[MAL]: None}, {GOT[MAL]: node("FINISHED")})
    assert client.imports.wait(job()).state == "FINISHED"


WHOLE = b'{"uuid": "1"}\n\n{"uuid": "2"}\n'
VERDICTS = {
    "whole": ([httpx.Response(200, content=WHOLE)], [{"uuid": "1"}, {"uuid": "2"}]),
    "cut, then whole": (
        [httpx.Response(200, content=WHOLE[:14]), httpx.Response(200, content=WHOLE)],
        [{"uuid": "1"}, {"uuid": "2"}],
    ),
    "missing, then whole": (
        [httpx.Response(404), httpx.Response(403), httpx.Response(200, content=WHOLE)],
        [{"uuid": "1"}, {"uuid": "2"}],
    ),
    "cut for good": ([httpx.Response(200, content=WHOLE[:14])], [{"uuid": "1"}]),
    "cut, then missing": ([httpx.Response(200, content=WHOLE[:14]), httpx.Response(404)], [{"uuid": "1"}]),
    "empty": ([httpx.Response(200)], []),
    "anything": ([httpx.Response(200, content=b'[]\n"x"\n{\nnull\n\xff')], [[], "x", "{", None, "\ufffd"]),
}


@pytest.mark.parametrize(("files", "expected"), VERDICTS.values(), ids=VERDICTS)
def test_verdicts_are_read_again_until_they_are_whole(service, client: Client, files, expected):
    service.on("/status", *files)
    service.on(GET[MAL], {GOT[MAL]: node("FINISHED", statusFileUrl="https://files.test/status?sig=y")})
    assert client.imports.verdicts(job(), lines=2) == expected


@pytest.mark.parametrize(("status", "error"), [(404, NotFoundError), (403, PermissionDeniedError)])
def test_verdicts_that_cannot_be_read(service, client: Client, status, error):
    service.on("/status", httpx.Response(status))
    service.on(GET[MAL], {GOT[MAL]: node("FINISHED")})
    with pytest.raises(error):
        client.imports.verdicts(job(), lines=1)
    assert sum(service.naps) > 20


def test_verdicts_whose_address_comes_later(service, client: Client):
    service.on("/status", httpx.Response(200, content=WHOLE))
    service.on(GET[MAL], {GOT[MAL]: node("FINISHED", statusFileUrl=None)}, {GOT[MAL]: node("FINISHED")})
    assert len(client.imports.verdicts(job(status_url=None), lines=2)) == 2


def test_a_deletion_whose_answer_was_lost_is_asked_for_again(service, client: Client):
    name = "deleteModelAssistedLabelingPredictionImport"
    service.on(name, httpx.ReadError("reset"), service.refusal("RESOURCE_NOT_FOUND"))
    with pytest.raises(NotFoundError):
        client.imports.delete(job())
    assert [sent.operation for sent in service.sent] == [name] * 2
