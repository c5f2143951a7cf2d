"""The key is in nothing that a run leaves: output, logs, errors, ledger, reports, desired states, results, artifacts.

Prefect keeps logs, parameters, artifacts and the messages of failed runs in its database, and results in its storage.
"""

import threading
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.e2e.conftest import KEY, Ferry, Localbox, Outcome
from tests.e2e.test_again import TWO, write

TALKATIVE = {
    "PREFECT_LOGGING_LEVEL": "DEBUG",
    "PREFECT_LOGGING_ROOT_LEVEL": "DEBUG",
    "PREFECT_LOGGING_TO_API_ENABLED": "1",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "1",
}
"""Everything is logged, and results are kept; ours never are, but the exceptions that ended a run are."""


class Echo(BaseHTTPRequestHandler):
    """A service that fails, and says back what it was asked with."""

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
    for what, word in LEFT.items():  # what is no secret is found there, so the search does look
        assert any(what in file for file in holding(word, places)), what
    logged = database.read_bytes() + database.with_name(f"{database.name}-wal").read_bytes()
    assert all(each in logged for each in (b"2 lines sent in 1 jobs", b"# harbour: plan", b"broken: Bearer ******"))


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
