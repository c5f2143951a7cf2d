"""The key is in nothing that a run leaves: output, logs, errors, ledger, reports, desired states, results, artifacts.

Prefect keeps logs, parameters, artifacts and the messages of failed runs in its database, and results in its storage.
"""

import threading
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import make_url

from tests.e2e.conftest import Ferry, Outcome
from tests.e2e.test_again import TWO, write
from tests.integration.test_spec_places import serving
from tests.localbox_server import KEY, Localbox

TALKATIVE = {
    "PREFECT_LOGGING_LEVEL": "DEBUG",
    "PREFECT_LOGGING_ROOT_LEVEL": "DEBUG",
    "PREFECT_LOGGING_TO_API_ENABLED": "1",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "1",
}
"""Everything is logged, and results are kept; ours never are, but the exceptions that ended a run are."""


class Echo(BaseHTTPRequestHandler):
    """A service that fails, and echoes the request."""

    def do_POST(self) -> None:
        body = f'{{"errors": [{{"message": "broken: {self.headers["Authorization"]}"}}]}}'.encode()
        self.send_response(400)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def echo() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/graphql"
    server.shutdown()
    server.server_close()


@pytest.fixture
def database(prefect_url: str) -> Path:
    """The file of the Prefect server's database."""
    from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL

    assert prefect_url
    return Path(make_url(str(PREFECT_API_DATABASE_CONNECTION_URL.value())).database or "")


def forms(text: str) -> Iterator[bytes]:
    """A text as it is, and in base64 wherever it begins in what was encoded."""
    yield text.encode()
    for before in range(3):
        whole = b64encode(b"\0" * before + text.encode())
        yield whole[4 if before else 0 : -4]


def holding(needle: str, places: list[Path]) -> list[str]:
    """The files that hold a text in any form; base64 may be broken into lines."""
    files = [file for place in places for file in (place.rglob("*") if place.is_dir() else place.parent.glob("*"))]
    return [str(file) for file in files if file.is_file() and _holds(file.read_bytes(), needle)]


def _holds(content: bytes, needle: str) -> bool:
    joined = content.replace(b"\n", b"").replace(rb"\n", b"")
    return any(form in content or form in joined for form in forms(needle))


def test_the_key_is_found_nowhere(
    flowing: Ferry, localbox: Localbox, echo: str, database: Path, tmp_path: Path
) -> None:
    prefect_home, key_file = tmp_path / "prefect", tmp_path / "key"
    key_file.write_text(f"{KEY}\n", "utf-8")
    spec = write(tmp_path, TWO, imports="import: {as: ground-truth}")
    talkative = {**TALKATIVE, "PREFECT_HOME": str(prefect_home)}

    def run(*arguments: object, **environment: str) -> Outcome:
        return flowing.process(*arguments, **talkative, **environment)

    said = [
        run("plan", spec, "--json"),
        run("onboard", spec, LABELBOX_API_KEY="", LABELBOX_API_KEY_FILE=str(key_file)),
        run("verify", spec),
        run("status", "harbour", "--json"),
        run("onboard", spec, LABELBOX_API_KEY=f"{KEY}-wrong"),
        run("onboard", spec, LABELBOX_ENDPOINT=echo),
        run("onboard", spec, LABELBOX_ENDPOINT="http://127.0.0.1:9/graphql"),
        run("onboard", spec, LABELBOX_API_KEY=f"{KEY} no key"),
    ]
    assert [outcome.code for outcome in said] == [0, 0, 0, 0, 1, 1, 1, 1], said
    assert "broken: Bearer **********" in said[5].err
    assert not [outcome for outcome in said for form in forms(KEY) if form.decode() in outcome.out + outcome.err]
    places = [flowing.home, prefect_home, database]
    assert holding(KEY, places) == []
    for what, word in LEFT.items():  # other texts are found there, so the search works
        assert any(what in file for file in holding(word, places)), what
    logged = database.read_bytes() + database.with_name(f"{database.name}-wal").read_bytes()
    assert all(each in logged for each in (b"2 lines sent in 1 job", b"# harbour: plan", b"broken: Bearer ******"))


STRANGERS = """
import sys, traceback
import orjson
from flows.onboard import onboard
for spec in orjson.loads(sys.stdin.read()):
    try:
        onboard(spec)
    except Exception:
        traceback.print_exc()
    else:
        print("carried out")
"""
"""What Prefect does with the form: it runs the flow with the given values."""

WORD = "canary-text-27c5"
PLAIN: dict[str, Any] = {
    "name": "harbour",
    "dataset": "Harbour",
    "project": "Harbour",
    "ontology": {"name": "Harbour", "file": "ontology.yaml"},
    "videos": [{"global_key": "harbour-1", "row_data": "https://example.com/1.mp4"}],
    "labels": [],
}
FACTS = {"width": 32, "height": 16, "fps": 25, "frame_count": 10}


