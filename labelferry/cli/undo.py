"""The command that removes what an onboarding created."""

import sys
from typing import Annotated

import typer

from labelferry.cli.arguments import AsJson, OnboardingName, ToLocalbox
from labelferry.cli.launch import to_localbox
from labelferry.cli.terminal import fail, progress, show, warnings_shown
from labelferry.errors import ConflictError

__all__ = ["undo"]

UNDECIDED = "nothing was changed; labelferry undo {name} --yes carries this out"


def undo(
    name: OnboardingName,
    yes: Annotated[bool, typer.Option("--yes", help="Carry the plan out without asking.")] = False,
    as_json: AsJson = False,
    localbox: ToLocalbox = False,
) -> None:
    """Remove what an onboarding created in Labelbox, and nothing of anybody else's. Shows its plan and asks first."""
    from labelferry import api
    from labelferry.onboarding.undoing.records import Undo
    from labelferry.reports.undo import print_undo

    def decide(plan: Undo) -> bool:
        if not yes and not as_json and sys.stdin.isatty():
            show(plan.to_dict(), False, print_undo)
            return typer.confirm("Delete this in Labelbox?", err=True)
        return yes

    with to_localbox(localbox), progress(as_json or not yes), warnings_shown():
        found = api.undo(name, decide)
    if found.done or as_json or not sys.stdin.isatty():
        show(found.to_dict(), as_json, print_undo)
    if not found.done:
        fail(UNDECIDED.format(name=name), ConflictError.exit_code)
