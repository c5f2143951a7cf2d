"""Labels from a running Label Studio: its recorded answers, and the real one where there is one (see README.md)."""

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

import labelferry
from labelferry.desired.build import build
from labelferry.errors import InputError, LabelferryError
from labelferry.spec.load import load_own_spec, load_spec
from tests.commands import command
from tests.integration.label_studio.made_up import ACCESS, LEGACY, PERSONAL, create, personal_token
from tests.integration.label_studio.replay import Replay, replayed
from tests.localbox_server import Localbox

FACTS = {"width": 64, "height": 48, "fps": 10, "frame_count": 30}
TASKS = ["GET tasks project=1 after=0", "GET tasks project=1 after=2"]


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> Iterator[Replay]:
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", LEGACY)
    with replayed() as replay:
        yield replay


def spec_of(**labels: Any) -> dict[str, Any]:
    """A spec of the two videos that are annotated."""
    names = [f"cam{at}.mp4" for at in (1, 2)]
    return {
        "name": "harbour",
        "dataset": "Harbour",
        "project": "Harbour",
        "ontology": {"name": "Harbour", "from": "labels"},
        "videos": [{"global_key": name, "row_data": f"https://v.example/{name}", **FACTS} for name in names],
        "labels": [{"format": "label-studio", **labels}],
    }


def lines_of(spec: Any, home: Path) -> list[bytes]:
    """The lines of a spec, and the places that they are from."""
    desired = build(load_own_spec(spec), home)
    return [desired.body(line) for line in desired.index()]


def refused(spec: Any, home: Path) -> LabelferryError:
    with pytest.raises(LabelferryError) as error:
        build(load_own_spec(spec), home)
    return error.value


@pytest.mark.parametrize(
    ("project", "token", "before"),
    [
        (1, LEGACY, ["GET projects/1"]),
        ("Harbour", LEGACY, ["GET projects title=Harbour page=1", "GET projects title=Harbour page=2"]),
        (1, PERSONAL, ["GET projects/1"]),
    ],
)
def test_a_project_has_the_labels_of_its_export(
    project: int | str, token: str, before: list[str], studio: Replay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = tmp_path / "export.json"
    export.write_text(json.dumps(studio.answers["GET projects/1/export exportType=JSON"]["body"]), "utf-8")
    expected = lines_of(spec_of(path=str(export)), tmp_path / "one")
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", token)
    spec = spec_of(url=f"{studio.url}/", project=project)
    assert lines_of(spec, tmp_path / "two") == expected
    assert len(expected) == 6
    assert [asked for asked in studio.asked if asked != "POST token/refresh"] == [*before, *TASKS]
    assert studio.credentials == {f"Token {LEGACY}" if token == LEGACY else f"Bearer {ACCESS}"}


def test_the_order_of_the_server_does_not_matter(studio: Replay, tmp_path: Path) -> None:
    """A database returns annotations in any order; the reader takes the first one that is not skipped."""
    spec = spec_of(url=studio.url, project=1)
    for task in studio.answers[TASKS[0]]["body"]["tasks"]:
        task["annotations"].append({"id": 99, "result": [], "was_cancelled": False})
    expected = lines_of(spec, tmp_path / "one")
    for task in studio.answers[TASKS[0]]["body"]["tasks"]:
        task["annotations"].reverse()
    assert lines_of(spec, tmp_path / "two") == expected


def test_onboarded_twice(studio: Replay, account: Localbox, tmp_path: Path) -> None:
    """The second run has nothing to do, and neither leaves a token anywhere."""
    spec = spec_of(url=studio.url, project=1)
    assert labelferry.onboard(spec).accepted == 6
    asked = list(studio.asked)
    assert asked == ["GET projects/1", *TASKS]
    assert labelferry.plan(spec).totals == {"create": 0, "update": 0, "delete": 0, "conflict": 0}
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if LEGACY.encode() in path.read_bytes()]
    desired = next(path for path in files if path.name == "index.jsonl")
    assert f"{studio.url}/projects/1" in desired.read_text("utf-8")


