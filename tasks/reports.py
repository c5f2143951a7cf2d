"""The outcome, kept as JSON, in the ledger's history and as artifacts of the run."""

from datetime import datetime
from pathlib import Path
from typing import Any

from prefect.artifacts import create_markdown_artifact

from labelferry.remote import Remote
from labelferry.reports import markdown, report_on
from labelferry.settings import Settings
from tasks.skin import step, taken_up

__all__ = ["write_report"]


@step("write-report")
def write_report(where: Remote, folder: Path, started_at: datetime, outcomes: dict[str, Any]) -> dict[str, Any]:
    """Put the outcomes together and keep them."""
    with taken_up(where, folder) as onboarding:
        report = report_on(onboarding, str(where), **outcomes)
        onboarding.ledger.record_run(started_at, report.outcome, report.to_json())
    report.write(Settings.from_environment().reports)
    create_markdown_artifact(
        key="onboarding", markdown=markdown(report), description=f"{report.name}: {report.outcome}"
    )
    return report.to_json()
