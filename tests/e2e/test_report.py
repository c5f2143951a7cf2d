"""The output of a run: a page, a spreadsheet, JSON and artifacts, with every refused line and its place."""

import csv
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from labelferry.demo import boxes, draw_scene
from tests.e2e.conftest import Ferry
from tests.localbox_server import Localbox
from tests.reports.test_html import Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CLASS = "<script>alert('ferry')</script>"
SPEC = """\
name: harbour
dataset: Harbour
project: {name: "Harbour <b>north</b>", media_type: VIDEO}
ontology: {name: Harbour, file: ontology.yaml}
videos:
  - {global_key: scene, row_data: scene.mp4}
labels:
  - {format: ndjson, path: labels.ndjson}
import: {as: prelabels}
"""
UNKNOWN = "cm9unknownschema000000000"
KINDS = {"box": 3, "classification": 1}
STEPS = [
    "assemble-labels",
    "make-plan",
    "keep-files",
    "poll-job-errors",
    "create-data-rows",
    "build-ontology",
    "create-project",
    "create-batch",
    "import-labels",
    "poll-job-errors",
]


def write(folder: Path) -> Path:
    """The demo's scene: two tracks of a class, one of a schema id that no service knows, and an answer."""
    draw_scene(folder)
    features = [{"name": CLASS}, {"schemaId": UNKNOWN}, {"name": CLASS}]
    lines: list[dict[str, Any]] = []
    for track, feature in enumerate(features, 1):
        keyframes = [
            {"frame": box.frame, "bbox": {"left": box.left, "top": box.top, "width": box.width, "height": box.height}}
            for box in boxes()
            if box.track == track
        ]
        lines.append({**feature, "segments": [{"keyframes": keyframes}]})
    lines.append({"name": "weather", "answer": {"name": "sun"}})
    row = {"dataRow": {"globalKey": "scene"}}
    (folder / "labels.ndjson").write_bytes(b"".join(orjson.dumps(row | line) + b"\n" for line in lines))
    tools = {"tools": [{"tool": "BBOX", "name": CLASS}]}
    questions = {"classifications": [{"class_type": "RADIO", "name": "weather", "options": ["rain", "sun"]}]}
    (folder / "ontology.yaml").write_bytes(orjson.dumps(tools | questions))
    (folder / "harbour.yaml").write_text(SPEC, "utf-8")
    return folder / "harbour.yaml"


@pytest.fixture
def run(flowing: Ferry, tmp_path: Path) -> Path:
    """A run with a refused line; the folder of its reports."""
    ended = flowing("onboard", write(tmp_path))
    assert "1 line was refused" in ended.refused(3)
    page = flowing.home / "reports" / "harbour.html"
    assert f"report in {page}" in ended.out
    return page.parent


def test_the_page_says_what_was_planned_and_what_happened(run: Path) -> None:
    page = Page((run / "harbour.html").read_text("utf-8"))
    rows = page.cells
    assert ["create", "project", "Harbour <b>north</b>", "", "no resource has this name"] in rows
    assert ["create", "import", "prelabels", "4", "not imported yet"] in rows
    assert ["box", "3", "2", "1", "0", "0"] in rows
    assert ["classification", "1", "1", "0", "0", "0"] in rows
    assert ["all", "4", "3", "1", "0", "0"] in rows
    failed, warned = [cells for cells in rows if cells[0] == "labels.ndjson:2"]
    assert failed[1:3] == ["scene", f"schema id {UNKNOWN}"]
    assert UNKNOWN in failed[3]
    assert warned[1:] == [
        "scene",
        f"the tool is given by schema id {UNKNOWN} and the ontology has no ids, so it cannot be checked",
        "name it, or take the ontology from Labelbox",
    ]
    assert "schema-id-unchecked warning (1)" in page.text
    assert "What to do: make the ontology and the label agree" in page.text
    assert "scene: 4 lines, 1 of them refused." in page.text
    assert page.tags.count("img") == 1
    steps = [cells[0] for cells in rows if len(cells) == 5 and cells[0] in STEPS]
    assert steps == STEPS
    assert "script" not in page.tags


