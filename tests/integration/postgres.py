"""A PostgreSQL server for as long as tests need one, and the ledger's URL on it or on SQLite."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

__all__ = ["postgres_url", "url"]


def postgres_tools() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def as_owner(command: list[str]) -> list[str]:
    """PostgreSQL does not run as root; Debian's package has a user for it."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    tools = postgres_tools()
    if tools is None:
        pytest.skip("PostgreSQL is not installed (Debian's package postgresql)")
    with tempfile.TemporaryDirectory() as made:  # pytest's own folders are closed to other users by any running pytest
        yield from serving(tools, Path(made))


def serving(tools: Path, folder: Path) -> Iterator[str]:
    """A PostgreSQL server while it is needed."""
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    data = str(folder / "data")
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": "/"}
    subprocess.run(
        as_owner([str(tools / "initdb"), "-D", data, "-A", "trust", "-U", "ferry", "-E", "UTF8", "--no-locale"]),
        **quiet,
    )
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    control = [str(tools / "pg_ctl"), "-D", data, "-w"]
    subprocess.run(as_owner([*control, "-l", str(folder / "log"), "-o", options, "start"]), **quiet)
    try:
        yield f"postgresql://ferry@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run(as_owner([*control, "-m", "fast", "stop"]), **quiet)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    found: str = request.getfixturevalue("postgres_url")
    engine = create_engine(found.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return found
