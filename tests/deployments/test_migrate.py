"""Prefect's database is ready before any server starts on it, and being prepared twice changes nothing."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

pytestmark = pytest.mark.full


def migrated(database: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    env = {**os.environ, "PREFECT_HOME": str(folder / "prefect"), "PREFECT_SERVER_DATABASE_CONNECTION_URL": database}
    command = [sys.executable, "-m", "deployments.migrate"]
    return subprocess.run(command, env=env, capture_output=True, encoding="utf-8", timeout=300, check=False)


def test_block_types_are_there_before_a_server_is(tmp_path: Path) -> None:
    found = []
    for _ in range(2):
        ended = migrated(f"sqlite+aiosqlite:///{tmp_path}/prefect.db", tmp_path)
        assert ended.returncode == 0, ended.stderr
        with closing(sqlite3.connect(tmp_path / "prefect.db")) as database:
            found.append(database.execute("SELECT id, slug FROM block_type ORDER BY slug").fetchall())
    assert found[0] == found[1]
    assert {"secret", "webhook"} <= {slug for _, slug in found[0]}


def test_a_database_that_is_not_there_is_not_prepared(tmp_path: Path) -> None:
    assert migrated(f"sqlite+aiosqlite:///{tmp_path}/none/prefect.db", tmp_path).returncode != 0
