"""Step 6 of the guide: the payload imported as pre-labels or ground truth, refused lines sent again."""

from pathlib import Path

from prefect import get_run_logger

from labelferry.listing import counted
from labelferry.onboarding.steps import imports, retry
from labelferry.onboarding.steps.imports import Submitted
from labelferry.onboarding.steps.retry import Reopened
from labelferry.remote import Remote
from labelferry.reports.rows import shard_rows
from tasks.artifacts import show_shards
from tasks.base import step, taken_up

__all__ = ["import_labels", "reopen_failed_lines"]


@step("import-labels")
def import_labels(remote: Remote, folder: Path, project: str) -> Submitted:
    """Send the lines that are not imported yet."""
    with taken_up(remote, folder) as onboarding:
        submitted = imports.import_labels(onboarding, project)
        shards = shard_rows(onboarding.ledger) if submitted.jobs else []
    show_shards(shards, "Import jobs as sent")
    for shard in (each for each in shards if each["job"] in submitted.jobs):
        get_run_logger().info("job %s: %s", shard["job"], counted(shard["lines"], "line"))
    sent, jobs = counted(submitted.lines, "line"), counted(len(submitted.jobs), "job")
    get_run_logger().info("%s sent in %s", sent, jobs)
    return submitted


@step("reopen-failed-lines")
def reopen_failed_lines(remote: Remote, folder: Path) -> Reopened:
    """Let the refused lines be sent again."""
    with taken_up(remote, folder) as onboarding:
        reopened = retry.reopen_failed_lines(onboarding)
    get_run_logger().info("%s to send again", counted(reopened.lines, "refused line"))
    return reopened
