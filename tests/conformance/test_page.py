"""The page: what it shows without a key, what it asks for with one."""

from collections.abc import Iterator
from typing import Any

import httpx
import labelbox as lb
import pytest

from tests.conformance import guide
from tests.localbox_server import KEY, Localbox


@pytest.fixture
def http(localbox: Localbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=localbox.base, timeout=10) as made:
        yield made


@pytest.fixture(scope="module")
def project(client: Any) -> Any:
    dataset = client.create_dataset(name="page", iam_integration=None)
    rows = [{"row_data": guide.VIDEO, "global_key": f"page-{n}", "media_type": "VIDEO"} for n in range(120)]
    dataset.create_data_rows(rows).wait_till_done()
    made = client.create_project(name="page", media_type=lb.MediaType.Video)
    made.connect_ontology(client.create_ontology("page", guide.ontology(), media_type=lb.MediaType.Video))
    made.create_batch("b", global_keys=[row["global_key"] for row in rows], priority=5)
    lb.LabelImport.create_from_objects(client, made.uid, "truth", guide.labels("page-0"))
    lines = [{"name": "nobody", "answer": "x", "dataRow": {"globalKey": "page-0"}}]
    lb.MALPredictionImport.create_from_objects(client, made.uid, "mal", lines)
    return made


@pytest.mark.parametrize("path", ["/", "/_page/page.js", "/_page/drawing.js", "/_page/page.css"])
def test_the_shell_is_open_and_holds_no_data(http: httpx.Client, project: Any, path: str) -> None:
    answer = http.get(path)
    assert answer.status_code == 200
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert project.uid not in answer.text


def test_its_data_needs_the_key(http: httpx.Client, project: Any) -> None:
    for path in ("projects", f"projects/{project.uid}/rows", f"projects/{project.uid}/imports"):
        assert http.get(f"/_page/{path}").status_code == 401


def test_what_it_shows(http: httpx.Client, project: Any) -> None:
    http.headers["Authorization"] = f"Bearer {KEY}"
    entry = next(each for each in http.get("/_page/projects").json() if each["id"] == project.uid)
    assert (entry["rows"], entry["labels"]) == (120, 1)
    first = http.get(f"/_page/projects/{project.uid}/rows").json()
    assert (len(first["rows"]), first["total"], first["rows"][0]["labels"]) == (100, 120, 1)
    assert len(http.get(f"/_page/projects/{project.uid}/rows?skip=100").json()["rows"]) == 20
    assert http.get(f"/_page/projects/{project.uid}/rows?search=PAGE-11").json()["total"] == 11
    row = http.get(f"/_page/projects/{project.uid}/rows/{first['rows'][0]['id']}").json()
    (label,) = row["labels"]
    assert label["benchmark"]
    assert "13" in label["annotations"]["frames"]
    imports = http.get(f"/_page/projects/{project.uid}/imports").json()
    assert {(each["name"], each["failures"]) for each in imports} == {("truth", 0), ("mal", 1)}
    assert http.get(f"/_page/projects/{project.uid}/rows/nobody").status_code == 404


@pytest.mark.parametrize(
    "path", ["/files/../localbox.db", "/files/%2e%2e%2flocalbox.db", "/files/c" + "0" * 24, "/files/x/y"]
)
def test_files_lead_nowhere_else(http: httpx.Client, path: str) -> None:
    assert http.get(path).status_code == 404
