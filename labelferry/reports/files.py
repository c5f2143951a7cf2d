"""A finished run -> ``<name>.json``, ``<name>.csv`` and ``<name>.html`` in the folder of reports, and its history."""

from datetime import datetime
from pathlib import Path

from labelferry.ledger import LineState
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.run import Outcomes
from labelferry.pictures import Strip, draw_strips
from labelferry.remote import Remote
from labelferry.reports.html import render_html
from labelferry.reports.journal import Journal
from labelferry.reports.lines import line_outcomes
from labelferry.reports.links import project_page
from labelferry.reports.report import Report, failed_lines, report_on, unknown_lines
from labelferry.reports.spreadsheet import write_csv

__all__ = ["keep_report", "write_files"]


def keep_report(
    onboarding: Onboarding,
    where: Remote,
    outcomes: Outcomes,
    started_at: datetime,
    journal: Journal,
    folder: Path,
) -> tuple[Report, list[Strip]]:
    """Put the outcomes of a run together, into the ledger's history and into files.

    Args:
        onboarding: desired state and ledger.
        where: the Labelbox that it went to.
        outcomes: of the steps.
        started_at: when the run began.
        journal: its plan, and when its steps ran.
        folder: where reports are kept.

    Returns:
        The report, and the pictures that were drawn for it.
    """
    page = project_page(where, outcomes.project.id)
    report = report_on(onboarding, str(where), outcomes, journal=journal, page=page, folder=folder)
    onboarding.ledger.record_run(started_at, report.outcome, report.to_dict())
    return report, write_files(report, onboarding, folder)


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
