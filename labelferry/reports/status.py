"""The ledger -> what is known of an onboarding."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console

from labelferry.errors import SpecError
from labelferry.ledger import LedgerFile, LineRecord, LineState, State
from labelferry.model import RowRef
from labelferry.onboarding.steps.left_out import left_out
from labelferry.onboarding.steps.outcomes import REMEDIES, OutcomeKind, explain

__all__ = ["print_status", "status_of"]


def status_of(file: LedgerFile, name: str) -> dict[str, Any]:
    """Runs, resources, rows left out, failed and unknown lines of an onboarding, by workspace.

    Raises:
        SpecError: when the ledger has never heard of it.
    """
    workspaces = file.workspaces_of(name)
    if not workspaces:
        known = ", ".join(sorted({each for _, each in file.onboardings()})) or "none"
        raise SpecError(f"the ledger knows no onboarding '{name}'; known are: {known}")
    return {"name": name, "workspaces": [_workspace(file, workspace, name) for workspace in workspaces]}


def _workspace(file: LedgerFile, workspace: str, name: str) -> dict[str, Any]:
    ledger = file.of(workspace, name)
    return {
        "workspace": workspace,
        "runs": [
            {"started_at": run["started_at"], "outcome": run["outcome"], "remote": run["report"]["remote"]}
            | {"message": run["report"].get("message", "")}
            for run in ledger.history()
        ],
        "lines": {kind: ledger.line_counts(kind) for kind in ("prelabels", "ground-truth")},
        "pending_jobs": [entry.name for entry in ledger.entries("job") if entry.state != State.SETTLED],
        "left_out_rows": sorted(left_out(ledger)),
        "failed_lines": [_line(record) for record in ledger.lines(LineState.FAILED)],
        "unknown_lines": [_line(record) for record in ledger.lines(LineState.UNKNOWN)],
    }


def _line(record: LineRecord) -> dict[str, str]:
    text, outcome = explain(record)
    where = {"row": str(RowRef.from_key(record.row)), "feature": record.feature, "source": record.source}
    return where | {"message": text, "kind": str(outcome.kind), "remedy": outcome.remedy}


def print_status(status: Mapping[str, Any], console: Console) -> None:
    """Print the history, and every line that failed or is unknown."""
    for workspace in status["workspaces"]:
        console.print(f"[bold]{status['name']}[/bold] in workspace {workspace['workspace']}", highlight=False)
        _print_runs(workspace["runs"], console)
        for kind, counts in workspace["lines"].items():
            if counts:
                listed = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
                console.print(f"  {kind}: {listed}", highlight=False)
        for job in workspace["pending_jobs"]:
            console.print(f"  pending: {job}; the next onboard picks it up", style="yellow", highlight=False)
        _print_left_out(workspace["left_out_rows"], console)
        for state in ("failed", "unknown"):
            _print_lines(state, workspace[f"{state}_lines"], console)


def _print_left_out(keys: Iterable[str], console: Console) -> None:
    for key in keys:
        console.print(f"  left out: data row {key}", style="red", markup=False, highlight=False)
    if keys:
        text = f"  {OutcomeKind.FIX_ROW}: {REMEDIES[OutcomeKind.FIX_ROW]}"
        console.print(text, style="yellow", markup=False, highlight=False)


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
