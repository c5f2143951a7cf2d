"""An onboarding and its report -> rows of plain values, for tables such as those of Prefect's UI."""

from collections import Counter, defaultdict
from typing import Any

from labelferry.ledger import Ledger, LineState, State
from labelferry.reports.report import Report

__all__ = ["failed_rows", "finding_rows", "shard_rows"]

MOST_ROWS = 500
"""Rows of a table in the UI; the files of the report have all of them."""

STATES = {
    State.CLAIMED: "waiting for its outcome",
    State.CREATED: "waiting for its outcome",
    State.ABSENT: "created, but not listed by Labelbox",
    State.SETTLED: "done",
    State.DELETING: "being replaced",
}


def shard_rows(ledger: Ledger) -> list[dict[str, Any]]:
    """Return a row for each import job: its lines, and how many of them are imported, refused, unknown or pending.

    Unfinished jobs come first, then those with refused lines.
    """
    states: defaultdict[str, Counter[LineState]] = defaultdict(Counter)
    for line in ledger.lines(*(set(LineState) - {LineState.RETIRED})):
        states[line.job][line.state] += 1
    rows = [
        {
            "state": STATES[entry.state],
            "lines": entry.detail["lines"],
            "accepted": states[entry.name][LineState.ACCEPTED],
            "failed": states[entry.name][LineState.FAILED],
            "unknown": states[entry.name][LineState.UNKNOWN],
            "pending": states[entry.name][LineState.SENT],
            "job": entry.name,
            "id": entry.remote_id or "",
        }
        for entry in ledger.entries("job")
    ]
    rows.sort(key=lambda row: (row["state"] == STATES[State.SETTLED], -int(row["failed"])))
    return rows[:MOST_ROWS]


def finding_rows(report: Report) -> list[dict[str, Any]]:
    """Return a row for each kept finding about the input: the rule, where it is, what is wrong and what to do."""
    rows = [
        {
            "severity": str(group.severity),
            "rule": group.code,
            "findings of the rule": group.count,
            "place": finding.place,
            "row": finding.row or "",
            "frame": "" if finding.frame is None else finding.frame,
            "track": finding.track or "",
            "finding": finding.message,
            "what to do": finding.remedy,
        }
        for group in report.findings
        for finding in group.first
    ]
    return rows[:MOST_ROWS]


def failed_rows(report: Report) -> list[dict[str, str]]:
    """Return a row for each refused or unknown line: its source, the kind of its outcome, and what to do."""
    listed = (*report.failed_lines, *report.unknown_lines)
    return [
        {
            "source": line.source,
            "class": line.kind,
            "message": line.message,
            "row": line.row,
            "feature": line.feature,
            "what to do": line.remedy,
        }
        for line in listed[:MOST_ROWS]
    ]
