"""State that outlives a request: pending webhooks, several servers on one folder, a kill."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import labelbox as lb
import pytest
from labelbox.schema.webhook import Webhook

from tests.conformance.conftest import fetch
from tests.localbox_server import KEY, Localbox


@pytest.fixture
def listener() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    heard: list[dict[str, Any]] = []

    class Ear(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append({"headers": dict(self.headers), "body": body})
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Ear)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/hook", heard
    server.shutdown()
    thread.join()
    server.server_close()


def test_webhooks_are_signed(client: Any, project: Any, keys: list[str], listener: Any) -> None:
    import hashlib
    import hmac
    import time

    url, heard = listener
    hook = Webhook.create(client, [Webhook.LABEL_CREATED], url, "secret", project)
    assert hook.status == "ACTIVE"
    project.create_batch("b", global_keys=keys[:1], priority=5)
    line = {"name": "free_text", "answer": "x", "dataRow": {"globalKey": keys[0]}}
    lb.LabelImport.create_from_objects(client, project.uid, "truth", [line])
    for _ in range(100):
        if heard:
            break
        time.sleep(0.05)
    (event,) = heard
    expected = hmac.new(b"secret", event["body"], hashlib.sha1).hexdigest()
    assert event["headers"]["X-Hub-Signature"] == f"sha1={expected}"
    assert event["headers"]["X-Labelbox-Event"] == "label_created"
    assert json.loads(event["body"])["project"]["id"] == project.uid


def test_two_servers_on_one_folder(launch: Callable[..., Localbox], unique: str, tmp_path: Path) -> None:
    one, two = launch(folder=tmp_path / "data"), launch(folder=tmp_path / "data")
    made = lb.Client(KEY, endpoint=one.endpoint).create_dataset(name=unique, iam_integration=None)
    assert lb.Client(KEY, endpoint=two.endpoint).get_dataset(made.uid).name == unique


def test_files_survive_a_change_of_port(launch: Callable[..., Localbox], unique: str, tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"bytes of a clip")
    first = launch()
    dataset = lb.Client(KEY, endpoint=first.endpoint).create_dataset(name=unique, iam_integration=None)
    dataset.create_data_rows([{"row_data": str(clip), "global_key": unique, "media_type": "VIDEO"}]).wait_till_done()
    first.stop()
    again = launch()
    row = lb.Client(KEY, endpoint=again.endpoint).get_data_row_by_global_key(unique)
    assert row.row_data.startswith(again.base)
    assert fetch(row.row_data) == clip.read_bytes()


def test_killed_it_comes_back_with_what_it_had_answered_for(launch: Callable[..., Localbox], unique: str) -> None:
    first = launch()
    made = lb.Client(KEY, endpoint=first.endpoint).create_dataset(name=unique, iam_integration=None)
    first.process.kill()
    first.process.communicate()
    again = launch()
    assert lb.Client(KEY, endpoint=again.endpoint).get_dataset(made.uid).name == unique