PROJECT = {"project": 1}
REDIRECT = {"status": 302, "headers": {"Location": "http://elsewhere.example/api/projects/1?token=secret"}}
NOT_IN_ORDER = {"body": {"total": 2, "tasks": [{"id": 2, "data": {}, "annotations": []}] * 2}, "status": 200}
REFUSALS: dict[str, tuple[dict[str, Any], dict[str, dict[str, Any]], str, int, str]] = {
    "no such id": ({"project": 99}, {}, "NotFoundError", 1, "no project 99 here; correct project: or url:"),
    "no such title": ({"project": "Quay"}, {}, "NotFoundError", 1, "no project is titled 'Quay'"),
    "pictures": ({"project": 2}, {}, "SourceError", 2, "/projects/2: does not label videos"),
    "redirect": (PROJECT, {"GET projects/1": REDIRECT}, "SpecError", 2, "redirects to http://elsewhere.example, where"),
    "no page": (PROJECT, {"GET projects/1": {"status": 200, "raw": b"<html>"}}, "UnavailableError", 1, "cut off"),
    "forbidden": (PROJECT, {"GET projects/1": {"status": 403}}, "PermissionDeniedError", 1, "may not read this"),
    "broken": (PROJECT, {TASKS[1]: {"status": 502}}, "UnavailableError", 1, "HTTP 502; run again"),
    "strange": (PROJECT, {TASKS[1]: {"status": 400}}, "RejectedError", 1, "HTTP 400"),
    "cut": (PROJECT, {TASKS[1]: {"status": 200, "raw": b"[" * 99, "cut": True}}, "UnavailableError", 1, "cut its"),
    "not in order": (PROJECT, {TASKS[1]: NOT_IN_ORDER}, "UnavailableError", 1, "out of order"),
    "tasks are missing": (
        PROJECT,
        {TASKS[1]: {"status": 200, "body": {"total": 2, "tasks": []}}},
        "UnavailableError",
        1,
        "tasks are missing",
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_is_refused(case: str, studio: Replay, tmp_path: Path) -> None:
    options, answers, kind, code, said = REFUSALS[case]
    studio.answers |= answers
    error = refused(spec_of(url=studio.url, **options), tmp_path)
    assert (type(error).__name__, error.exit_code) == (kind, code)
    assert str(error).startswith(studio.url)
    assert said in str(error)
    assert "secret" not in str(error)


def test_a_title_that_several_projects_have(studio: Replay, tmp_path: Path) -> None:
    studio.answers["GET projects title=Harbour page=1"]["body"]["results"][0]["title"] = "Harbour"
    error = refused(spec_of(url=studio.url, project="Harbour"), tmp_path)
    assert error.exit_code == 4
    assert "give an id as project: 2, 1" in str(error)


def test_a_wrong_token(studio: Replay, tmp_path: Path) -> None:
    """From the command line, which ends with the exit code and prints no token."""
    path, token = tmp_path / "spec.yaml", "f" * 40
    path.write_text(yaml.safe_dump(spec_of(url=studio.url, project=1)), "utf-8")
    done = command(tmp_path, "check", str(path), LABEL_STUDIO_API_KEY=token)
    assert done.returncode == 1
    assert "refused the token of LABEL_STUDIO_API_KEY" in done.stderr
    assert token not in done.stdout + done.stderr


def test_a_wrong_personal_access_token(studio: Replay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "a.b.c")
    error = refused(spec_of(url=studio.url, project=1), tmp_path)
    assert type(error).__name__ == "AuthenticationError"
    assert studio.asked == ["POST token/refresh"]


@pytest.mark.parametrize(
    ("token", "said"), [(None, "no token for Label Studio"), ("a b", "contains blanks"), ("ä", "contains blanks")]
)
def test_no_token(
    token: str | None, said: str, studio: Replay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LABEL_STUDIO_API_KEY")
    if token:
        monkeypatch.setenv("LABEL_STUDIO_API_KEY", token)
    error = refused(spec_of(url=studio.url, project=1), tmp_path)
    assert isinstance(error, InputError)
    assert said in str(error)
    assert studio.asked == []


def test_a_server_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", LEGACY)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        error = refused(spec_of(url=f"http://127.0.0.1:{taken.getsockname()[1]}", project=1), tmp_path)
    assert (type(error).__name__, error.retryable) == ("UnavailableError", True)
    assert "check that Label Studio is running there" in str(error)


def test_a_stranger_sends_the_token_nowhere_else(
    studio: Replay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pasted = yaml.safe_dump(spec_of(url=studio.url, project=1))
    for allowed in ("", "http://elsewhere.example", f"{studio.url}0"):
        monkeypatch.setenv("LABEL_STUDIO_URL", allowed)
        with pytest.raises(InputError, match="reads only the Label Studio that LABEL_STUDIO_URL names"):
            build(load_spec(pasted), tmp_path)
    assert studio.asked == []
    monkeypatch.setenv("LABEL_STUDIO_URL", f"{studio.url}/")
    assert build(load_spec(pasted), tmp_path).counts.lines == 6


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ({}, "give either path, or url and project"),
        ({"url": "http://a"}, "give either path, or url and project"),
        ({"url": "http://a", "project": 1, "path": "a.json"}, "give either path, or url and project"),
        *(
            ({"url": url, "project": 1}, "give the URL of the server alone")
            for url in (
                "localhost:8080",
                "ftp://a",
                "http://me:secret@a",
                "http://a/projects/1",
                "http://a?b",
                "http://",
            )
        ),
        ({"url": "http://a:99999", "project": 1}, "url: port out of range"),
        ({"url": "http://a", "project": True}, "project"),
    ],
)
def test_an_entry_that_is_wrong(labels: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said) as error:
        load_own_spec(spec_of(**labels))
    assert "secret" not in str(error.value)


REAL = os.environ.get("LABELFERRY_TEST_LABEL_STUDIO")


@pytest.mark.full
@pytest.mark.skipif(REAL is None, reason="LABELFERRY_TEST_LABEL_STUDIO names no Label Studio (see README.md)")
def test_the_real_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project, created for this and deleted after it, has the labels of its own export, with either kind of token."""
    token = os.environ["LABEL_STUDIO_API_KEY"]
    with httpx.Client(base_url=f"{REAL}/api/", headers={"Authorization": f"Token {token}"}, timeout=60) as http:
        title = f"labelferry test {os.getpid()}"
        project = create(http, title)
        try:
            export = tmp_path / "export.json"
            export.write_bytes(http.get(f"projects/{project}/export", params={"exportType": "JSON"}).content)
            expected = lines_of(spec_of(path=str(export)), tmp_path / "export")
            assert len(expected) == 6
            assert lines_of(spec_of(url=REAL, project=project), tmp_path / "by id") == expected
            with personal_token(http) as personal:
                monkeypatch.setenv("LABEL_STUDIO_API_KEY", personal)
                assert lines_of(spec_of(url=REAL, project=title), tmp_path / "by title") == expected
        finally:
            http.delete(f"projects/{project}").raise_for_status()
