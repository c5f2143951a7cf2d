"""The unmodified official SDK and our own client, pointed at the tests' localbox."""

import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

lb = pytest.importorskip("labelbox", reason="the official SDK is not installed")

from tests.conformance import guide  # noqa: E402 - after the check that the SDK is there
from tests.conformance.driver import Driver  # noqa: E402
from tests.conformance.own_driver import OwnDriver  # noqa: E402
from tests.conformance.sdk_driver import SdkDriver  # noqa: E402
from tests.conformance.wire import Wiretap  # noqa: E402
from tests.localbox_server import KEY, Localbox, started  # noqa: E402

ROWS = 3

# The SDK's own noise: it warns about its own behaviour.
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


@pytest.fixture(scope="module")
def localbox(running_localbox: Localbox) -> Localbox:
    """A localbox that was empty when the file began, whose jobs end at once: the SDK would sleep for seconds."""
    running_localbox.reset()
    running_localbox.control("POST", "transitions", {"*": {"when": "now"}})
    return running_localbox


@pytest.fixture(scope="module")
def client(localbox: Localbox) -> Any:
    return lb.Client(KEY, endpoint=localbox.endpoint, rest_endpoint=localbox.base + "/api/v1")


@pytest.fixture(scope="session")
def wire() -> Wiretap:
    """The checker of our own client's outgoing requests."""
    return Wiretap()


@pytest.fixture(scope="module", params=[pytest.param("sdk", marks=pytest.mark.full), "own"])
def driver(request: pytest.FixtureRequest, localbox: Localbox, wire: Wiretap) -> Iterator[Driver]:
    """Each client in turn: tests run once with the official SDK and once with our own."""
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
    """Servers of a test's own, stopped at its end."""
    with ExitStack() as running:
        yield lambda *options, folder=tmp_path / "data": running.enter_context(started(folder, *options))


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
