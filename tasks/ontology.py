"""Step 2 of the guide: the ontology."""

from pathlib import Path

from prefect import get_run_logger

from labelferry.onboarding.steps import ontology
from labelferry.onboarding.steps.resolve import Resolved
from labelferry.remote import Remote
from tasks.base import step, taken_up

__all__ = ["build_ontology"]


@step("build-ontology")
def build_ontology(remote: Remote, folder: Path) -> Resolved:
    """Create the ontology, or find it and compare."""
    with taken_up(remote, folder) as onboarding:
        built = ontology.build_ontology(onboarding)
    get_run_logger().info("ontology %s %s", built.id, "created" if built.created else "reused")
    return built