def test_the_spreadsheet_and_the_json_tell_the_same(run: Path) -> None:
    with (run / "harbour.csv").open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    report = orjson.loads((run / "harbour.json").read_bytes())
    assert (
        Counter(line["kind"] for line in lines) == KINDS == {each["kind"]: each["lines"] for each in report["tallies"]}
    )
    states = Counter(line["state"] for line in lines)
    assert states == {"accepted": report["accepted"], "failed": report["failed"]} == {"accepted": 3, "failed": 1}
    assert report["sent"] == len(lines) == sum(states.values())
    assert report["pending"] == 0
    (failed,) = [line for line in lines if line["state"] == "failed"]
    (listed,) = report["failed_lines"]
    assert failed["source"] == listed["source"] == "labels.ndjson:2"
    assert failed["class"] == listed["kind"] == "fix-ontology"
    assert failed["message"] == listed["message"]
    assert {line["job"] for line in lines} == set(report["jobs"])
    assert [step["name"] for step in report["steps"]] == STEPS
    assert report["steps"] == sorted(report["steps"], key=lambda step: step["started_at"])
    assert report["planned"][-1]["kind"] == "import"


def artifacts(prefect_url: str, run_after: str) -> dict[str, Any]:
    """The data of the artifacts that were made since a moment, the latest of each key."""
    query = {"sort": "CREATED_DESC", "limit": 50}
    found = httpx.post(f"{prefect_url}/artifacts/filter", json=query, trust_env=False).json()
    recent = [each for each in reversed(found) if each["key"] and each["created"] >= run_after]
    return {each["key"]: orjson.loads(each["data"]) if each["type"] == "table" else each["data"] for each in recent}


def test_the_run_leaves_artifacts(run: Path, localbox: Localbox, prefect_url: str) -> None:
    report = orjson.loads((run / "harbour.json").read_bytes())
    made = artifacts(prefect_url, report["steps"][0]["started_at"])
    assert set(made) == {"plan", "import-jobs", "failed-lines", "findings", "project", "onboarding"}
    (job,) = made["import-jobs"]
    assert (job["state"], job["lines"], job["accepted"], job["failed"], job["pending"]) == ("done", 4, 3, 1, 0)
    (failed,) = made["failed-lines"]
    assert (failed["source"], failed["class"]) == ("labels.ndjson:2", "fix-ontology")
    (found,) = made["findings"]
    assert (found["rule"], found["place"], found["row"]) == ("schema-id-unchecked", "labels.ndjson:2", "scene")
    assert "](data:image/jpeg;base64," in made["onboarding"]
    assert len(made["onboarding"]) < 90_000
    root = localbox.endpoint.removesuffix("graphql")
    assert f"]({root}#{report['project']})" in made["onboarding"]
    assert root in made["project"]
    assert "<script>" not in made["onboarding"] + made["plan"]


def test_a_run_that_has_nothing_to_do_leaves_a_page_and_no_picture_in_the_server(
    flowing: Ferry, tmp_path: Path, run: Path, prefect_url: str
) -> None:
    again = flowing("onboard", tmp_path / "harbour.yaml", "--json")
    again.refused(3)
    made = artifacts(prefect_url, again.json["steps"][0]["started_at"])
    assert "data:image" not in made["onboarding"]
    page = Page((run / "harbour.html").read_text("utf-8"))
    assert [
        "skip",
        "import",
        "prelabels",
        "3",
        "already imported; 1 failed before and have not changed",
    ] in page.cells
    assert page.tags.count("img") == 1


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
def test_the_page_opens_offline_without_scripts(run: Path) -> None:
    from playwright.sync_api import sync_playwright

    asked: list[str] = []
    said: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        page = browser.new_context(offline=True).new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.goto((run / "harbour.html").as_uri())
        width = page.evaluate("document.querySelector('figure img').naturalWidth")
        bars = page.evaluate("[...document.querySelectorAll('.bar')].map(bar => bar.getBoundingClientRect().right)")
        edge = page.evaluate("document.querySelector('.track').getBoundingClientRect().right")
        browser.close()
    assert [url for url in asked if not url.startswith("data:")] == [(run / "harbour.html").as_uri()]
    assert said == []
    assert width > 1000
    assert abs(max(bars) - edge) < 4
