"""Where a spec may come from: a path, an address, text, or a form; and what somebody decides for one run."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from labelferry.errors import SpecError
from labelferry.planning.prepare import MOST_BYTES, load_spec
from labelferry.spec import Decisions, is_name, name_of

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


@pytest.fixture
def address() -> Iterator[str]:
    """A server on this machine that has specs."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = PAGES[self.path]
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_same_spec_from_everywhere(address: str, tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(TEXT, "utf-8")
    file = load_spec(str(tmp_path / "spec.yaml"))
    others = [load_spec(TEXT), load_spec(f"{address}/spec.yaml"), load_spec(file.spec)]
    assert {other.spec.name for other in others} == {"clips"}
    assert all(other.spec == file.spec for other in others)
    assert (file.base, file.trusted) == (tmp_path, True)
    assert {(other.base, other.trusted) for other in others} == {(Path.cwd(), False)}


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("/python.yaml", "format python runs code"),
        ("/wrong.yaml", r"wrong\.yaml:2: datasets: unknown key"),
        ("/large.yaml", "which is no spec"),
        ("/picture.png", "not UTF-8"),
        ("/gone.yaml", "404"),
    ],
)
def test_an_address_that_has_none(page: str, says: str, address: str) -> None:
    with pytest.raises(SpecError, match=says):
        load_spec(address + page)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/spec.yaml", "http://[1/spec.yaml"])
def test_an_address_that_does_not_answer(url: str) -> None:
    with pytest.raises(SpecError, match="the spec cannot be had"):
        load_spec(url)


def test_pasted_text_is_refused_with_its_line() -> None:
    with pytest.raises(SpecError, match=r"pasted spec:2: datasets: unknown key"):
        load_spec(TEXT.replace("dataset:", "datasets:"))
    with pytest.raises(SpecError, match="runs code"):
        load_spec(PYTHON)


def test_a_decision_counts_before_the_spec() -> None:
    loaded = load_spec(TEXT).decided(Decisions(on_changed="replace"))
    assert (loaded.spec.on_changed, loaded.spec.on_existing) == ("replace", "reuse")
    assert load_spec(TEXT).decided(Decisions()).spec == load_spec(TEXT).spec
    with pytest.raises(SpecError, match="decisions: on_labelled: add goes with as: ground-truth only"):
        load_spec(TEXT).decided(Decisions(on_labelled="add"))


def test_what_a_run_is_called(tmp_path: Path) -> None:
    assert [name_of(spec) for spec in ("a/spec.yaml", TEXT, load_spec(TEXT).spec, {"name": "clips"})] == [
        *("a/spec.yaml", "a pasted spec", "clips", "clips"),
    ]
    assert is_name("clips")
    assert not any(is_name(spec) for spec in ("a/spec.yaml", TEXT, load_spec(TEXT).spec))
