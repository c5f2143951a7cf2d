"""The table of behaviours: complete, told in the docs, and where the profiles and the switches come from."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import orjson
import pytest

from labelferry.localbox import behaviours_page
from labelferry.localbox.errors import MalformedError
from labelferry.localbox.founding import found
from labelferry.localbox.profiles import PROFILES, USUAL, named, use
from labelferry.localbox.rendering.sheet import Style
from labelferry.localbox.snapshots import reset
from labelferry.localbox.state import reporting
from labelferry.localbox.state.behaviours import GROUPS, Same, Switch
from labelferry.localbox.state.database import Database
from labelferry.localbox.state.switches import Switches
from labelferry.localbox.validation.lines import Reading
from tests.localbox_server import ROOT, Localbox, started

PAGE = ROOT / "docs" / "localbox-behaviours.md"
TABLE = [(group, switch) for group, switches in GROUPS.items() for switch in switches]


def test_the_page_is_fresh() -> None:
    command = "run python -m labelferry.localbox.behaviours_page > docs/localbox-behaviours.md"
    assert PAGE.read_text("utf-8") == behaviours_page.text(), command


@pytest.mark.parametrize(("group", "switch"), TABLE, ids=lambda each: getattr(each, "name", each))
def test_every_behaviour_has_its_evidence_and_fits_its_profiles(group: str, switch: Switch) -> None:
    assert switch.evidence
    assert len(switch.positions) > 1
    moved = [each for each in (switch.documented, switch.hostile) if each is not Same]
    assert all(switch.has(each) and each != switch.usual for each in moved)
    assert [each.name for each in GROUPS[group]].count(switch.name) == 1


@pytest.mark.parametrize(
    ("name", "known"),
    [("uuids", reporting.UUIDS), ("words", reporting.WORDS), ("rows", reporting.ROWS), ("errors", reporting.ERRORS)],
)
def test_a_position_is_one_that_the_code_has(name: str, known: dict[str, Any]) -> None:
    assert [value for value, _ in Switches("outcomes").names[name].positions] == list(known)


def test_what_is_usual_is_what_the_code_does_of_itself() -> None:
    usual = {switch.name: switch.usual for _, switch in TABLE}
    assert Style() == Style(usual["framed"], usual["segments"])
    assert Reading() == Reading(usual["range_base"], usual["any_scope"], usual["repeated_colour"])
    assert PROFILES[USUAL] == {}


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database(tmp_path)
    found(made)
    return made


def test_a_test_turns_a_switch_over_the_profile_and_a_reset_turns_it_back(database: Database) -> None:
    reading = Switches("reading")
    with database.writing() as session:
        assert reading.position(session, "range_base") is None
        use(session, {"reading": {"range_base": 1, "any_scope": False}})
        reading.turn(session, {"range_base": 0})
        assert [reading.position(session, name) for name in ("range_base", "any_scope")] == [0, False]
        reset(session)
        assert [reading.position(session, name) for name in ("range_base", "any_scope")] == [1, False]


@pytest.mark.parametrize(
    "wrong", [{"weather": {}}, {"reading": {"range_base": 2}}, {"reading": {"nothing": 1}}, {"transitions": {"*": {}}}]
)
def test_a_profile_of_what_there_is_not_is_refused(database: Database, wrong: dict[str, Any]) -> None:
    with database.writing() as session, pytest.raises(MalformedError):
        use(session, wrong)


@pytest.mark.parametrize("name", ["unheard-of", "list.json", "broken.json"])
def test_a_profile_must_be_there(tmp_path: Path, name: str) -> None:
    (tmp_path / "list.json").write_text("[1]", "utf-8")
    (tmp_path / "broken.json").write_text("{", "utf-8")
    with pytest.raises(MalformedError):
        named(str(tmp_path / name))


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Callable[..., Localbox]]:
    with ExitStack() as running:
        yield lambda *options: running.enter_context(started(tmp_path / "data", "--control", *options))


@pytest.mark.parametrize("form", ["a name", "a file"])
def test_a_server_behaves_like_its_profile(launch: Callable[..., Localbox], tmp_path: Path, form: str) -> None:
    path = tmp_path / "profile.json"
    path.write_bytes(orjson.dumps(PROFILES["hostile"]))
    localbox = launch("--like", "hostile" if form == "a name" else str(path))
    client = localbox.client()
    dataset = client.datasets.create("d").id
    client.data_rows.create(dataset, [{"global_key": "row", "row_data": "https://example.invalid/a.mp4"}])
    polled = localbox.operations().count("TaskPyApi") + localbox.operations().count("GetUserCreatedTasksPyApi")
    assert polled >= 3, localbox.operations()
    client.close()
