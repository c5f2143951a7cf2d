"""The plan: what would be done, shown before the first change and recorded for the report."""

from pathlib import Path

from prefect.artifacts import create_markdown_artifact

from labelferry.onboarding.plan import Plan
from labelferry.onboarding.run import make_plan as plan_of
from labelferry.remote import Remote
from labelferry.reports.plan import plan_markdown
from labelferry.settings import Settings
from tasks.base import step, taken_up
from tasks.events import call_run
from tasks.journals import journal

__all__ = ["make_plan"]


@step("make-plan")
def make_plan(remote: Remote, folder: Path, reviewed: Plan | str | None = None) -> Plan:
    """Return what would be done; refuse a reviewed plan that differs."""
    with taken_up(remote, folder) as onboarding:
        planned = plan_of(onboarding, str(remote), Settings.from_environment().requests_per_minute)
    plan = journal().plan = planned.to_dict()
    create_markdown_artifact(key="plan", markdown=plan_markdown(plan), description=f"plan of {planned.name}")
    call_run(plan)
    if reviewed is not None:
        planned.refuse_other(reviewed)
    return planned
