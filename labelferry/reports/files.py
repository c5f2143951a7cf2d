"""A finished run -> ``<name>.json``, ``.csv`` and ``.html`` in the folder of reports, next to those of earlier runs."""

import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import accumulate
from pathlib import Path

from labelferry.ledger import LineState
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.run import Outcomes
from labelferry.pictures import Strip, draw_strips
from labelferry.private import open_private, private_folder
from labelferry.remote import Remote
from labelferry.reports.html import render_html
from labelferry.reports.journal import Journal
from labelferry.reports.lines import line_outcomes
from labelferry.reports.links import project_page
from labelferry.reports.report import Report, failed_lines, report_on, unknown_lines
from labelferry.reports.spreadsheet import write_csv

__all__ = ["keep_copies", "keep_report", "write_files"]

SUFFIXES = (".json", ".csv", ".html")
MOST_BYTES = 1 << 30
"""Size up to which the reports of all runs of an onboarding are kept; beyond it, those of the oldest are deleted."""
LEAST = 10
"""Runs whose reports are kept in any case."""


def keep_report(
    onboarding: Onboarding,
    remote: Remote,
    outcomes: Outcomes,
    started_at: datetime,
    journal: Journal,
    folder: Path,
) -> tuple[Report, list[Strip]]:
    """Combine the outcomes of a run, and store them in the ledger's history and in files.

    Args:
        onboarding: desired state and ledger.
        remote: the Labelbox that it went to.
        outcomes: of the steps.
        started_at: when the run began.
        journal: its plan and the times of its steps.
        folder: where reports are kept.

    Returns:
        The report, and the pictures that were drawn for it.
    """
    page = project_page(remote, outcomes.project.id)
    report = report_on(onboarding, str(remote), outcomes, journal=journal, page=page, folder=folder)
    onboarding.ledger.record_run(started_at, report.outcome, report.to_dict())
    strips = write_files(report, onboarding, folder)
    keep_copies(report.name, started_at, folder)
    return report, strips


def write_files(report: Report, onboarding: Onboarding, folder: Path) -> list[Strip]:
    """Write a report as JSON, CSV and HTML; return the pictures that were drawn for it."""
    desired, ledger = onboarding.desired, onboarding.ledger
    as_ = str(desired.spec.imports.as_)
    report.write(folder)
    write_csv(line_outcomes(desired, ledger), folder / f"{report.name}.csv")
    refused = {record.uuid for record in ledger.lines(LineState.FAILED, imported_as=as_)}
    strips = draw_strips(desired, refused)
    page = render_html(report, list(failed_lines(onboarding)), strips, list(unknown_lines(onboarding)))
    with open_private(folder / f"{report.name}.html") as out:
        out.write(page.encode("utf-8", "replace"))
    return strips


def keep_copies(name: str, started_at: datetime, folder: Path, most: int = MOST_BYTES) -> None:
    """Keep copies of the files of each run: ``runs/<name>/<start time>.json``, and so on.

    Args:
        name: of the onboarding.
        started_at: when the run began.
        folder: where reports are kept.
        most: bytes beyond which the copies of the oldest runs are deleted.
    """
    runs = private_folder(folder / "runs" / name)
    for suffix in SUFFIXES:
        shutil.copy(folder / f"{name}{suffix}", runs / f"{started_at:%Y%m%dT%H%M%S.%f}{suffix}")
    for path in _outgrown(sorted(runs.iterdir(), reverse=True), most):
        path.unlink(missing_ok=True)


def _outgrown(newest_first: Sequence[Path], most: int) -> Iterator[Path]:
    """Yield the files of the runs that are too old to be kept."""
    sizes = accumulate(path.stat().st_size for path in newest_first)
    kept = LEAST * len(SUFFIXES)
    return (path for n, (path, size) in enumerate(zip(newest_first, sizes, strict=True)) if n >= kept and size > most)
