"""A plan, as plain values -> what the terminal and Prefect's UI show."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from labelferry.account.profile import ProfileAge
from labelferry.listing import counted, shorten
from labelferry.model.findings import FindingGroup
from labelferry.onboarding.elsewhere import NOTHING, Elsewhere
from labelferry.reports.classes import class_lines
from labelferry.reports.markdown import plain
from labelferry.reports.terminal import print_findings

__all__ = ["plan_markdown", "plan_rows", "print_plan"]

COLOURS = {
    "create": "green",
    "update": "cyan",
    "delete": "magenta",
    "conflict": "red",
    "reuse": "default",
    "skip": "default",
}


CLASSES = 20
IMPORTS = 5


def print_plan(plan: Mapping[str, Any], console: Console) -> None:
    """Print the decisions, what they add up to, and the hash that ``onboard --plan`` compares."""
    console.print(f"\n[bold]{plan['name']}[/bold]: what onboard would do to {plan['remote']}", highlight=False)
    table = Table(box=None, padding=(0, 2))
    for name in ("", "", "", "count", "reason"):
        table.add_column(name)
    for step in plan["steps"]:
        action, count = step["action"], str(step["count"] or "")
        texts = (escape(step["name"]), count, escape(step["reason"] + _bytes(step)))
        table.add_row(f"[{COLOURS[action]}]{action}[/]", step["kind"], *texts)
    console.print(table, highlight=False)
    print_findings(map(FindingGroup.from_dict, plan.get("findings", ())), console)
    for text in shorten(class_lines(plan.get("classes", ())), CLASSES, "more classes"):
        console.print(f"  {text}", markup=False, highlight=False)
    for text in _elsewhere(plan):
        console.print(f"  {text}", markup=False, highlight=False)
    console.print(f"  {_total(plan)}", highlight=False)
    if advice := _advice(plan):
        console.print(f"  {advice}", style="yellow", highlight=False)
    console.print(f"  hash {plan['hash']}", highlight=False)
    console.print(f"  {_sum(plan)}", style="bold", highlight=False)


def plan_markdown(plan: Mapping[str, Any]) -> str:
    """Return the plan as markdown: the decisions, warnings, classes, and what it all adds up to."""
    rows = "\n".join(
        f"| {s['action']} | {s['kind']} | {plain(s['name'])} | {s['count'] or ''} | {plain(s['reason'] + _bytes(s))} |"
        for s in plan["steps"]
    )
    said = f"\n\n{advice}" if (advice := _advice(plan)) else ""
    head = "| action | what | name | count | reason |\n|---|---|---|---|---|"
    found = "".join(f"\n- {plain(each.headline)}" for each in map(FindingGroup.from_dict, plan.get("findings", ())))
    lines = shorten(class_lines(plan.get("classes", ())), CLASSES, "more classes")
    classes = "".join(f"\n- {plain(line)}" for line in lines)
    others = "".join(f"\n- {plain(line)}" for line in _elsewhere(plan))
    lists = {"Warnings": found, "Classes": classes, "In the project already": others}
    parts = [f"# {plain(plan['name'])}: plan", f"{head}\n{rows}"]
    parts += [f"## {title}\n{listed}" for title, listed in lists.items() if listed]
    return "\n\n".join([*parts, f"{_total(plan)}{said}", f"Hash `{plan['hash']}`", f"**{_sum(plan)}**"])


def plan_rows(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return the steps of a plan, and the lines below them, for a page."""
    steps = [{**step, "reason": step["reason"] + _bytes(step)} for step in plan["steps"]]
    lines = [*_elsewhere(plan), _total(plan), _advice(plan), f"hash {plan['hash']}", _sum(plan)]
    return {"steps": steps, "lines": [line for line in lines if line]}


def _sum(plan: Mapping[str, Any]) -> str:
    """Return the totals, last as people know them from other tools."""
    words = {"create": "create", "update": "update", "delete": "delete", "conflict": "decide"}
    return "Plan: " + ", ".join(f"{plan['totals'][name]:,} to {word}" for name, word in words.items())


def _elsewhere(plan: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is in the project already and is not from this onboarding."""
    found = Elsewhere.from_dict(plan["elsewhere"]) if plan.get("elsewhere") else NOTHING
    if found.labels:
        where = "in the project" if found.rows is None else f"on {counted(found.rows, 'row')} of the spec"
        whose = "from anywhere" if found.rows is None else "not from this onboarding"
        yield f"already {where}: {counted(found.labels, 'label')} {whose}"
    if found.imports:
        names = ", ".join(shorten(list(found.imports), IMPORTS))
        yield f"already in the project: {counted(len(found.imports), 'import')} of pre-labels by others: {names}"


def _advice(plan: Mapping[str, Any]) -> str:
    account = plan.get("account")
    return ProfileAge(account).advice if account else ""


def _total(plan: Mapping[str, Any]) -> str:
    counts, limit = plan["counts"], plan["requests_per_minute"]
    at = f"the limit of {limit:,} per minute" if limit else "the free tier's rate limit (set LABELFERRY_RATE for yours)"
    took = f", {plan['seconds']:.0f} s at {at}"
    return (
        f"{counted(counts['rows'], 'row')}, {counted(counts['tracks'], 'track')}, "
        f"{counted(counts['keyframes'], 'keyframe')}, {counted(counts['lines'], 'line')}, "
        f"{counted(counts['bytes'], 'byte')}{_deletions(plan['steps'])}; about {plan['requests']} requests{took}"
    )


def _bytes(step: Mapping[str, Any]) -> str:
    return f" ({counted(step['bytes'], 'byte')})" if step["bytes"] and step["kind"] == "data rows" else ""


def _deletions(steps: Iterable[Mapping[str, Any]]) -> str:
    lines = [step["count"] for step in steps if step["action"] == "delete"]
    return f"; {counted(len(lines), 'import')} to delete, {counted(sum(lines), 'line')}" if lines else ""
