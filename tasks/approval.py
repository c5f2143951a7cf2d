"""The approval of a plan: a run pauses, shows its plan in Prefect's UI, and continues once it is approved."""

from prefect import pause_flow_run
from prefect.input import RunInput
from pydantic import Field

from labelferry.onboarding.plan import Plan, refuse_conflicts
from labelferry.reports.plan import plan_markdown

__all__ = ["Approval", "is_approved"]

APPROVAL_SECONDS = 24 * 3600
"""How long a run waits; the process of the run waits with it."""
POLL_SECONDS = 2


class Approval(RunInput):
    """The answer to a plan."""

    approved: bool = Field(
        False, title="Carry out this plan", description="Without it the run ends here, and nothing is sent."
    )


def is_approved(plan: Plan) -> bool:
    """Ask in Prefect's UI whether the plan is approved; a plan that changes nothing needs no approval.

    Raises:
        ConflictError: at once, when something in the plan needs another decision first.
    """
    refuse_conflicts(plan)
    if not any(plan.totals.values()):
        return True
    asked = Approval.with_initial_data(description=plan_markdown(plan.to_dict()))
    answer = pause_flow_run(wait_for_input=asked, timeout=APPROVAL_SECONDS, poll_interval=POLL_SECONDS)
    return answer is not None and answer.approved
