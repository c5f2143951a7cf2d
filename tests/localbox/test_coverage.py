"""The page that says what localbox covers is the one that the code would write."""

from pathlib import Path

import pytest

from labelferry.localbox import coverage
from labelferry.localbox.execution import Operation, answer
from labelferry.localbox.founding import found
from labelferry.localbox.state.database import Database

PAGE = Path(__file__).resolve().parents[2] / "docs" / "localbox-coverage.md"


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text("utf-8") == coverage.text(), (
        "run python -m labelferry.localbox.coverage > docs/localbox-coverage.md"
    )


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    made = Database(tmp_path_factory.mktemp("coverage"))
    found(made)
    return made


@pytest.mark.parametrize("name", coverage.REFUSED)
def test_what_is_refused_is_refused_by_name(database: Database, name: str) -> None:
    for kind in ("query", "mutation"):
        said = answer(database, Operation(f"{kind} XPyApi {{{name} {{id}}}}", {}), "http://here")
        assert (said.codes, said.status) == (["OPERATION_NOT_ALLOWED"], 501)
        assert name in said.body["errors"][0]["message"]
