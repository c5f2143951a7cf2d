"""A report -> ``<name>.json``, ``<name>.csv`` and ``<name>.html`` in the folder of reports."""

from pathlib import Path

from labelferry.ledger import LineState
from labelferry.onboarding.context import Onboarding
from labelferry.pictures import Strip, draw_strips
from labelferry.reports.html import render_html
from labelferry.reports.lines import line_outcomes
from labelferry.reports.report import Report, failed_lines, unknown_lines
from labelferry.reports.spreadsheet import write_csv

__all__ = ["write_files"]


def write_files(report: Report, onboarding: Onboarding, folder: Path) -> list[Strip]:
    """Keep a report for programs, spreadsheets and people; returns the pictures that were drawn for it."""
    desired, ledger = onboarding.desired, onboarding.ledger
    as_ = str(desired.spec.imports.as_)
    report.write(folder)
    write_csv(line_outcomes(desired, ledger), folder / f"{report.name}.csv")
    refused = {record.uuid for record in ledger.lines(LineState.FAILED, imported_as=as_)}
    strips = draw_strips(desired, refused)
    page = render_html(report, list(failed_lines(onboarding)), strips, list(unknown_lines(onboarding)))
    (folder / f"{report.name}.html").write_text(page, encoding="utf-8", errors="replace")
    return strips
