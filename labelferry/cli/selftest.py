"""The command that tries what labelferry assumes of the service on an account."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from labelferry.cli.arguments import AsJson, ToLocalbox
from labelferry.cli.launch import to_localbox
from labelferry.cli.terminal import fail, progress, show, warnings_shown
from labelferry.errors import ConflictError

__all__ = ["selftest"]

UNDECIDED = "nothing was changed; labelferry selftest --yes begins"
LOOK = "Open {page} in the editor: are there two boxes on frame 1, top left and bottom right (no: only one)?"


def selftest(
    yes: Annotated[bool, typer.Option("--yes", help="Begin without asking, and skip what needs eyes.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything in Labelbox, to look at.")] = False,
    clean: Annotated[bool, typer.Option("--clean", help="Only delete what earlier self-tests left.")] = False,
    profile: Annotated[
        Path | None, typer.Option("--profile", help="Write the profile here too; localbox --like FILE behaves like it.")
    ] = None,
    iam: Annotated[
        str | None,
        typer.Option(
            "--iam", metavar="URL", help="A video in a private bucket: tests the default IAM integration too."
        ),
    ] = None,
    as_json: AsJson = False,
    localbox: ToLocalbox = False,
) -> None:
    """Test on your account what labelferry assumes of Labelbox, under unique names, and clean up.

    Exit codes: 0 nothing is left over, 3 something could not be deleted, 4 not begun.
    """
    from labelferry import api
    from labelferry.account.profile import write_profile
    from labelferry.account.selftest.records import SelftestPlan
    from labelferry.account.selftest.run import Choices
    from labelferry.reports.selftest import print_selftest

    asks = not yes and not as_json and sys.stdin.isatty()

    def decide(plan: SelftestPlan) -> bool:
        typer.echo(str(plan), err=True)
        return yes or (asks and typer.confirm("Begin?", err=True))

    def look(page: str) -> bool | None:
        return typer.confirm(LOOK.format(page=page), err=True) if asks else None

    with to_localbox(localbox), progress(as_json or asks), warnings_shown():
        found = api.selftest(Choices(decide, look, keep, clean, iam))
    if found is None:
        fail(UNDECIDED, ConflictError.exit_code)
    if profile is not None and found.profile is not None:
        write_profile(found.profile, profile)
    show(found.to_dict(), as_json, print_selftest)
    sys.exit(found.exit_code)