def naming(path: str) -> list[dict[str, Any]]:
    """The same spec with a path in each place where a spec may have one."""
    return [
        PLAIN | {"ontology": {"name": "Harbour", "file": path}},
        PLAIN | {"videos": path},
        PLAIN | {"videos": [{"global_key": "harbour-1", "row_data": path, **FACTS}]},
        PLAIN | {"labels": [{"format": "table", "path": path}]},
        PLAIN | {"labels": [{"format": "mot", "path": path, "global_key": "harbour-1"}]},
        PLAIN | {"labels": [{"format": "ndjson", "path": path}]},
    ]


def test_a_file_that_a_stranger_names_is_found_nowhere(
    flowing: Ferry, localbox: Localbox, database: Path, tmp_path: Path
) -> None:
    """The key's own file and a text, by path, by link and inside of the folder: pasted, filled in and by URL."""
    prefect_home, specs = tmp_path / "prefect", tmp_path / "specs"
    specs.mkdir()
    (specs / "ontology.yaml").write_text("tools: [{tool: BBOX, name: ferry}]", "utf-8")
    for name, word in (("key.csv", KEY), ("text.csv", WORD)):
        (tmp_path / name).write_text(f"{word}\n", "utf-8")
        (specs / f"linked-{name}").symlink_to(tmp_path / name)
        (specs / f"inside-{name}").write_text(f"{word}\n", "utf-8")
    named = [f"{tmp_path}/key.csv", "linked-key.csv", "inside-text.csv"]
    wrong = [spec for path in named for spec in naming(path)]
    pages = {f"/{number}": (200, orjson.dumps(spec)) for number, spec in enumerate(naming("inside-key.csv"))}
    pages["/key"] = (200, f"{KEY}\n".encode())
    with serving(pages) as url:
        given = [orjson.dumps(spec).decode() for spec in wrong[::2]] + wrong[1::2] + [f"{url}{page}" for page in pages]
        owners = [str(tmp_path / "key.csv"), str(specs / "linked-text.csv"), str(owner_s(tmp_path, "key.csv"))]
        environment = {**TALKATIVE, "PREFECT_HOME": str(prefect_home), "LABELFERRY_SPECS": str(specs)}
        said = flowing.python(STRANGERS, orjson.dumps([*given, *owners]).decode(), **environment)
        assert localbox.mutations() == []
        right = flowing.python(STRANGERS, orjson.dumps([PLAIN]).decode(), **environment)
    assert said.out.count("carried out") == 0
    assert said.err.count("labelferry.errors.S") >= len(given) + len(owners), said.err[-3000:]
    assert right.out.count("carried out") == 1, right.err[-3000:]
    places = [flowing.home, prefect_home, database]
    for word in (KEY, WORD):
        assert not [outcome for outcome in (said, right) for form in forms(word) if form.decode() in str(outcome)]
        assert holding(word, places) == []
    assert any("/prefect-test.db" in file for file in holding("cannot be read as format table", places))


def owner_s(folder: Path, ontology: str) -> Path:
    path = folder / "owner.yaml"
    path.write_text(orjson.dumps(PLAIN | {"ontology": {"name": "Harbour", "file": ontology}}).decode(), "utf-8")
    return path


@pytest.mark.parametrize("command", ["check", "plan", "onboard", "verify"])
def test_a_file_that_is_not_a_spec_is_not_quoted(command: str, offline: Ferry, tmp_path: Path) -> None:
    for name, content in (("key", KEY), ("shadow", f"daemon:*:1::\nroot:{WORD}:1::\n"), ("keys.yaml", f"a: {WORD}\n")):
        (tmp_path / name).write_text(content, "utf-8")
        said = offline(command, tmp_path / name).refused(2)
        assert KEY not in said
        assert WORD not in said


LEFT = {
    "/ledger.db": "harbour-1",
    "/reports/harbour.json": "harbour",
    "/onboardings/harbour/": "harbour-1",
    "/prefect/storage/": "AuthenticationError",
    "/prefect-test.db": "harbour",
}
"""Where a run leaves something, and a word that stands there."""


@pytest.mark.parametrize(
    "url", ["postgresql://ferry:canary-pass-91c@127.0.0.1:9/x", "postgresql://a:canary-pass-91c@/"]
)
def test_the_ledgers_password_is_not_said(url: str, ferry: Ferry, tmp_path: Path) -> None:
    outcome = ferry.process("onboard", write(tmp_path, TWO), LABELFERRY_LEDGER=url)
    assert outcome.code == 2
    assert "canary-pass" not in outcome.out + outcome.err
