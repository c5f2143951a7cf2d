"""The outcome, kept as JSON, CSV and HTML, in the ledger's history and as artifacts of the run."""

from datetime import datetime
from pathlib import Path
from typing import Any

from labelferry.remote import Remote
from labelferry.reports import report_on
from labelferry.reports.files import write_files
from labelferry.reports.links import project_page
from labelferry.reports.rows import shard_rows
from labelferry.settings import Settings
from tasks.artifacts import show_report, show_shards
from tasks.journals import journal
from tasks.skin import step, taken_up

__all__ = ["write_report"]


@step("write-report")
def write_report(where: Remote, folder: Path, started_at: datetime, outcomes: dict[str, Any]) -> dict[str, Any]:
    """Put the outcomes together and keep them."""
    reports, page = Settings.from_environment().reports, project_page(where, outcomes["project"].id)
    with taken_up(where, folder) as onboarding:
        report = report_on(onboarding, str(where), journal=journal(), page=page, folder=reports, **outcomes)
        onboarding.ledger.record_run(started_at, report.outcome, report.to_json())
        strips, shards = write_files(report, onboarding, reports), shard_rows(onboarding.ledger)
    show_shards(shards, "what became of them")
    show_report(report, strips)
    return report.to_json()
