"""A client of the tests' localbox, and the ledger's databases."""

from collections.abc import Iterator

import pytest

from labelferry.labelbox import Client
from tests.integration.postgres import postgres_url, url
from tests.localbox_server import Localbox

__all__ = ["postgres_url", "url"]


@pytest.fixture
def client(localbox: Localbox) -> Iterator[Client]:
    with localbox.client() as client:
        yield client
