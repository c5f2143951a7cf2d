"""The places of a spec: a path, a URL, text, or a form; and the decisions for one run."""

import socket
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from labelferry.errors import SpecError
from labelferry.files.reach import Reach
from labelferry.spec import Decisions, is_name, name_of
from labelferry.spec.fetch import MOST_BYTES, fetch_text
from labelferry.spec.load import load_spec

TEXT = """\
name: clips
dataset: Clips
project: Clips
ontology: {name: Clips, from: labels}
videos: videos.csv
labels:
  - {format: table, path: boxes.csv}
"""
PYTHON = TEXT.replace("{format: table, path: boxes.csv}", "{format: python, path: labels.py}")
PAGES = {
    "/spec.yaml": (200, TEXT.encode()),
    "/python.yaml": (200, PYTHON.encode()),
    "/wrong.yaml": (200, TEXT.replace("dataset:", "datasets:").encode()),
    "/large.yaml": (200, b"#" * (MOST_BYTES + 1)),
    "/picture.png": (200, b"\x89PNG\xff\xfe"),
    "/gone.yaml": (404, b"no"),
}


@contextmanager
def serving(pages: Mapping[str, tuple[int, bytes]]) -> Iterator[str]:
    """A server on this machine that has these pages; its URL."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = pages[self.path]
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def address() -> Iterator[str]:
    """A server that has specs."""
    with serving(PAGES) as address:
        yield address


def test_the_same_spec_from_everywhere(address: str, tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(TEXT, "utf-8")
    file = load_spec(str(tmp_path / "spec.yaml"))
    others = [load_spec(TEXT), load_spec(f"{address}/spec.yaml"), load_spec(file.spec)]
    assert {other.spec.name for other in others} == {"clips"}
    assert all(other.spec == file.spec for other in others)
    assert file.reach == Reach(tmp_path)
    assert {other.reach for other in others} == {Reach(None, confined=True)}
    assert load_spec(TEXT, tmp_path).reach == Reach(tmp_path, confined=True)


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("/python.yaml", "format python runs code"),
        ("/wrong.yaml", r"wrong\.yaml:2: datasets: unknown key"),
        ("/large.yaml", "larger than 1 MB, so not a spec"),
        ("/picture.png", "not UTF-8"),
        ("/gone.yaml", "404"),
    ],
)
def test_an_address_that_has_none(page: str, says: str, address: str) -> None:
    with pytest.raises(SpecError, match=says):
        load_spec(address + page)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/spec.yaml", "http://[1/spec.yaml"])
def test_an_address_that_does_not_answer(url: str) -> None:
    with pytest.raises(SpecError, match="the spec could not be fetched"):
        load_spec(url)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n"
DRIPS = {"in the body": (HEAD, b"#"), "in the headers": (b"HTTP/1.1 200 OK\r\nX: ", b"x"), "from the start": (b"", b"")}


@contextmanager
def dripping(start: bytes, drop: bytes) -> Iterator[str]:
    """A server that answers with some bytes, and then a few now and then for ever."""
    stopped = threading.Event()

    def drip(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            try:
                connection.sendall(start)
                while not stopped.wait(0.05):
                    connection.sendall(drop)
            except OSError:
                return  # the client has disconnected

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip, args=[listener])
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/spec.yaml"
        stopped.set()
        thread.join()


@pytest.mark.parametrize(("start", "drop"), DRIPS.values(), ids=DRIPS)
def test_a_server_that_drips_has_a_deadline(start: bytes, drop: bytes) -> None:
    """Each byte comes long before a time-out; the whole never does."""
    began = time.monotonic()
    with dripping(start, drop) as url, pytest.raises(SpecError, match=r"within 1 s|could not be fetched"):
        fetch_text(url, seconds=1)
    assert time.monotonic() - began < 10


def test_a_page_that_is_no_spec_is_not_quoted() -> None:
    """It may be one that the worker can reach and whoever gave its URL cannot."""
    with serving({"/": (200, b"token: canary-word\n"), "/b": (200, b"a: [canary-word\n")}) as address:
        for url in (f"{address}/", f"{address}/b"):
            with pytest.raises(SpecError) as refused:
                load_spec(url)
            assert "canary" not in "".join(traceback.format_exception(refused.value))


def test_pasted_text_is_refused_with_its_line() -> None:
    with pytest.raises(SpecError, match=r"pasted spec:2: datasets: unknown key"):
        load_spec(TEXT.replace("dataset:", "datasets:"))
    with pytest.raises(SpecError, match="runs code"):
        load_spec(PYTHON)


def test_a_decision_counts_before_the_spec() -> None:
    loaded = load_spec(TEXT).decided(Decisions(on_changed="replace"))
    assert (loaded.spec.on_changed, loaded.spec.on_existing) == ("replace", "reuse")
    assert load_spec(TEXT).decided(Decisions()).spec == load_spec(TEXT).spec
    with pytest.raises(SpecError, match="decisions: on_labelled: add needs as: ground-truth"):
        load_spec(TEXT).decided(Decisions(on_labelled="add"))


def test_what_a_run_is_called(tmp_path: Path) -> None:
    assert [name_of(spec) for spec in ("a/spec.yaml", TEXT, load_spec(TEXT).spec, {"name": "clips"})] == [
        *("a/spec.yaml", "a pasted spec", "clips", "clips"),
    ]
    assert is_name("clips")
    assert not any(is_name(spec) for spec in ("a/spec.yaml", TEXT, load_spec(TEXT).spec))
