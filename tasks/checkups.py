"""The check-up, shown as an artifact, so that a team sees it."""

from prefect.artifacts import create_markdown_artifact
from prefect.settings import PREFECT_API_URL

from labelferry.account.doctor.checkup import Checkup
from labelferry.account.doctor.examine import examine
from labelferry.remote import Remote
from labelferry.reports.doctor import checkup_markdown
from tasks.base import step
from tasks.credentials import settings_of

__all__ = ["check_up"]


@step("check-up")
def check_up(remote: Remote, spec: str | None) -> Checkup:
    """Return the check-up; its artifact has one line a check."""
    found = examine(settings_of(remote), remote, spec, PREFECT_API_URL.value())
    create_markdown_artifact(key="doctor", markdown=checkup_markdown(found.to_dict()), description="check-up")
    return found
