"""The command ``labelferry localbox``: who it lets in from where."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

COMMAND = [str(Path(sys.executable).with_name("labelferry")), "localbox", "--port", "0"]
SECONDS = 60


@pytest.mark.parametrize("key", [(), ("--key", "localbox")], ids=["no key", "the published key"])
def test_other_hosts_need_a_key_of_ones_own(key: tuple[str, ...], tmp_path: Path) -> None:
    command = [*COMMAND, "--data", str(tmp_path), "--host", "192.0.2.1", *key]
    ended = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=SECONDS)
    assert ended.returncode == 2
    assert "192.0.2.1" in ended.stderr
    assert "--key" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_empty_key_opens_nothing(tmp_path: Path) -> None:
    ended = subprocess.run([*COMMAND, "--data", str(tmp_path), "--key="], capture_output=True, timeout=SECONDS)
    assert ended.returncode == 2


def asked(url: str) -> Any:
    headers = {"Authorization": "Bearer mine"}
    return httpx.post(url, json={"query": "{user{id}}"}, headers=headers, trust_env=False).status_code


def test_it_listens_where_it_was_told_to_and_keeps_the_rate(tmp_path: Path) -> None:
    options = ["--data", str(tmp_path), "--host", "127.0.0.2", "--key", "mine", "--rate-limit", "2"]
    with subprocess.Popen([*COMMAND, *options], stdout=subprocess.PIPE, encoding="utf-8") as server:
        try:
            assert server.stdout
            url = server.stdout.readline().removeprefix("localbox ready at ").strip()
            assert url.startswith("http://127.0.0.2:")
            assert [asked(url) for _ in range(3)] == [200, 200, 429]
        finally:
            server.terminate()
            server.wait(SECONDS)


def status_of(url: str, key: str, host: str, body: bytes = b"{}") -> int:
    headers = {"Authorization": f"Bearer {key}", "Host": host, "Content-Type": "application/json"}
    return httpx.post(url, content=body, headers=headers, trust_env=False).status_code


@pytest.mark.parametrize(("key", "foreign"), [("localbox", 421), ("mine", 400)])
def test_the_key_that_everybody_knows_opens_localhost_only(key: str, foreign: int, tmp_path: Path) -> None:
    """A page in a browser may rebind its own host name to this address after it was loaded."""
    options = ["--data", str(tmp_path), "--key", key, "--control"]
    with subprocess.Popen([*COMMAND, *options], stdout=subprocess.PIPE, encoding="utf-8") as server:
        try:
            assert server.stdout
            url = server.stdout.readline().removeprefix("localbox ready at ").strip()
            hosts = ("127.0.0.1:80", "localhost", "[::1]:80", "evil.example", "localhost.evil.example:80")
            assert [status_of(url, key, host) for host in hosts] == [400, 400, 400, foreign, foreign]
            large = b" " * (16 * 2**20 + 1)
            put = {"Authorization": f"Bearer {key}", "Host": "localhost"}
            address = url.replace("/graphql", "/api/v1/feature-schemas/x")
            assert httpx.put(address, content=large, headers=put, trust_env=False).status_code == 413
        finally:
            server.terminate()
            server.wait(SECONDS)
