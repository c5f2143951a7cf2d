"""The command that checks an account, this machine and a spec."""

import sys
from typing import Annotated

import typer

from labelferry.cli.arguments import AsFlow, AsJson, ToLocalbox
from labelferry.cli.launch import prefect_server, runner, to_localbox
from labelferry.cli.terminal import progress, show

__all__ = ["doctor"]


def doctor(
    spec: Annotated[
        str | None, typer.Argument(metavar="[SPEC]", help="A spec whose names and videos are checked.")
    ] = None,
    as_json: AsJson = False,
    flow: AsFlow = False,
    localbox: ToLocalbox = False,
) -> None:
    """Check key, account, this machine and a spec. Changes nothing.

    Exit codes: 0 all is well, 1 out of reach, 2 something must be changed, 3 warnings only.
    """
    from labelferry import api
    from labelferry.reports.doctor import print_checkup

    chosen = runner(flow)
    with to_localbox(localbox), progress(as_json):
        found = chosen.run("doctor", lambda: api.doctor(spec, prefect_server()), spec)
    show(found, as_json, print_checkup)
    sys.exit(found["exit_code"])
