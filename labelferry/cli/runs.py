"""Commands that talk to Labelbox, in this process or as Prefect flows: plan, onboard, verify, resume, retry-failed."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from labelferry.cli.arguments import AsFlow, AsJson, OnboardingName, SpecPath, ToLocalbox
from labelferry.cli.launch import Runner, runner, to_localbox
from labelferry.cli.terminal import fail, progress, say, show
from labelferry.errors import (
    ConflictError,
    LabelferryError,
    PartialFailureError,
    PendingError,
    SpecError,
    VerificationError,
)

__all__ = ["onboard", "plan", "resume", "retry_failed", "run_to_report", "verify"]


def plan(
    spec: SpecPath,
    html: Annotated[
        Path | None, typer.Option("--html", help="File for a page of it, with pictures of the labels.")
    ] = None,
    as_json: AsJson = False,
    flow: AsFlow = False,
    localbox: ToLocalbox = False,
) -> None:
    """Show what onboard would do. Changes nothing; exit code 4 means that a conflict needs a decision first."""
    from labelferry import api
    from labelferry.onboarding.plan import Plan, refuse_conflicts
    from labelferry.reports.plan import print_plan

    if flow and html is not None:
        raise SpecError("--html: a flow shows its plan in Prefect's UI; leave out --flow to have a page")
    chosen = runner(flow) if html is None else Runner(False, "in this process")
    with to_localbox(localbox), progress(as_json):
        planned = chosen.run("plan", partial(api.plan, spec, html), str(spec))
    show(planned, as_json, print_plan)
    say(f"planned {chosen.place}", as_json)
    if html is not None:
        say(f"wrote {html}", as_json)
    try:
        refuse_conflicts(Plan.from_dict(planned))
    except ConflictError as error:
        fail(str(error), error.exit_code)


def onboard(
    spec: SpecPath,
    plan: Annotated[
        Path | None, typer.Option("--plan", help="Carry out this saved plan; refuse if anything has changed since.")
    ] = None,
    as_json: AsJson = False,
    flow: AsFlow = False,
    localbox: ToLocalbox = False,
) -> None:
    """Import the videos and labels of a spec into Labelbox. Safe to run again at any time."""
    from labelferry import api

    with to_localbox(localbox):
        reviewed = "" if plan is None else str(plan)
        run_to_report("onboard", partial(api.onboard, spec, plan), flow, as_json, str(spec), plan=reviewed)


def resume(name: OnboardingName, as_json: AsJson = False, flow: AsFlow = False, localbox: ToLocalbox = False) -> None:
    """Finish what an onboarding left undone, with the labels as they were when it began."""
    from labelferry import api

    with to_localbox(localbox):
        run_to_report("resume", partial(api.resume, name), flow, as_json, name)


def retry_failed(
    name: OnboardingName, as_json: AsJson = False, flow: AsFlow = False, localbox: ToLocalbox = False
) -> None:
    """Send the lines that were refused again, once their cause is fixed."""
    from labelferry import api

    with to_localbox(localbox):
        run_to_report("retry_failed", partial(api.retry_failed, name), flow, as_json, name)


def verify(spec: SpecPath, as_json: AsJson = False, flow: AsFlow = False, localbox: ToLocalbox = False) -> None:
    """Compare the labels in Labelbox with what was sent. Changes nothing; exit code 1 means that they differ."""
    from labelferry import api
    from labelferry.reports.verification import print_verification

    def proven() -> Any:
        found = api.verify(spec)
        found.refuse_differences()
        return found

    with to_localbox(localbox):
        _run("verify", proven, print_verification, flow, as_json, str(spec))


def run_to_report(
    flow_name: str, call: Callable[[], Any], flow: bool, as_json: bool, *args: str, **options: str
) -> None:
    """Run a command that ends in a report and show it, even if lines were refused or their outcome is unknown."""
    from labelferry.reports.terminal import print_report

    _run(flow_name, call, print_report, flow, as_json, *args, **options)


def _run(
    flow_name: str,
    call: Callable[[], Any],
    printer: Callable[[Mapping[str, Any], Any], None],
    flow: bool,
    as_json: bool,
    *args: str,
    **options: str,
) -> None:
    chosen, failure = runner(flow), None
    with progress(as_json):
        try:
            result = chosen.run(flow_name, call, *args, **options)
        except (PartialFailureError, PendingError, VerificationError) as error:
            if error.result is None:
                raise
            result, failure = error.result.to_dict(), error
    show(result, as_json, printer)
    say(f"ran {chosen.place}", as_json)
    _end(failure)


def _end(failure: LabelferryError | None) -> None:
    if failure is not None:
        fail(str(failure), failure.exit_code)
