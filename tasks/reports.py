"""The outcome, stored as JSON, CSV and HTML, in the ledger's history and as artifacts of the run."""

from datetime import datetime
from pathlib import Path

from labelferry.onboarding.run import Outcomes
from labelferry.remote import Remote
from labelferry.reports import Report
from labelferry.reports.files import keep_report
from labelferry.reports.rows import shard_rows
from labelferry.settings import Settings
from tasks.artifacts import show_report, show_shards
from tasks.base import step, taken_up
from tasks.journals import journal

__all__ = ["write_report"]


@step("write-report")
def write_report(remote: Remote, folder: Path, started_at: datetime, outcomes: Outcomes) -> Report:
    """Combine the outcomes and store them."""
    reports = Settings.from_environment().reports
    with taken_up(remote, folder) as onboarding:
        report, strips = keep_report(onboarding, remote, outcomes, started_at, journal(), reports)
        shards = shard_rows(onboarding.ledger)
    show_shards(shards, "Import jobs, outcome")
    show_report(report, strips)
    return report
