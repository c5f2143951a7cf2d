"""The fixture for tests of other people: an empty localbox each, with an endpoint and a key, in a plain pytest."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = """
import json
import urllib.request

import pytest


def asked(localbox, text):
    body, headers = json.dumps({"query": text}).encode(), {"Authorization": f"Bearer {localbox.key}"}
    with urllib.request.urlopen(urllib.request.Request(localbox.endpoint, body, headers)) as answer:
        return json.loads(answer.read())["data"]


@pytest.mark.parametrize("time", ["first", "second"])
def test_it_is_empty_each_time(localbox, time):
    assert asked(localbox, "{datasets {name}}") == {"datasets": []}
    asked(localbox, 'mutation {createDataset(data: {name: "d"}) {id}}')
    assert localbox.rest_endpoint.startswith("http://127.0.0.1:")
    assert localbox.rest_endpoint.endswith("/api/v1")


def test_what_its_jobs_do(localbox):
    assert localbox.control("transitions") == TRANSITIONS
    assert localbox.control("reading", {"range_base": 1}) == {"range_base": 1}
"""


def run(folder: Path, *options: str, transitions: object) -> "subprocess.CompletedProcess[str]":
    (folder / "test_theirs.py").write_text(TESTS.replace("TRANSITIONS", repr(transitions)), "utf-8")
    command = [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return subprocess.run(command, cwd=folder, env=clean, capture_output=True, encoding="utf-8", check=False)


@pytest.mark.parametrize(
    ("options", "transitions"),
    [((), {"*": {"when": "now"}}), (("--localbox-like", "hostile"), {})],
    ids=["", "hostile"],
)
def test_strangers_use_it(tmp_path: Path, options: tuple[str, ...], transitions: object) -> None:
    ended = run(tmp_path, *options, transitions=transitions)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "3 passed" in ended.stdout


def test_a_profile_that_there_is_not_is_told(tmp_path: Path) -> None:
    ended = run(tmp_path, "--localbox-like", "friendly", transitions={})
    assert ended.returncode == 1
    assert "'friendly' is neither as-official-tests, as-documented, hostile nor a JSON file" in ended.stdout
