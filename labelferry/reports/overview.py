"""The ledger -> one page over all runs of all onboardings, with links to the pages that are kept of them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from labelferry.ledger import LedgerFile
from labelferry.onboarding.history import UNASKED
from labelferry.private import open_private, private_folder
from labelferry.reports.pages import render

__all__ = ["print_files", "write_overview"]

RUNS = 1_000
"""Runs of an onboarding that are listed, the latest first."""
TONES = {"done": "good", "nothing to do": "calm", "failed": "bad", "conflict": "bad", "interrupted": "wait"}
COUNTS = ("sent", "accepted", "failed", "unknown", "pending")


def write_overview(file: LedgerFile, folder: Path) -> Path:
    """Write the page to ``folder/index.html``, and return its path.

    Args:
        file: the ledger.
        folder: where reports are kept.
    """
    page = render("overview.html.jinja", onboardings=list(_onboardings(file, folder)), tones=TONES, counts=COUNTS)
    path = private_folder(folder) / "index.html"
    with open_private(path) as out:
        out.write(page.encode("utf-8", "replace"))
    return path


def print_files(found: Mapping[str, Any], console: Console) -> None:
    """Print where the page is."""
    for path in found["files"]:
        console.print(f"wrote {path}", markup=False, highlight=False)


def _onboardings(file: LedgerFile, folder: Path) -> Iterator[dict[str, Any]]:
    for workspace, name in sorted(file.onboardings(), key=lambda each: (each[1], each[0])):
        runs = [_run(name, run, folder) for run in file.of(workspace, name).history(limit=RUNS)]
        where = "" if workspace == UNASKED else workspace
        last = next((run for run in runs if run["project"]), None)
        yield {"name": name, "workspace": where, "runs": runs, "last": last}


def _run(name: str, run: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    report = run["report"]
    kept = Path("runs", name, f"{run['started_at']:%Y%m%dT%H%M%S.%f}.html")
    message = str(report.get("message") or "").splitlines()
    return {
        "when": f"{run['started_at']:%Y-%m-%d %H:%M:%S} UTC",
        "outcome": run["outcome"],
        "remote": report["remote"],
        "project": report.get("project_name") or report.get("project"),
        "page": report.get("page"),
        "counts": [report.get(count) for count in COUNTS],
        "message": message[0] if message else "",
        "details": "\n".join(message[1:]),
        "link": kept.as_posix() if (folder / kept).is_file() else None,
    }
