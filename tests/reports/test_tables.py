"""Tables and markdown of a report: all that there is, as plain values, and nothing of it carried out."""

import csv
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from rich.console import Console

from labelferry.ledger import LineRecord, LineState, Reason, State, Verdict, open_ledger
from labelferry.model.findings import grouped
from labelferry.model.rules import ShapeRule
from labelferry.remote import Remote
from labelferry.reports import FailedLine, markdown
from labelferry.reports.journal import Journal
from labelferry.reports.lines import LineOutcome, tallies
from labelferry.reports.links import project_page
from labelferry.reports.markdown import plain
from labelferry.reports.plan import plan_markdown
from labelferry.reports.rows import failed_rows, finding_rows, shard_rows
from labelferry.reports.spreadsheet import COLUMNS, write_csv
from labelferry.reports.status import print_status, status_of
from labelferry.reports.terminal import print_report
from tests.reports.conftest import HOSTILE, finding, report

NOTHING = {"rows_created": 0, "made": (), "batched": 0, "sent": 0}
"""Of a report whose run found everything there."""


def outcome(name: str, kind: str = "box", state: str = "accepted") -> LineOutcome:
    return LineOutcome(name, name, kind, f"{name}:1", 2, f"u-{name}", "job", state, "", name)


def test_a_spreadsheet_holds_every_line_and_no_formula(tmp_path: Path) -> None:
    names = [*HOSTILE, "+1", "-1", "@a", "plain"]
    write_csv(map(outcome, names), tmp_path / "lines.csv")
    with (tmp_path / "lines.csv").open(newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    assert tuple(head) == COLUMNS
    assert [row[0] for row in rows] == [f"'{name}" if name[0] in "=+-@" else name for name in names]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_tallies_add_up() -> None:
    lines = [outcome("a"), outcome("b", state="failed"), outcome("c", "mask", "pending"), outcome("d", "mask")]
    lines.append(outcome("e", "mask", "unknown"))
    found = tallies(lines)
    assert [(each.kind, each.lines, each.accepted, each.failed, each.unknown, each.pending) for each in found] == [
        ("mask", 3, 1, 0, 1, 1),
        ("box", 2, 1, 1, 0, 0),
    ]


def markup(text: str) -> tuple[str, set[str]]:
    """What a reader of markdown sees, and what else is in it."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)
    parts = [part for token in tokens for part in (token, *(token.children or ()))]
    return "".join(part.content for part in parts if part.type == "text"), {part.type for part in parts}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_text_in_markdown_is_itself_and_no_markup(name: str) -> None:
    said, found = markup(f"- {plain(name)}")
    assert said == " ".join(name.replace("\0", "\ufffd").split())
    assert not found & {"html_inline", "html_block", "image", "link_open", "code_inline", "em_open", "s_open"}


def test_markdown_has_the_picture_the_link_and_every_remedy() -> None:
    text = markdown(report(), b"\xff\xd8jpeg")
    assert "![labels on frames](data:image/jpeg;base64,/9hqcGVn)" in text
    assert "| project | [project-1](https://app.labelbox.com/projects/project-1) |" in text
    assert "**fix-ontology**: make the ontology and the label agree" in text
    said, found = markup(text.replace("[project-1](", "").partition("## Labels")[0])
    assert all(" ".join(name.replace("\0", "\ufffd").split()) in said for name in HOSTILE)
    assert not found & {"html_inline", "html_block", "image", "link_open"}
    assert "data:" not in markdown(report())


def test_markdown_shows_the_findings_of_a_rule_together() -> None:
    findings = grouped(finding(f"name {number}") for number in range(9))
    said, _ = markup(markdown(report(findings=findings)))
    assert "warning: box-without-area x9 in 9 files" in said
    assert "name 4:3: 'name 4' has 1 box without area" in said
    assert "name 5" not in said
    assert "and 4 more" in said


def test_a_plan_in_markdown_is_escaped() -> None:
    step = {"action": "create", "kind": "project", "name": HOSTILE[0], "count": 0, "reason": HOSTILE[5], "bytes": 0}
    counts = dict.fromkeys(("rows", "tracks", "keyframes", "lines", "bytes"), 1)
    totals = {"counts": counts, "seconds": 1.0, "requests": 1, "requests_per_minute": None, "hash": "h"}
    totals["totals"] = {"create": 1, "update": 0, "delete": 0, "conflict": 0}
    car = {"name": HOSTILE[0], "kind": "box", "lines": 1, "keyframes": 2, "videos": 1}
    text = plan_markdown({"name": "n", "steps": [step], "classes": [car], **totals})
    assert "1 line, 2 keyframes in 1 video" in text
    assert not markup(text)[1] & {"html_inline", "html_block", "image", "link_open"}


def test_jobs_that_need_somebody_come_first(tmp_path: Path) -> None:
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as file:
        ledger = file.of("workspace", "harbour")
        for name, state in (("a-good", LineState.ACCEPTED), ("b-bad", LineState.FAILED), ("c-open", LineState.SENT)):
            ledger.claim("job", name, lines=2)
            records = [LineRecord(f"{name}-{n}", "prelabels", "row", "car", "f:1", name, state) for n in range(2)]
            ledger.send_lines(records)
            if state is not LineState.SENT:
                ledger.settle("job", name, f"id-{name}", lines=2)
        rows = shard_rows(ledger)
    assert [tuple(row.values()) for row in rows] == [
        ("waiting for its outcome", 2, 0, 0, 0, 2, "c-open", ""),
        ("done", 2, 0, 2, 0, 0, "b-bad", "id-b-bad"),
        ("done", 2, 2, 0, 0, 0, "a-good", "id-a-good"),
    ]


def test_rows_are_plain_values() -> None:
    assert finding_rows(report())[0] == {
        "severity": "warning",
        "rule": "box-without-area",
        "findings of the rule": 1,
        "place": f"{HOSTILE[0]}:3",
        "row": HOSTILE[0],
        "frame": 2,
        "track": HOSTILE[0],
        "finding": f"'{HOSTILE[0]}' has 1 box without area, first at frame 2",
        "what to do": ShapeRule.BOX_WITHOUT_AREA.remedy,
    }
    first = failed_rows(report())[0]
    assert first["source"] == f"{HOSTILE[0]}:1"
    assert first["class"] == "fix-ontology"
    assert first["what to do"].startswith("make the ontology and the label agree")


@pytest.mark.parametrize(
    ("remote", "page"),
    [
        (Remote("Labelbox", "https://api.labelbox.com/graphql"), "https://app.labelbox.com/projects/p1"),
        (Remote("Labelbox", "http://127.0.0.1:8765/graphql"), "http://127.0.0.1:8765/#p1"),
        (Remote("Labelbox", "https://proxy.example/graphql"), None),
        (Remote("localbox", "http://127.0.0.1:1234/graphql", "/data"), None),
    ],
)
def test_a_project_has_its_page(remote: Remote, page: str | None) -> None:
    assert project_page(remote, "p1") == page


def test_a_journal_measures_what_happens_inside_also_when_it_fails() -> None:
    moments = (datetime(2026, 11, 26, tzinfo=UTC) + timedelta(seconds=number) for number in range(9))
    journal = Journal(clock=lambda: next(moments))
    with journal.timing("one"):
        pass
    with pytest.raises(ZeroDivisionError), journal.timing("two"):
        _ = 1 // 0
    assert [(step.name, step.seconds, step.failed) for step in journal.steps] == [("one", 1, False), ("two", 1, True)]


def printed(values: Mapping[str, Any]) -> str:
    text = StringIO()
    print_report(values, Console(file=text, width=200))
    return text.getvalue()


def test_the_terminal_tells_unknown_and_pending_lines() -> None:
    unknown = FailedLine("clip-1", "car", "f:1", "the import's status file does not list this line", "unlisted", "look")
    said = printed(report(unknown_lines=(unknown,), failed_lines=()).to_dict())
    assert "harbour: 2 of 5 lines not known to be imported" in said
    assert "2 accepted, 1 failed, 1 unknown, 1 pending, 4 sent by this run" in said
    assert "unknown: f:1: clip-1, 'car': the import's status file does not list this line" in said
    said = printed(report(unknown=0, pending=0, failed=0, failed_lines=()).to_dict())
    assert "harbour: done" in said
    assert "2 accepted, 0 failed, 4 sent by this run" in said


@pytest.mark.parametrize(
    ("counts", "outcome"),
    [
        ({"pending": 1, "unknown": 1, "failed": 1}, "pending"),
        ({"pending": 0, "unknown": 1, "failed": 1}, "unknown"),
        ({"pending": 0, "unknown": 0, "failed": 1}, "partly failed"),
        ({"pending": 0, "unknown": 0, "failed": 0}, "done"),
        ({"pending": 0, "unknown": 1, "failed": 0} | NOTHING, "unknown"),
        ({"pending": 0, "unknown": 0, "failed": 0} | NOTHING, "nothing to do"),
    ],
)
def test_a_run_is_done_only_when_every_line_is_in(counts: dict[str, Any], outcome: str) -> None:
    assert report(**counts).outcome == outcome


def test_status_tells_why_lines_are_unknown(tmp_path: Path) -> None:
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as file:
        ledger = file.of("workspace", "harbour")
        ledger.send_lines(LineRecord(uuid, "ground-truth", "row", "car", "f:1", "j") for uuid in "abc")
        ledger.settle_lines([Verdict("a", LineState.UNKNOWN, "<html>", Reason.UNLISTED)])
        ledger.settle_lines([Verdict("b", LineState.FAILED, "Ontology does not contain name: car")])
        ledger.claim("job", "j", lines=3)
        ledger.move_job("j", State.ABSENT, "id")
        found = status_of(file, "harbour")
        (workspace,) = found["workspaces"]
        assert workspace["pending_jobs"] == ["j"]
        assert [line["kind"] for line in workspace["failed_lines"]] == ["fix-ontology"]
        (unknown,) = workspace["unknown_lines"]
        assert (unknown["kind"], unknown["message"]) == ("unlisted", f"{UNLISTED}: <html>")
        text = StringIO()
        print_status(found, Console(file=text, width=200))
        assert f"unknown: f:1: row, 'car': {UNLISTED}: <html>" in text.getvalue()
        remedy = "run again, since the service may report it later; otherwise look at the row"
        assert f"unlisted: {remedy}" in text.getvalue()
        assert shard_rows(ledger)[0]["state"] == "created, but not listed by Labelbox"


UNLISTED = "the import's status file does not list this line"
