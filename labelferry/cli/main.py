"""The program: its commands by name, and their exit codes."""

import logging
import os
import sys
from io import TextIOWrapper
from typing import Annotated, NoReturn

import typer

from labelferry.cli import doctor, local, offline, propose, runs, selftest, state, undo
from labelferry.cli.start import INTERRUPTED
from labelferry.cli.terminal import fail, print_json
from labelferry.cli.unexpected import told
from labelferry.errors import LabelferryError
from labelferry.proxies import settle_proxies

__all__ = ["app", "run"]

FAILED = 1

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.command()(propose.init)
app.command()(offline.check)
app.command()(offline.preview)
app.command()(offline.convert)
app.command()(offline.formats)
app.command()(doctor.doctor)
app.command()(selftest.selftest)
app.command()(runs.plan)
app.command()(runs.onboard)
app.command()(runs.verify)
app.command()(state.status)
app.command()(state.report)
app.command()(runs.retry_failed)
app.command()(runs.resume)
app.command()(undo.undo)
app.command()(state.metrics)
app.command()(local.localbox)
app.command()(local.demo)


def version(asked: bool) -> None:
    """Print the version and exit, on request."""
    if asked:
        from importlib.metadata import version as of

        typer.echo(f"labelferry {of('labelferry')}")
        raise typer.Exit


@app.callback()
def labelferry(
    version: Annotated[
        bool, typer.Option("--version", callback=version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Import labelled video into Labelbox: planned beforehand, safe to run again, verified afterwards."""


def run() -> None:
    """Run the command line; errors end in one message and the documented exit code."""
    if isinstance(
        sys.stdout, TextIOWrapper
    ):  # a character that the terminal lacks must not fail the command after its work
        sys.stdout.reconfigure(errors="backslashreplace")
    settle_proxies()
    # SQLAlchemy logs an interrupt that comes while it closes a connection, with a traceback, and raises it.
    logging.getLogger("sqlalchemy.pool").addHandler(logging.NullHandler())
    try:
        app()
    except LabelferryError as error:
        if "--json" in sys.argv:
            print_json(error.to_dict())
        fail(str(error), error.exit_code)
    except SystemExit as ended:
        if ended.code != INTERRUPTED:
            raise
        raise KeyboardInterrupt from ended  # as typer received it
    except Exception as error:  # noqa: BLE001  the last resort: the traceback goes into a file, not to the terminal
        _end_unexpectedly(error)


def _end_unexpectedly(error: Exception) -> NoReturn:
    """Keep the traceback in a file, and end with one message; JSON too, where it is asked for."""
    message = told(error)
    _drop_output_without_room()
    if "--json" in sys.argv:
        print_json({"error": type(error).__name__, "message": message, "exit_code": FAILED})
    fail(message, FAILED)


def _drop_output_without_room() -> None:
    """Drop what cannot be printed: else Python tries again when it ends, and complains in its own words."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
