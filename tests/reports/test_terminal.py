"""What the terminal shows of a report and of a check: the same values as in their JSON."""

from io import StringIO
from typing import Any

import orjson
from rich.console import Console

from labelferry.model.findings import SHOWN, grouped
from labelferry.reports.terminal import print_check, print_report
from tests.reports.conftest import HOSTILE, finding, report

COUNTS = {"rows": 1, "tracks": 2, "keyframes": 3, "masks": 0, "classifications": 0, "lines": 4, "bytes": 5}


def printed(printer: Any, result: Any) -> str:
    text = StringIO()
    printer(orjson.loads(orjson.dumps(result)), Console(file=text, width=200, soft_wrap=True))
    return text.getvalue()


def test_a_check_shows_the_findings_of_a_rule_together() -> None:
    findings = [finding(f"name {number}") for number in range(1204)]
    said = printed(print_check, {"counts": COUNTS, "classes": [], "findings": [each.to_dict() for each in findings]})
    head, *lines, last, _ = said.splitlines()
    assert head == "warning: box-without-area x1,204 in 1,204 files"
    assert lines == [f"  {each}" for each in findings[:SHOWN]]
    assert last == "  and 1,199 more"


def test_a_report_shows_them_as_they_are() -> None:
    said = printed(print_report, report(findings=grouped([finding(HOSTILE[4])])).to_dict())
    assert f"warning: {finding(HOSTILE[4])} [box-without-area]" in said
    assert "failed: " + HOSTILE[0] in said


def test_a_report_counts_the_failed_lines_that_it_does_not_show() -> None:
    assert "and 91 more: labelferry status harbour" in printed(print_report, report(failed=100).to_dict())
    assert "more:" not in printed(print_report, report(failed=len(HOSTILE)).to_dict())
