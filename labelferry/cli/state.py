"""Commands that read the ledger: status and metrics."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from labelferry.cli.arguments import AsJson, Name
from labelferry.cli.terminal import show

__all__ = ["metrics", "status"]


def status(
    name: Name,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="First rebuild the ledger from Labelbox, after it was lost.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what the ledger knows of an onboarding: its runs, and its failed and unknown lines."""
    from labelferry import api
    from labelferry.ledger import open_ledger
    from labelferry.reports.status import print_status, status_of
    from labelferry.settings import Settings

    if rebuild:
        api.rebuild(name)
    with open_ledger(Settings.from_environment().ledger_url) as file:
        show(status_of(file, name), as_json, print_status)


def metrics(
    out: Annotated[
        Path | None,
        typer.Option("--out", help="File that is replaced in one step, for node_exporter's textfile collector."),
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
