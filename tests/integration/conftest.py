"""A client of the tests' localbox, and the ledger's databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from labelferry.labelbox import Client
from tests.integration.postgres import postgres_url, url
from tests.localbox_server import Localbox

__all__ = ["postgres_url", "url"]


@pytest.fixture
def account(localbox: Localbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Localbox:
    """An empty localbox that specs go to."""
    for name, value in {
        "LABELFERRY_HOME": str(tmp_path / "home"),
        "LABELBOX_API_KEY": localbox.key,
        "LABELBOX_ENDPOINT": localbox.endpoint,
    }.items():
        monkeypatch.setenv(name, value)
    return localbox


@pytest.fixture
def client(localbox: Localbox) -> Iterator[Client]:
    with localbox.client() as client:
        yield client
