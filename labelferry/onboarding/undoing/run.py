"""The undo of an onboarding: planned, decided, carried out, recorded in the history; one run at a time."""

from collections.abc import Callable

from labelferry.onboarding.context import Onboarding, alone
from labelferry.onboarding.undoing.carry_out import carry_out_undo
from labelferry.onboarding.undoing.plan import plan_undo
from labelferry.onboarding.undoing.records import UNDONE, Undo
from labelferry.remote import Remote

__all__ = ["undo_onboarding"]


def undo_onboarding(onboarding: Onboarding, remote: Remote, wait: float, decide: Callable[[Undo], bool]) -> Undo:
    """Remove what an onboarding created, and nothing of anybody else's. May be run again at any time.

    Args:
        onboarding: what is undone.
        remote: the Labelbox it went to.
        wait: seconds to wait for another run.
        decide: whether a plan is to be carried out; nothing was changed before, and nobody else changes the onboarding
            while this decides.

    Returns:
        What was done; the plan, if it was not to be carried out.

    Raises:
        ConflictError: when another run is in progress, or something of others appeared in the meantime.
        RemoteError: when the service failed; run it again.
    """
    with alone(onboarding, remote, wait):
        started_at = onboarding.ledger.now()
        plan = plan_undo(onboarding, str(remote))
        if not decide(plan):
            return plan
        done = carry_out_undo(onboarding, plan)
        onboarding.ledger.record_run(started_at, UNDONE, done.to_dict())
        return done
