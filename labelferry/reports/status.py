"""The ledger -> the status of one onboarding, or of all."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console

from labelferry.errors import SpecError
from labelferry.ledger import LedgerFile, LineRecord, LineState, State
from labelferry.model import RowRef
from labelferry.onboarding.history import UNASKED
from labelferry.onboarding.steps.left_out import left_out
from labelferry.onboarding.steps.outcomes import REMEDIES, OutcomeKind, explain
from labelferry.spec import ImportAs, checked_name

__all__ = ["all_of", "print_all", "print_status", "status_of"]

IMPORTED_AS = [str(each) for each in ImportAs]


def all_of(file: LedgerFile) -> dict[str, Any]:
    """Return every onboarding in the ledger with its latest run."""
    return {"ledger": str(file), "onboardings": [_brief(file, *each) for each in sorted(file.onboardings())]}


def _brief(file: LedgerFile, workspace: str, name: str) -> dict[str, Any]:
    ledger = file.of(workspace, name)
    (run,) = ledger.history(1)
    lines = {kind: counts for kind in IMPORTED_AS if (counts := ledger.line_counts(kind))}
    return {"name": name, "workspace": workspace, "runs": [_run(run)], "lines": lines}


def print_all(found: Mapping[str, Any], console: Console) -> None:
    """Print the onboardings in the ledger."""
    if not found["onboardings"]:
        console.print(f"no onboarding in {found['ledger']} yet", markup=False, highlight=False, soft_wrap=True)
    for each in found["onboardings"]:
        _print_heading(each["name"], each["workspace"], console)
        _print_runs(each["runs"], console)
        _print_counts(each["lines"], console)


def status_of(file: LedgerFile, name: str) -> dict[str, Any]:
    """Return the runs, resources, rows left out, failed and unknown lines of an onboarding, by workspace.

    Raises:
        SpecError: when it is not a valid name, or not in the ledger.
    """
    workspaces = file.workspaces_of(checked_name(name))
    if not workspaces:
        known = ", ".join(sorted({each for _, each in file.onboardings()})) or "none"
        raise SpecError(f"no onboarding '{name}' in the ledger {file}; it has: {known}")
    return {"name": name, "workspaces": [_workspace(file, workspace, name) for workspace in workspaces]}


def _workspace(file: LedgerFile, workspace: str, name: str) -> dict[str, Any]:
    ledger = file.of(workspace, name)
    return {
        "workspace": workspace,
        "runs": [_run(run) for run in ledger.history()],
        "lines": {kind: ledger.line_counts(kind) for kind in IMPORTED_AS},
        "pending_jobs": [entry.name for entry in ledger.entries("job") if entry.state != State.SETTLED],
        "left_out_rows": sorted(left_out(ledger)),
        "failed_lines": [_line(record) for record in ledger.lines(LineState.FAILED)],
        "unknown_lines": [_line(record) for record in ledger.lines(LineState.UNKNOWN)],
    }


def _run(run: Mapping[str, Any]) -> dict[str, Any]:
    report = run["report"]
    named = {"started_at": run["started_at"], "outcome": run["outcome"]}
    return named | {"remote": report["remote"], "message": report.get("message", "")}


def _line(record: LineRecord) -> dict[str, str]:
    text, outcome = explain(record)
    where = {"row": str(RowRef.from_key(record.row)), "feature": record.feature, "source": record.source}
    return where | {"message": text, "kind": str(outcome.kind), "remedy": outcome.remedy}


def print_status(status: Mapping[str, Any], console: Console) -> None:
    """Print the history, and every line that failed or is unknown."""
    for workspace in status["workspaces"]:
        _print_heading(status["name"], workspace["workspace"], console)
        _print_runs(workspace["runs"], console)
        _print_counts(workspace["lines"], console)
        for job in workspace["pending_jobs"]:
            console.print(f"  pending: {job}; the next onboard picks it up", style="yellow", highlight=False)
        _print_left_out(workspace["left_out_rows"], console)
        for state in ("failed", "unknown"):
            _print_lines(state, workspace[f"{state}_lines"], console)


def _print_heading(name: str, workspace: str, console: Console) -> None:
    where = "in no workspace yet" if workspace == UNASKED else f"in workspace {workspace}"
    console.print(f"[bold]{name}[/bold] {where}", highlight=False)


def _print_left_out(keys: Iterable[str], console: Console) -> None:
    for key in keys:
        console.print(f"  left out: data row {key}", style="red", markup=False, highlight=False)
    if keys:
        text = f"  {OutcomeKind.FIX_ROW}: {REMEDIES[OutcomeKind.FIX_ROW]}"
        console.print(text, style="yellow", markup=False, highlight=False)


def _print_counts(lines: Mapping[str, Mapping[str, int]], console: Console) -> None:
    for kind, counts in lines.items():
        if counts:
            listed = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
            console.print(f"  {kind}: {listed}", highlight=False)


def _print_lines(state: str, lines: Iterable[Mapping[str, str]], console: Console) -> None:
    for line in lines:
        text = f"  {state}: {line['source']}: {line['row']}, '{line['feature']}': {line['message']}"
        console.print(text, style="red", markup=False, highlight=False)
    for kind, remedy in sorted({(line["kind"], line["remedy"]) for line in lines}):
        console.print(f"  {kind}: {remedy}", style="yellow", markup=False, highlight=False)


def _print_runs(runs: Iterable[Mapping[str, Any]], console: Console) -> None:
    for run in runs:
        console.print(f"  {run['started_at']:%Y-%m-%d %H:%M:%S}  {run['outcome']}  {run['remote']}", highlight=False)
        if run["message"]:
            console.print(f"      {run['message'].splitlines()[0]}", markup=False, highlight=False)
