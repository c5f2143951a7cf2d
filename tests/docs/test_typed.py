"""Every page with commands, run as written: it prints what the page shows."""

from collections.abc import Mapping
from concurrent.futures import Future

import pytest

from tests.docs.conftest import PAGES


@pytest.mark.parametrize("page", PAGES)
def test_the_page_prints_what_it_shows(page: str, followed: Mapping[str, "Future[dict[str, str]]"]) -> None:
    followed[page].result()


def test_a_quick_start_and_every_how_to_is_typed() -> None:
    assert {"start/localbox.md", "start/labelbox.md", "how-to/cvat.md", "how-to/failed-line.md"} <= set(PAGES)
