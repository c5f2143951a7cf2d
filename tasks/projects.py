"""Steps 3 and 4 of the guide: the project, and the batch that sends the rows to it."""

from pathlib import Path

from prefect import get_run_logger

from labelferry.onboarding.steps import batch, project
from labelferry.onboarding.steps.batch import BatchOutcome
from labelferry.onboarding.steps.resolve import Resolved
from labelferry.remote import Remote
from tasks.base import step, taken_up

__all__ = ["create_batch", "create_project"]


@step("create-project")
def create_project(remote: Remote, folder: Path, ontology: str) -> Resolved:
    """Create the project, or find it, and connect the ontology."""
    with taken_up(remote, folder) as onboarding:
        found = project.create_project(onboarding, ontology)
    get_run_logger().info("project %s %s", found.id, "created" if found.created else "reused")
    return found


@step("create-batch")
def create_batch(remote: Remote, folder: Path, project: str) -> BatchOutcome:
    """Add the rows that are not in the project yet."""
    with taken_up(remote, folder) as onboarding:
        filled = batch.create_batch(onboarding, project)
    get_run_logger().info("batch: %d rows added, %d already in the project", filled.added, filled.already_in)
    return filled
