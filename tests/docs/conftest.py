"""The pages whose commands are run, each in a folder of its own, two at a time, with one Prefect server for all."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.docs.pages import DOCS, ROOT, Reader, blocks
from tests.localbox_server import KEY, Localbox

BIN = Path(sys.executable).parent
SERVER_SECONDS, STOP_SECONDS = 180.0, 30.0
CHECKOUT = {"start/localbox.md", "start/labelbox.md"}
"""Pages that start in a checkout, and whose ``make demo`` runs as flows; the others start in an empty folder, with the
commands on the path, and without a Prefect server."""

PAGES = sorted(
    str(path.relative_to(DOCS))
    for path in DOCS.rglob("*.md")
    if any(block.language == "console" for block in blocks(path))
)


@pytest.fixture(scope="package")
def prefect_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a Prefect server, so that not every command starts its own."""
    port, folder = free_port(), tmp_path_factory.mktemp("prefect")
    command = [str(BIN / "prefect"), "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    env = {**os.environ, "PREFECT_HOME": str(folder)}
    with (
        (folder / "log.txt").open("wb") as log,
        subprocess.Popen(command, env=env, stdout=log, stderr=log, start_new_session=True) as server,
    ):
        try:
            url = f"http://127.0.0.1:{port}/api"
            until = time.monotonic() + SERVER_SECONDS
            while not answers(f"{url}/health"):
                assert server.poll() is None, (folder / "log.txt").read_text("utf-8")[-2000:]
                assert time.monotonic() < until, (folder / "log.txt").read_text("utf-8")[-2000:]
                time.sleep(0.2)
            yield url
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            stop(server)


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).is_success
    except httpx.TransportError:
        return False


def stop(server: "subprocess.Popen[bytes]") -> None:
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)


@pytest.fixture(scope="package")
def endpoint(running_localbox: Localbox) -> str:
    """A localbox that stands for the real service."""
    running_localbox.reset()
    return running_localbox.endpoint


@pytest.fixture(scope="package")
def followed(
    request: pytest.FixtureRequest, prefect_url: str, endpoint: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, "Future[dict[str, str]]"]]:
    """The output of the commands of each page that a test of this run needs; the longest page starts first."""
    names = [item.name.replace("test_demo", "start/localbox.md") for item in request.session.items]
    asked = {page for page in PAGES if any(page in name for name in names)}
    with ThreadPoolExecutor(2) as pool:
        yield {
            page: pool.submit(reader(page, prefect_url, endpoint, tmp_path_factory).follow, DOCS / page)
            for page in sorted(asked, reverse=True)
        }


def reader(page: str, prefect_url: str, endpoint: str, folders: pytest.TempPathFactory) -> Reader:
    folder = folders.mktemp("page")
    stands_for = {"8765": str(free_port()), "https://api.labelbox.com/graphql": endpoint}
    environment = {"HOME": str(folder), "COLUMNS": "160", "PREFECT_HOME": str(folder / "prefect")}
    if page not in CHECKOUT:
        path = f"{BIN}:/usr/bin:/bin"
        return Reader(folder, {**environment, "PATH": path, "LABELFERRY_HOME": str(folder / "home")}, stands_for)
    environment["PREFECT_API_URL"] = prefect_url
    copy_checkout(folder)
    if page == "start/labelbox.md":
        environment["LABELBOX_ENDPOINT"] = endpoint
    return Reader(folder, environment, stands_for, KEY)


def copy_checkout(folder: Path) -> None:
    """The files under version control, with this checkout's own environment, which is taken for up to date."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    ).stdout
    for name in filter(None, listed.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    (folder / ".venv").mkdir()
    (folder / ".venv" / "bin").symlink_to(BIN)
    (folder / ".venv" / "ready").touch()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
