"""Step 6 of the guide, second half: the import jobs awaited, and their failed lines."""

from pathlib import Path

from prefect import get_run_logger

from labelferry.onboarding.steps import imports
from labelferry.onboarding.steps.imports import Collected
from labelferry.remote import Remote
from tasks.base import step, taken_up

__all__ = ["poll_job_errors"]


@step("poll-job-errors")
def poll_job_errors(remote: Remote, folder: Path) -> Collected:
    """Wait for every open job of the onboarding, including those of earlier runs, and settle each line."""
    with taken_up(remote, folder) as onboarding:
        collected = imports.poll_job_errors(onboarding)
    counts = (collected.jobs, collected.accepted, collected.failed, collected.unknown, collected.absent)
    get_run_logger().info("%d jobs: %d lines imported, %d failed, %d unknown; %d jobs not listed yet", *counts)
    return collected
