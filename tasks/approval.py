"""The pause for a person: a run shows its plan, and goes on when somebody approves it in Prefect's UI."""

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
    """The answer of a person who has read the plan."""

    approved: bool = Field(
        False, title="Carry out this plan", description="Without it the run ends here, and nothing is sent."
    )


def is_approved(plan: Plan) -> bool:
    """Return whether a person approves the plan; one that changes nothing needs nobody.

    Raises:
        ConflictError: at once, when something in the plan needs another decision first.
    """
    refuse_conflicts(plan)
    if not any(plan.totals.values()):
        return True
    asked = Approval.with_initial_data(description=plan_markdown(plan.to_dict()))
    answer = pause_flow_run(wait_for_input=asked, timeout=APPROVAL_SECONDS, poll_interval=POLL_SECONDS)
    return answer is not None and answer.approved
