"""Step 1 of the guide: data rows, by global key."""

from pathlib import Path

from prefect import get_run_logger

from labelferry.onboarding.steps import data_rows
from labelferry.onboarding.steps.data_rows import RowsOutcome
from labelferry.remote import Remote
from tasks.base import step, taken_up

__all__ = ["create_data_rows"]


@step("create-data-rows")
def create_data_rows(remote: Remote, folder: Path) -> RowsOutcome:
    """Create the data rows that are missing."""
    with taken_up(remote, folder) as onboarding:
        rows = data_rows.create_data_rows(onboarding)
    get_run_logger().info("data rows: %d created, %d reused", rows.created, rows.reused)
    return rows
