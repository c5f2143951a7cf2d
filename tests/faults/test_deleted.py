"""Runs that delete our imports: planned, reported and counted as deletions, never as nothing to do."""

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from labelferry.reports.terminal import print_report
from tests.faults.driver import AFTER, BEFORE
from tests.faults.streets import Streets, box
from tests.faults.sweep import KILLED
from tests.faults.test_resent import held, nothing_to_do, plain
from tests.faults.world import requests

TWO = [box("street-1", 1), box("street-2", 2)]
BOTH = "".join(f"street-{at},https://example.com/street-{at}.mp4\n" for at in (1, 2))
MANIFEST = f"global_key,row_data\n{BOTH}"
REPLACE = {"on_changed": "replace"}


def imported_in_two(streets: Streets) -> None:
    """Two rows, each with an import of its own."""
    for lines in (TWO[:1], TWO):
        streets.write(lines, **REPLACE)
        assert streets.run() == (0, "")


def without_the_second(streets: Streets) -> None:
    """The label of the second row is no longer in the sources, but its row is."""
    streets.write(TWO[:1], manifest=MANIFEST, **REPLACE)


def deletions(report: dict[str, Any]) -> list[int]:
    """How many lines each planned deletion concerns."""
    return [step["count"] for step in report["planned"] if step["action"] == "delete"]


def test_a_deletion_alone_is_done_and_said(streets: Streets) -> None:
    imported_in_two(streets)
    without_the_second(streets)
    assert streets.run() == (0, "")
    report = streets.report()
    assert (report["outcome"], report["deleted"], report["sent"]) == ("done", {"jobs": 1, "lines": 1}, 0)
    assert deletions(report) == [1]
    print_report(report, Console(file=(text := StringIO()), width=200))
    assert "1 import deleted, 1 line" in text.getvalue()
    assert held(streets) == plain(TWO[:1])
    nothing_to_do(streets)
    assert streets.report()["deleted"] == {"jobs": 0, "lines": 0}


def test_a_replacement_counts_what_goes_and_what_is_sent(streets: Streets) -> None:
    streets.write(TWO, **REPLACE)
    assert streets.run() == (0, "")
    streets.write([box("street-1", 9), TWO[1]], **REPLACE)
    assert streets.run() == (0, "")
    report = streets.report()
    assert (report["deleted"], report["sent"], deletions(report)) == ({"jobs": 1, "lines": 2}, 2, [2])


@pytest.mark.parametrize("side", [BEFORE, AFTER])
def test_killed_at_each_request_of_a_deletion(side: str, every: int, streets: Streets) -> None:
    """The run that finishes a deletion reports it; once it is in the ledger, later runs do not."""

    def deleted(number: int) -> int:
        streets.home = streets.bench.fresh()
        imported_in_two(streets)
        without_the_second(streets)
        return streets.kill(number, side)

    assert deleted(0) == 0
    told = []
    for number in range(1, 1 + len(requests(streets.home)), min(every, 7)):
        assert deleted(number) == KILLED
        assert streets.run() == (0, ""), number
        assert held(streets) == plain(TWO[:1])
        report = streets.report()
        assert deletions(report) == [1] * report["deleted"]["jobs"], number
        told.append(report["outcome"])
    assert set(told) == {"done"}


def test_a_retry_that_deletes_an_import(streets: Streets) -> None:
    """Its lines may be in: the import goes first, and the report says so."""
    streets.write(TWO)
    streets.localbox.control("POST", "outcomes", {"cut": 1})
    assert streets.run()[0] == 1
    streets.localbox.control("POST", "outcomes", {})
    streets.localbox.control("POST", "import-files", {"expire_after": 0})
    assert streets.run(retry=True)[0] in {0, 1}
    assert streets.report()["deleted"]["jobs"] == 1
