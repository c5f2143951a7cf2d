"""A second import of pre-labels on a row, where the service adds to the first one, and where it replaces it."""

from typing import Any

import pytest

from tests.faults.driver import AFTER, BEFORE
from tests.faults.streets import UNKNOWN, Streets, box
from tests.faults.sweep import KILLED
from tests.faults.test_resent import held, nothing_to_do, plain
from tests.faults.world import requests

ANSWERS = ("add", "replace")
TWO = [box("street-1", 1), box("street-2", 2)]
MORE = [*TWO, box("street-1", 3)]
REFUSED = [*TWO, box("street-1", 3, schemaId=UNKNOWN)]


def turn(streets: Streets, answer: str) -> None:
    streets.localbox.control("POST", "behaviour", {"prelabels": answer})


def warned(streets: Streets) -> list[Any]:
    return [group for group in streets.report()["findings"] if group["code"] == "prelabels-beside"]


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_corrected_line(answer: str, streets: Streets) -> None:
    turn(streets, answer)
    streets.write(REFUSED)
    assert streets.run() == (3, "")
    streets.write(MORE)
    assert streets.run() == (0, "")
    assert held(streets) == plain(MORE)
    assert (streets.report()["deleted"], streets.report()["sent"]) == ({"jobs": 1, "lines": 3}, 3)
    assert warned(streets) == []
    nothing_to_do(streets)


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_line_that_is_tried_again(answer: str, streets: Streets) -> None:
    turn(streets, answer)
    streets.write(REFUSED)
    assert streets.run() == (3, "")
    for _ in range(2):
        assert streets.run(retry=True) == (3, "")
        assert held(streets) == plain(TWO)
    assert streets.run() == (3, "")
    assert held(streets) == plain(TWO)


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_line_that_is_added(answer: str, streets: Streets) -> None:
    """Rows that nothing is added to keep their import."""
    turn(streets, answer)
    streets.write(TWO[:1])
    assert streets.run() == (0, "")
    streets.write(TWO)
    assert streets.run() == (0, "")
    assert streets.report()["deleted"]["jobs"] == 0
    streets.write(MORE)
    assert streets.run() == (0, "")
    assert held(streets) == plain(MORE)
    assert (streets.report()["deleted"], streets.report()["sent"]) == ({"jobs": 1, "lines": 1}, 2)
    nothing_to_do(streets)


@pytest.mark.parametrize("answer", ANSWERS)
def test_jobs_that_share_rows_go_together(answer: str, streets: Streets) -> None:
    """Imported by an earlier version, a row may have lines in two jobs: the whole of it is sent again."""
    turn(streets, "add")
    streets.write([box("street-1", 1), box("street-2", 2)])
    assert streets.run() == (0, "")
    streets.write(MORE)
    assert streets.run() == (0, "")
    turn(streets, answer)
    grown = [*MORE, box("street-2", 9), box("street-3", 4)]
    streets.write(grown)
    assert streets.run() == (0, "")
    assert held(streets) == plain(grown)


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_import_that_cannot_be_deleted_is_warned_of(answer: str, streets: Streets) -> None:
    """It contains a label of a row that the spec no longer names, which would be lost."""
    turn(streets, answer)
    streets.write(TWO)
    assert streets.run() == (0, "")
    left = [TWO[0], box("street-1", 3)]
    streets.write(left)
    assert streets.run() == (0, "")
    (group,) = warned(streets)
    assert (group["first"][0]["row"], streets.report()["deleted"]["jobs"]) == ("street-1", 0)
    assert any("may replace the pre-labels" in step["reason"] for step in streets.report()["planned"])
    assert held(streets) == plain([*TWO, left[1]] if answer == "add" else [TWO[1], left[1]])


@pytest.mark.parametrize("side", [BEFORE, pytest.param(AFTER, marks=pytest.mark.full)])
@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("each", [9, pytest.param(3, marks=pytest.mark.full)])
def test_killed_at_each_request(each: int, answer: str, side: str, streets: Streets) -> None:
    def added(number: int) -> int:
        streets.home = streets.bench.fresh()
        turn(streets, answer)
        streets.write(TWO)
        assert streets.run() == (0, "")
        streets.write(MORE)
        return streets.kill(number, side)

    assert added(0) == 0
    for number in range(3, 1 + len(requests(streets.home)), each):
        assert added(number) == KILLED
        assert streets.run() == (0, ""), number
        assert held(streets) == plain(MORE), number
