"""A made-up project in a real Label Studio; run as a program, it records the answers that the tests replay.

See README.md in this folder.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

RECORDED = Path(__file__).with_name("recorded.json")
LEGACY, PERSONAL, ACCESS = "0123456789abcdef0123456789abcdef01234567", "made.up.refresh", "made.up.access"
CONFIG = """<View><Labels name="labels" toName="video"><Label value="car"/></Labels><Video name="video" value="$video"/>
<VideoRectangle name="box" toName="video"/><TimelineLabels name="weather" toName="video"><Label value="rain"/>
</TimelineLabels><Choices name="scene" toName="video"><Choice value="harbour"/></Choices></View>"""
PICTURES = """<View><Image name="image" value="$image"/>
<Choices name="scene" toName="image"><Choice value="harbour"/></Choices></View>"""
PAGE = 2
"""Tasks on a recorded page, so that there are several."""


def results(last: int) -> list[dict[str, Any]]:
    """What an annotator drew: a box up to a frame, and two answers."""
    box = {"x": 10, "y": 20, "width": 30, "height": 40, "rotation": 0}
    frames = [{"frame": 1, "enabled": True, **box}, {"frame": last, "enabled": False, **box, "x": 20.5}]
    size = {"original_width": 64, "original_height": 48}
    values: dict[str, dict[str, Any]] = {
        "videorectangle": {
            "from_name": "box",
            **size,
            "value": {"framesCount": 30, "sequence": frames, "labels": ["car"]},
        },
        "timelinelabels": {
            "from_name": "weather",
            "value": {"ranges": [{"start": 3, "end": 8}], "timelinelabels": ["rain"]},
        },
        "choices": {"from_name": "scene", "value": {"choices": ["harbour"]}},
    }
    return [
        {"id": f"r{at}", "to_name": "video", "type": kind, **value} for at, (kind, value) in enumerate(values.items())
    ]


def create(http: httpx.Client, title: str, config: str = CONFIG) -> int:
    """Create a project: two annotated tasks, one with a skipped annotation too, one empty task, one only predicted."""

    def post(path: str, **body: Any) -> int:
        return int(http.post(path, json=body).raise_for_status().json()["id"])

    project = post("projects", title=title, label_config=config)
    tasks = [post("tasks", project=project, data={"video": f"https://v.example/cam{at}.mp4"}) for at in (1, 2, 3, 4)]
    post(f"tasks/{tasks[0]}/annotations", result=results(25), was_cancelled=True)
    for at in (0, 1):
        post(f"tasks/{tasks[at]}/annotations", result=results(10 + at))
    post("predictions", task=tasks[3], result=results(20), model_version="made-up")
    return project


@contextmanager
def personal_token(http: httpx.Client) -> Iterator[str]:
    """A personal access token, which is revoked at the end; a user has one at most."""
    token = str(http.post("token/").raise_for_status().json()["token"])
    yield token
    http.post("token/blacklist/", json={"refresh": token}).raise_for_status()


def request_of(method: str, url: str) -> str:
    """What a request asks for, in short: path, and what matters of the query."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    if "query" in query:
        query["after"] = json.loads(query["query"])["filters"]["items"][0]["value"]
    kept = [f"{name}={query[name]}" for name in ("title", "page", "project", "after", "exportType") if name in query]
    return f"{method} {parts.path.removeprefix('/api/')} {' '.join(kept)}".rstrip()


def record(url: str) -> None:
    """Record the answers of a Label Studio that has no projects yet and a user with the legacy token above."""
    answers: dict[str, Any] = {}
    http = httpx.Client(base_url=f"{url}/api/", headers={"Authorization": f"Token {LEGACY}"}, timeout=60)
    project = create(http, "Harbour")
    http.post("projects", json={"title": "Harbour pictures", "label_config": PICTURES}).raise_for_status()

    def keep(said: httpx.Response, suffix: str = "") -> None:
        asked = f"{request_of(said.request.method, str(said.request.url))}{suffix}"
        answers[asked] = {"status": said.status_code, "body": said.json()}

    for path in (project, 2, 99):
        keep(http.get(f"projects/{path}"))
    for page in (1, 2):
        keep(http.get("projects", params={"title": "Harbour", "page": page, "page_size": 1}))
    keep(http.get("projects", params={"title": "Quay", "page": 1}))
    for last in (0, PAGE):
        item = {"filter": "filter:tasks:id", "operator": "greater", "type": "Number", "value": last}
        query = {"filters": {"conjunction": "and", "items": [item]}, "ordering": ["tasks:id"]}
        shape = {"fields": "all", "resolve_uri": "false", "page_size": PAGE, "query": json.dumps(query)}
        keep(http.get("tasks", params={"project": project, **shape}))
    keep(http.get(f"projects/{project}/export", params={"exportType": "JSON"}))
    with personal_token(http) as refresh:
        keep(httpx.post(f"{url}/api/token/refresh", json={"refresh": refresh}))
    answers["POST token/refresh"]["body"] = {"access": ACCESS}
    keep(httpx.post(f"{url}/api/token/refresh", json={"refresh": "a.b.c"}), " refused")
    keep(httpx.get(f"{url}/api/projects/1", headers={"Authorization": "Token wrong"}), " refused")
    version = http.get("version").json()["release"]
    lines = ",\n".join(f"{json.dumps(asked)}: {json.dumps(said)}" for asked, said in answers.items())
    RECORDED.write_text(f'{{"version": "{version}", "answers": {{\n{lines}\n}}}}\n', "utf-8")


if __name__ == "__main__":
    record(sys.argv[1])
