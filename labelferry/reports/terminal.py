"""The contents of a spec, or a report, as plain values -> what the terminal shows."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from labelferry.listing import counted, shorten
from labelferry.model.findings import Finding, FindingGroup, Severity, grouped
from labelferry.onboarding.steps.deletion import Deleted
from labelferry.reports.classes import class_lines
from labelferry.spec.model import ImportAs

__all__ = ["print_check", "print_report"]

SHOWN = 20
STATES = ("accepted", "failed", "unknown", "pending")
ALWAYS = frozenset({"accepted", "failed"})


def print_report(report: Mapping[str, Any], console: Console) -> None:
    """Print the report for people: counts, failed lines with their source, where the data is, what to run next."""
    console.print(f"\n[bold]{report['name']}[/bold]: {_headline(report)}", highlight=False)
    console.print(_table(report))
    print_findings(map(FindingGroup.from_dict, report["findings"]), console)
    for text in (*_left_out(report), *_listed(report, "failed"), *_listed(report, "unknown")):
        console.print(f"  {text}", style="red", markup=False, highlight=False)
    console.print(f"  went to {report['remote']}", markup=False, highlight=False)
    console.print(f"  files in {report['folder']}", markup=False, highlight=False)
    if report["html"]:
        console.print(f"  report in {report['html']}", markup=False, highlight=False)
    console.print(f"  next: labelferry status {report['name']}", markup=False, highlight=False)


def print_findings(groups: Iterable[FindingGroup], console: Console) -> None:
    """Print findings, those of one rule together."""
    for group in groups:
        style = "red" if group.severity is Severity.ERROR else "yellow"
        console.print(str(group), style=style, markup=False, highlight=False)


def _listed(report: Mapping[str, Any], state: str) -> list[str]:
    lines = report[f"{state}_lines"]
    texts = [f"{state}: {line['source']}: {line['row']}, '{line['feature']}': {line['message']}" for line in lines]
    return shorten(texts, SHOWN, f"more: labelferry status {report['name']}", total=report[state])


def _left_out(report: Mapping[str, Any]) -> list[str]:
    texts = [f"data row {key}: Labelbox did not accept it into the project" for key in report["left_out"]]
    return shorten(texts, SHOWN, f"more: labelferry status {report['name']}", total=report["rows_left_out"])


def _headline(report: Mapping[str, Any]) -> str:
    total = sum(report[state] for state in STATES)
    if open_ := report["pending"] + report["unknown"]:
        return f"[red]{open_} of {counted(total, 'line')} not known to be imported[/red]"
    if report["failed"]:
        return f"[red]{report['failed']} of {counted(total, 'line')} failed[/red]"
    if report["rows_left_out"]:
        return f"[red]{counted(report['rows_left_out'], 'data row')} could not be added to the project[/red]"
    if report["outcome"] == "nothing to do":
        return "[green]nothing to do: everything is already imported[/green]"
    return "[green]done[/green]"


def _table(report: Mapping[str, Any]) -> Table:
    counts = report["counts"]
    table = Table(show_header=False, box=None, padding=(0, 2))
    updated = f", {report['rows_updated']} of them updated" if report["rows_updated"] else ""
    table.add_row("data rows", f"{report['rows_created']} created, {report['rows_reused']} reused{updated}")
    table.add_row("tracks", f"{counts['tracks']} with {counted(counts['keyframes'], 'keyframe')}")
    table.add_row("masks", counted(counts["masks"], "frame"))
    table.add_row("classifications", str(counts["classifications"]))
    states = [f"{report[state]} {state}" for state in STATES if report[state] or state in ALWAYS]
    table.add_row("lines", f"{', '.join(states)}, {report['sent']} sent by this run")
    if report["deleted"]["jobs"]:
        table.add_row("earlier imports", str(Deleted(**report["deleted"])))
    table.add_row("imported as", ImportAs(report["imported_as"]).words)
    table.add_row("created", ", ".join(report["made"]) or "nothing")
    if report["signer"]:
        table.add_row("signed by", report["signer"])
    return table


def print_check(result: Mapping[str, Any], console: Console) -> None:
    """Print the contents of a spec and the findings about it."""
    counts = result["counts"]
    print_findings(grouped(map(Finding.from_dict, result["findings"])), console)
    console.print(
        f"{counted(counts['rows'], 'video')}, {counted(counts['tracks'], 'track')}, "
        f"{counted(counts['keyframes'], 'keyframe')}, {counted(counts['masks'], 'mask frame')}, "
        f"{counted(counts['classifications'], 'classification')}: {counted(counts['lines'], 'line')}, "
        f"{counted(counts['bytes'], 'byte')}",
        highlight=False,
    )
    for text in shorten(class_lines(result["classes"]), SHOWN, "more classes"):
        console.print(f"  {text}", markup=False, highlight=False)
    for path in result.get("files", ()):
        console.print(f"wrote {path}", markup=False, highlight=False)
