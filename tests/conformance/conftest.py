"""A localbox in a process of its own, and the unmodified official SDK pointed at it."""

import os
import signal
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

lb = pytest.importorskip("labelbox", reason="the official SDK is not installed")

from tests.conformance import guide  # noqa: E402 - after the check that the SDK is there
from tests.conformance.driver import Driver  # noqa: E402
from tests.conformance.own_driver import OwnDriver  # noqa: E402
from tests.conformance.sdk_driver import SdkDriver  # noqa: E402
from tests.conformance.wire import Wiretap  # noqa: E402

REPOSITORY = Path(__file__).resolve().parents[2]
KEY = "conformance-key"
ROWS = 3

# The SDK's own noise: it warns about what it does by itself.
SDK_WARNINGS = (
    "ignore:Connecting default labeling editor:UserWarning",
    "ignore:Project has labels:UserWarning",
    "ignore:Pydantic serializer warnings:UserWarning",
    "ignore::DeprecationWarning:labelbox",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent:
            for pattern in SDK_WARNINGS:
                item.add_marker(pytest.mark.filterwarnings(pattern))


@dataclass
class Localbox:
    """A running server."""

    process: subprocess.Popen[str]
    endpoint: str
    folder: Path

    @property
    def base(self) -> str:
        return self.endpoint.removesuffix("/graphql")

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=10)
        return self.process.returncode


def start(folder: Path, *extra: str, key: str = KEY) -> Localbox:
    command = [sys.executable, "-m", "labelferry.localbox", "--port", "0", "--data", str(folder), "--key", key, *extra]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=REPOSITORY, encoding="utf-8")
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("localbox ready at http://127.0.0.1:"), line
    return Localbox(process, line.split()[-1], folder)


@pytest.fixture(scope="session")
def localbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Localbox]:
    running = start(tmp_path_factory.mktemp("localbox"))
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="session")
def client(localbox: Localbox) -> Any:
    return lb.Client(KEY, endpoint=localbox.endpoint, rest_endpoint=localbox.base + "/api/v1")


@pytest.fixture(scope="session")
def wire() -> Wiretap:
    """What checks the requests of our own client on their way out."""
    return Wiretap()


@pytest.fixture(scope="session", params=["sdk", "own"])
def driver(request: pytest.FixtureRequest, localbox: Localbox, wire: Wiretap) -> Iterator[Driver]:
    """Each client in turn: what is asked for here runs once with the official SDK and once with our own."""
    if request.param == "sdk":
        yield SdkDriver(localbox.endpoint, KEY)
        return
    made = OwnDriver(localbox.endpoint, KEY, wire)
    yield made
    made.client.close()


@pytest.fixture
def unique() -> str:
    return uuid.uuid4().hex[:12]


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Callable[..., Localbox]]:
    """Starts servers of a test's own, and stops them."""
    running: list[Localbox] = []

    def started(*extra: str, folder: Path | None = None, key: str = KEY) -> Localbox:
        running.append(start(folder or tmp_path / "data", *extra, key=key))
        return running[-1]

    yield started
    for each in running:
        if each.process.poll() is None:
            each.stop()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of goldens beside the checkout."""
    folder = Path(os.environ.get("LABELFERRY_SHARED", REPOSITORY.parent / "shared"))
    if not folder.is_dir():
        pytest.skip("the shared folder with the goldens is not here (LABELFERRY_SHARED names it)")
    return folder


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - loopback
        return answer.read()


@pytest.fixture
def dataset(client: Any, unique: str) -> Any:
    made = client.create_dataset(name=f"dataset {unique}", iam_integration=None)
    rows = [
        {
            "row_data": guide.VIDEO,
            "global_key": f"{unique}-{n}",
            "external_id": f"ext-{unique}-{n}",
            "media_type": "VIDEO",
        }
        for n in range(ROWS)
    ]
    task = made.create_data_rows(rows)
    task.wait_till_done()
    assert task.errors is None
    return made


@pytest.fixture
def keys(unique: str, dataset: Any) -> list[str]:
    return [f"{unique}-{n}" for n in range(ROWS)]


@pytest.fixture
def project(client: Any, unique: str) -> Any:
    made = client.create_project(name=f"project {unique}", media_type=lb.MediaType.Video)
    made.connect_ontology(client.create_ontology(f"ontology {unique}", guide.ontology(), media_type=lb.MediaType.Video))
    return made


@pytest.fixture
def labelled(client: Any, project: Any, keys: list[str]) -> Any:
    project.create_batch("all", global_keys=keys, priority=1)
    lines = [{"name": "free_text", "answer": key, "dataRow": {"globalKey": key}} for key in keys]
    job = lb.LabelImport.create_from_objects(client, project.uid, "truth", lines)
    assert job.errors == []
    return project
