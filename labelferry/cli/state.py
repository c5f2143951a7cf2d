"""Commands that read the ledger: status, report and metrics."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from labelferry.cli.arguments import AsJson, ToLocalbox
from labelferry.cli.launch import to_localbox
from labelferry.cli.terminal import show
from labelferry.errors import SpecError

__all__ = ["metrics", "report", "status"]


def status(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Name of one; without it, all are listed.")
    ] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="First rebuild a lost ledger from Labelbox.")] = False,
    as_json: AsJson = False,
    localbox: ToLocalbox = False,
) -> None:
    """Show the runs of an onboarding and its failed and unknown lines, from the ledger; or list all onboardings."""
    from labelferry import api
    from labelferry.ledger import open_ledger
    from labelferry.reports.status import all_of, print_all, print_status, status_of
    from labelferry.settings import Settings

    if rebuild and name is None:
        raise SpecError("--rebuild needs the name of an onboarding: labelferry status NAME --rebuild")
    if rebuild and name is not None:
        with to_localbox(localbox):
            api.rebuild(name)
    with open_ledger(Settings.from_environment().ledger_url) as file:
        if name is None:
            show(all_of(file), as_json, print_all)
        else:
            show(status_of(file, name), as_json, print_status)


def report(as_json: AsJson = False) -> None:
    """Write a page over all runs in the ledger, with links to the reports that are kept of them."""
    from labelferry.ledger import open_ledger
    from labelferry.reports.overview import print_files, write_overview
    from labelferry.settings import Settings

    settings = Settings.from_environment()
    with open_ledger(settings.ledger_url) as file:
        path = write_overview(file, settings.reports)
    show({"files": [str(path)]}, as_json, print_files)


def metrics(
    out: Annotated[
        Path | None,
        typer.Option("--out", help="File to replace in one step, for node_exporter's textfile collector."),
    ] = None,
) -> None:
    """Print ledger counts for all onboardings in Prometheus text format. Changes nothing."""
    from prometheus_client import generate_latest, write_to_textfile

    from labelferry.ledger import open_ledger
    from labelferry.reports.metrics import metrics_of
    from labelferry.settings import Settings

    with open_ledger(Settings.from_environment().ledger_url) as file:
        if out is None:
            sys.stdout.buffer.write(generate_latest(metrics_of(file)))
        else:
            write_to_textfile(str(out), metrics_of(file))
