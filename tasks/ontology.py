"""Step 2 of the guide: the ontology."""

from pathlib import Path

from prefect import get_run_logger

from labelferry.onboarding.steps.ontology import ensure_ontology
from labelferry.onboarding.steps.resolve import Resolved
from labelferry.remote import Remote
from tasks.skin import step, taken_up

__all__ = ["build_ontology"]


@step("build-ontology")
def build_ontology(where: Remote, folder: Path) -> Resolved:
    """Create the ontology, or find it and compare."""
    with taken_up(where, folder) as onboarding:
        ontology = ensure_ontology(onboarding)
    get_run_logger().info("ontology %s %s", ontology.id, "created" if ontology.created else "reused")
    return ontology
