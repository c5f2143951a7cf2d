"""The step after the guide: labels read back and compared with what was sent."""

from pathlib import Path

from prefect import get_run_logger
from prefect.artifacts import create_markdown_artifact

from labelferry.onboarding.verify import verify
from labelferry.remote import Remote
from labelferry.reports.verification import verification_markdown
from labelferry.settings import Settings
from labelferry.verification import Verification
from tasks.base import step, taken_up

__all__ = ["verify_labels"]


@step("verify-labels")
def verify_labels(remote: Remote, folder: Path) -> Verification:
    """Compare the labels in the service with what was sent, and store the result."""
    with taken_up(remote, folder) as onboarding:
        found = verify(onboarding, str(remote))
    found.write(Settings.from_environment().reports)
    create_markdown_artifact(
        key="verification",
        markdown=verification_markdown(found.to_dict()),
        description=f"{found.name}: {found.outcome}",
    )
    get_run_logger().info("%s: %s", found.outcome, found.totals)
    return found
