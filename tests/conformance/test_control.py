"""The control plane, seen from outside over HTTP."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import labelbox as lb
import lbox.exceptions as lb_exceptions
import pytest
import requests

from labelferry.errors import NotFoundError
from labelferry.labelbox import Client as OwnClient
from labelferry.labelbox import ImportKind
from tests.conformance import guide
from tests.conformance.conftest import fetch
from tests.localbox_server import KEY, Localbox

ME = {"query": "query GetUserPyApi {user {id}}"}


@pytest.fixture
def http(localbox: Localbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=localbox.base, headers={"Authorization": f"Bearer {KEY}"}, timeout=10) as made:
        assert made.post("/_localbox/reset").status_code == 200
        yield made


def fault(http: httpx.Client, **rule: Any) -> None:
    http.post("/_localbox/faults", json=rule).raise_for_status()


def project_with_row(http: httpx.Client, localbox: Localbox, key: str = "row") -> tuple[Any, Any]:
    client = lb.Client(KEY, endpoint=localbox.endpoint)
    dataset = client.create_dataset(name="d", iam_integration=None)
    dataset.create_data_rows([{"row_data": guide.VIDEO, "global_key": key, "media_type": "VIDEO"}]).wait_till_done()
    project = client.create_project(name="p", media_type=lb.MediaType.Video)
    project.connect_ontology(client.create_ontology("o", guide.ontology(), media_type=lb.MediaType.Video))
    project.create_batch("b", global_keys=[key], priority=5)
    return client, project


def test_closed_unless_asked_for(launch: Callable[..., Localbox]) -> None:
    with httpx.Client(base_url=launch().base, headers={"Authorization": f"Bearer {KEY}"}) as http:
        assert http.get("/_localbox/health").json() == {"status": "ok", "service": "localbox"}
        assert http.get("/_localbox/state").status_code == 404
        assert http.post("/_localbox/reset").status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/_localbox/state"),
        ("POST", "/_localbox/reset"),
        ("POST", "/graphql"),
        ("DELETE", "/api/v1/ontologies/x"),
    ],
)
def test_nothing_without_the_key(localbox: Localbox, method: str, path: str) -> None:
    assert httpx.request(method, localbox.base + path, json=ME if method == "POST" else None).status_code == 401


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_statuses_once(http: httpx.Client, status: int) -> None:
    fault(http, kind="status", status=status, operation="GetUserPyApi", nth=2, retry_after=7)
    answers = [http.post("/graphql", json=ME) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, status, 200]
    assert answers[1].headers["retry-after"] == "7.0" or answers[1].headers["retry-after"] == "7"
    if status == 429:
        assert answers[1].json()["message"].startswith("You have exceeded")


def test_every_third_and_a_share(http: httpx.Client) -> None:
    fault(http, kind="status", status=502, every=3)
    assert [http.post("/graphql", json=ME).status_code for _ in range(6)] == [200, 200, 502] * 2
    http.delete("/_localbox/faults")
    fault(http, kind="status", status=500, share=0.5, seed=1, times=4)
    statuses = [http.post("/graphql", json=ME).status_code for _ in range(30)]
    assert statuses.count(500) == 4


def test_dropped_before_and_after_acting(http: httpx.Client) -> None:
    create = {"query": 'mutation CreateDatasetPyApi {createDataset(data: {name: "x"}) {id}}'}
    count = {"query": "{datasets {id}}"}
    for kind, made in (("drop-before", 0), ("drop-after", 1)):
        fault(http, kind=kind, operation="CreateDatasetPyApi", nth=1)
        with pytest.raises(httpx.RemoteProtocolError):
            http.post("/graphql", json=create)
        assert len(http.post("/graphql", json=count).json()["data"]["datasets"]) == made
        http.delete("/_localbox/faults")


def test_spoiled_bodies(http: httpx.Client) -> None:
    fault(http, kind="not-json", nth=1)
    with pytest.raises(json.JSONDecodeError):
        http.post("/graphql", json=ME).json()
    http.delete("/_localbox/faults")
    fault(http, kind="truncate", nth=1)
    with pytest.raises(httpx.RemoteProtocolError):
        http.post("/graphql", json=ME)
    http.delete("/_localbox/faults")
    fault(http, kind="slow", seconds=0.3, nth=1)
    assert http.post("/graphql", json=ME).elapsed.total_seconds() >= 0.3


def test_rules_are_checked(http: httpx.Client) -> None:
    assert http.post("/_localbox/faults", json={"kind": "earthquake"}).status_code == 400
    assert http.post("/_localbox/transitions", json={"*": {"when": "later"}}).status_code == 400
    assert http.post("/_localbox/flaws", json=["gravity"]).status_code == 400
    assert http.post("/_localbox/faults", content=b"{").status_code == 400


def test_the_log_knows_who_asked(http: httpx.Client, localbox: Localbox) -> None:
    lb.Client(KEY, endpoint=localbox.endpoint).get_user()
    entry = http.get("/_localbox/requests").json()["result"][-1]
    assert (entry["operation"], entry["status"], entry["sdk_method"]) == ("GetUserPyApi", 200, "Client:get_user")


def test_imports_run_until_they_are_due(http: httpx.Client, localbox: Localbox) -> None:
    client, project = project_with_row(http, localbox)
    http.post("/_localbox/transitions", json={"label-import": {"when": "polls", "n": 2}}).raise_for_status()
    line = {"name": "free_text", "answer": "x", "dataRow": {"globalKey": "row"}}
    job = lb.LabelImport.create_from_objects(client, project.uid, "truth", [line])
    assert (job.state.value, job.error_file_url, job.progress) == ("RUNNING", None, "0%")
    assert project.get_label_count() == 0
    job.refresh()
    assert (job.state.value, job.progress) == ("RUNNING", "50%")
    job.refresh()
    assert job.state.value == "FINISHED"
    assert job.errors == []
    assert project.get_label_count() == 1


def until(holds: Callable[[], bool]) -> None:
    """Ask until something is true, however long that takes on this machine."""
    assert any(holds() for _ in range(10_000)), "it never came to that"


def test_time_passes_without_polls(http: httpx.Client, localbox: Localbox) -> None:
    """A job of an hour is not done however often it is polled; one of a moment is done even if it is never polled."""
    client, project = project_with_row(http, localbox)
    line = {"name": "free_text", "answer": "x", "dataRow": {"globalKey": "row"}}
    http.post("/_localbox/transitions", json={"*": {"when": "seconds", "n": 3600}}).raise_for_status()
    lb.LabelImport.create_from_objects(client, project.uid, "later", [line])
    assert [project.get_label_count() for _ in range(3)] == [0, 0, 0]
    http.post("/_localbox/transitions", json={"*": {"when": "seconds", "n": 0.05}}).raise_for_status()
    lb.LabelImport.create_from_objects(client, project.uid, "soon", [line])
    until(lambda: project.get_label_count() == 1)


def test_imports_that_fail(http: httpx.Client, localbox: Localbox) -> None:
    client, project = project_with_row(http, localbox)
    http.post("/_localbox/transitions", json={"mal-import": {"when": "now", "end": "failed"}}).raise_for_status()
    line = {"name": "free_text", "answer": "x", "dataRow": {"globalKey": "row"}}
    job = lb.MALPredictionImport.create_from_objects(client, project.uid, "mal", [line])
    assert job.state.value == "FAILED"
    assert (job.status_file_url, bool(job.error_file_url)) == (None, True)
    with pytest.raises(ValueError, match="Import failed"):
        _ = job.errors


def test_state_travels(http: httpx.Client, localbox: Localbox) -> None:
    client, project = project_with_row(http, localbox)
    snapshot = http.get("/_localbox/state").json()["result"]
    http.post("/_localbox/reset")
    with pytest.raises(lb_exceptions.ResourceNotFoundError):
        client.get_project(project.uid)
    http.post("/_localbox/seed", json=snapshot).raise_for_status()
    assert client.get_project(project.uid).name == "p"
    assert http.get("/_localbox/state").json()["result"] == snapshot


def test_a_seeded_server_serves_its_files(
    http: httpx.Client, localbox: Localbox, launch: Callable[..., Localbox], tmp_path: Path
) -> None:
    clip, snapshot = tmp_path / "clip.mp4", tmp_path / "snapshot.json"
    clip.write_bytes(b"bytes of a clip" * 1000)
    dataset = lb.Client(KEY, endpoint=localbox.endpoint).create_dataset(name="d", iam_integration=None)
    dataset.create_data_rows([{"row_data": str(clip), "global_key": "clip", "media_type": "VIDEO"}]).wait_till_done()
    snapshot.write_bytes(http.get("/_localbox/state?files=1").content)
    seeded = launch("--seed", str(snapshot))
    client = lb.Client(KEY, endpoint=seeded.endpoint)
    row = client.get_data_row_by_global_key("clip")
    assert row.row_data.startswith(seeded.base)
    assert fetch(row.row_data) == clip.read_bytes()
    client.create_dataset(name="of its own", iam_integration=None)
    assert seeded.stop() == 0
    again = launch("--seed", str(snapshot))  # what the folder holds is kept
    assert {each.name for each in lb.Client(KEY, endpoint=again.endpoint).get_datasets()} == {"d", "of its own"}


@pytest.mark.parametrize("text", ["{", "[]", '{"moons": []}', '{"files": [{"id": "../x", "content": "eA=="}]}'])
def test_what_is_no_snapshot_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text(text, "utf-8")
    command = [sys.executable, "-m", "labelferry.localbox", "--port", "0", "--data", str(tmp_path / "data")]
    ended = subprocess.run(
        [*command, "--seed", str(tmp_path / "bad.json")], capture_output=True, timeout=20, check=False
    )
    assert ended.returncode == 2
    assert b"is not a snapshot" in ended.stderr or b"No such tables" in ended.stderr


def test_files_of_imports_expire(http: httpx.Client, localbox: Localbox) -> None:
    client, project = project_with_row(http, localbox)
    line = {"name": "free_text", "answer": "x", "dataRow": {"globalKey": "row"}}
    http.post("/_localbox/transitions", json={"*": {"when": "now"}}).raise_for_status()
    job = lb.MALPredictionImport.create_from_objects(client, project.uid, "mal", [line])
    urls = [job.input_file_url, job.status_file_url, job.error_file_url]
    assert [httpx.get(url).status_code for url in urls] == [200] * 3
    http.post("/_localbox/import-files", json={"expire_after": 0}).raise_for_status()
    assert [httpx.get(url).status_code for url in urls] == [404] * 3
    assert "expired" in httpx.get(urls[0]).json()["message"]
    again = lb.MALPredictionImport.from_name(client, project.uid, "mal")
    assert again.state.value == "FINISHED"
    with pytest.raises(requests.HTTPError, match="404"):
        _ = again.statuses
    with OwnClient(KEY, localbox.endpoint) as own:
        found = own.imports.find(project.uid, "mal", ImportKind.MAL)
        assert found is not None
        with pytest.raises(NotFoundError, match="24 hours"):
            list(own.imports.statuses(found))
    http.post("/_localbox/import-files", json={"expire_after": 3600}).raise_for_status()
    assert [httpx.get(url).status_code for url in urls] == [200] * 3


def test_rate_limit(http: httpx.Client) -> None:
    http.post("/_localbox/rate-limit", json={"per_minute": 3}).raise_for_status()
    answers = [http.post("/graphql", json=ME) for _ in range(5)]
    assert answers[-1].status_code == 429
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    http.post("/_localbox/rate-limit", json={"per_minute": None}).raise_for_status()
    assert http.post("/graphql", json=ME).status_code == 200


def test_default_integration_signs(http: httpx.Client, localbox: Localbox) -> None:
    http.post("/_localbox/integrations", json={"name": "s3", "isOrgDefault": True}).raise_for_status()
    client = lb.Client(KEY, endpoint=localbox.endpoint)
    (integration,) = client.get_organization().get_iam_integrations()
    assert integration.settings.role_arn
    made = client.create_dataset(name="signed")
    assert client.get_dataset(made.uid).iam_integration().uid == integration.uid
    made.remove_iam_integration()
    http.post("/_localbox/reset")
    http.post("/_localbox/integrations", json={"isOrgDefault": True, "valid": False}).raise_for_status()
    with pytest.raises(ValueError, match="Integration is not valid"):
        client.create_dataset(name="unsigned")
    assert list(client.get_datasets()) == []


def test_an_integration_of_another_provider_is_refused(http: httpx.Client) -> None:
    refused = http.post("/_localbox/integrations", json={"provider": "Oracle"})
    assert (refused.status_code, "AWS, GCP, Azure" in refused.text) == (400, True)


@pytest.mark.parametrize("port_in_use", [True])
def test_bad_starts_end_with_two(launch: Callable[..., Localbox], port_in_use: bool) -> None:
    port = launch().endpoint.split(":")[2].split("/")[0]
    again = [sys.executable, "-m", "labelferry.localbox", "--port", port, "--data", "/tmp/unused-by-localbox"]  # noqa: S108
    ended = subprocess.run(again, capture_output=True, encoding="utf-8", timeout=20, check=False)
    assert ended.returncode == 2
    assert "localbox:" in ended.stderr
