"""The command ``labelferry localbox``: who it lets in from where."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

COMMAND = [str(Path(sys.executable).with_name("labelferry")), "localbox", "--port", "0"]
SECONDS = 60


@pytest.mark.parametrize("key", [(), ("--key", "localbox")], ids=["no key", "the key that everybody knows"])
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
