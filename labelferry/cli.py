"""The command line. Exit codes: 0 done or nothing to do, 1 failed, 2 bad input, 3 partly failed, 4 conflict."""

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from labelferry.errors import LabelferryError, PartialFailureError, PendingError, SpecError, VerificationError
from labelferry.launch import checkout, flow
from labelferry.terminal import print_check, progress, show

__all__ = ["app", "main"]

app = typer.Typer(
    help="Carry labelled video into Labelbox: planned before it acts, safe to run again, proven afterwards.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
SpecPath = Annotated[Path, typer.Argument(metavar="SPEC", help="The spec, a YAML file.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the onboarding, as in its spec.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def main() -> None:
    """Run the command line; mistakes and refusals end in one message and the documented exit code."""
    try:
        app()
    except LabelferryError as error:
        print(f"labelferry: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(error.exit_code)


@app.command()
def check(spec: SpecPath, as_json: AsJson = False) -> None:
    """Read and check everything that a spec names. Offline; nothing is written or sent."""
    with tempfile.TemporaryDirectory() as folder:
        desired = _desire(spec, Path(folder))
        show({"counts": _counts(desired), "warnings": list(desired.findings)}, as_json, print_check)


@app.command()
def convert(
    spec: SpecPath,
    out: Annotated[Path, typer.Option("--out", help="Folder for <name>.ndjson and <name>.ontology.json.")],
    as_json: AsJson = False,
) -> None:
    """Write the labels of a spec as NDJSON, and its ontology. Offline; nothing is sent."""
    import shutil

    with tempfile.TemporaryDirectory() as folder:
        desired = _desire(spec, Path(folder))
        out.mkdir(parents=True, exist_ok=True)
        written = [out / f"{desired.spec.name}.ndjson"]
        shutil.copyfile(desired.folder / "lines.ndjson", written[0])
        if desired.ontology() is not None:
            written.append(out / f"{desired.spec.name}.ontology.json")
            shutil.copyfile(desired.folder / "ontology.json", written[1])
        result = {"counts": _counts(desired), "warnings": list(desired.findings), "files": [str(p) for p in written]}
        show(result, as_json, print_check)


@app.command()
def plan(spec: SpecPath, as_json: AsJson = False) -> None:
    """Say what onboard would do. Changes nothing; exit code 4 says that somebody has to decide something first."""
    from labelferry.planning.plan import refuse_conflicts
    from labelferry.reports.plan import print_plan

    _require(spec)
    with progress(as_json):
        made = flow("plan")(str(spec))
    show(made, as_json, print_plan)
    refuse_conflicts(made)


@app.command()
def onboard(
    spec: SpecPath,
    plan: Annotated[Path | None, typer.Option("--plan", help="A reviewed plan; anything else is refused.")] = None,
    as_json: AsJson = False,
) -> None:
    """Bring the videos and labels of a spec into Labelbox. Safe to run again at any moment."""
    _require(spec)
    _onboard(spec, as_json, plan)


@app.command()
def demo(as_json: AsJson = False) -> None:
    """Onboard two videos, as pre-labels and as ground truth: the tutorial's, and a scene drawn here."""
    import shutil

    from labelferry.demo import draw_scene
    from labelferry.settings import Settings

    folder = Settings.from_environment().home / "demo"
    shutil.copytree(checkout() / "config" / "examples", folder, dirs_exist_ok=True)
    draw_scene(folder / "scene")
    for spec in ("guide/prelabels", "guide/ground-truth", "scene/prelabels", "scene/ground-truth"):
        _onboard(folder / f"{spec}.yaml", as_json)


def _onboard(spec: Path, as_json: bool, plan: Path | None = None) -> None:
    _carry_out("onboard", _name(spec), as_json, str(spec), plan="" if plan is None else str(plan))


def _carry_out(flow_name: str, name: str, as_json: bool, *args: str, **options: str) -> None:
    """Run a flow that ends in a report, and show it, also when lines were refused or are not known to be in."""
    failure: LabelferryError | None = None
    with progress(as_json):
        try:
            report = flow(flow_name)(*args, **options)
        except (PartialFailureError, PendingError) as error:
            report, failure = _kept_report(name), error
    show(report, as_json, _print_report)
    if failure is not None:
        raise failure


@app.command()
def resume(name: Name, as_json: AsJson = False) -> None:
    """Finish what an onboarding left undone, with the labels as they were when it began."""
    _require_kept(name)
    _carry_out("resume", name, as_json, name)


@app.command("retry-failed")
def retry_failed(name: Name, as_json: AsJson = False) -> None:
    """Send the lines that were refused again, once their cause is mended."""
    _require_kept(name)
    _carry_out("retry_failed", name, as_json, name)


@app.command()
def verify(spec: SpecPath, as_json: AsJson = False) -> None:
    """Compare what Labelbox holds with what was sent. Changes nothing; exit code 1 says that it differs."""
    from labelferry.reports.verification import print_verification

    _require(spec)
    failure: LabelferryError | None = None
    with progress(as_json):
        try:
            flow("verify")(str(spec))
        except (PartialFailureError, VerificationError) as error:
            failure = error
    show(_kept_report(f"{_name(spec)}-verify"), as_json, print_verification)
    if failure is not None:
        raise failure


@app.command()
def status(
    name: Name,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="First write down what the service holds, after the ledger was lost.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what the ledger knows of an onboarding: its runs, and the lines that failed."""
    from labelferry.ledger import open_ledger
    from labelferry.reports.status import print_status, status_of
    from labelferry.settings import Settings

    if rebuild:
        _rebuild(name)
    with open_ledger(Settings.from_environment().ledger_url) as file:
        show(status_of(file, name), as_json, print_status)


def _rebuild(name: str) -> None:
    from labelferry.onboarding.context import one_at_a_time, open_onboarding
    from labelferry.onboarding.rebuild import rebuild
    from labelferry.remote import remote
    from labelferry.settings import Settings

    settings, folder = Settings.from_environment(), _require_kept(name)
    with (
        remote(settings) as where,
        one_at_a_time(settings, where, folder),
        open_onboarding(settings, where, folder) as onboarding,
    ):
        rebuild(onboarding)


@app.command()
def metrics(
    out: Annotated[
        Path | None,
        typer.Option("--out", help="File that is replaced in one step, for node_exporter's textfile collector."),
    ] = None,
) -> None:
    """Count what the ledger holds, of every onboarding, in Prometheus' text form. Changes nothing."""
    from prometheus_client import generate_latest, write_to_textfile

    from labelferry.ledger import open_ledger
    from labelferry.reports.metrics import metrics_of
    from labelferry.settings import Settings

    with open_ledger(Settings.from_environment().ledger_url) as file:
        if out is None:
            sys.stdout.buffer.write(generate_latest(metrics_of(file)))
        else:
            write_to_textfile(str(out), metrics_of(file))


@app.command()
def localbox(
    port: Annotated[int, typer.Option(help="Port; 0 takes any free one.")] = 8765,
    host: Annotated[str, typer.Option(help="Address; any but loopback needs a key of your own too.")] = "127.0.0.1",
    data: Annotated[Path | None, typer.Option(help="Folder of its data; default: in LABELFERRY_HOME.")] = None,
    key: Annotated[str | None, typer.Option(help="Key that it asks for; default: LOCALBOX_KEY or localbox.")] = None,
    control: Annotated[bool, typer.Option("--control", help="Open the control plane under /_localbox/.")] = False,
    rate_limit: Annotated[int | None, typer.Option(help="Requests a minute before a 429; default: no limit.")] = None,
    seed: Annotated[Path | None, typer.Option(help="A snapshot file for a folder that holds nothing yet.")] = None,
) -> None:
    """Serve a local Labelbox on this machine until it is stopped."""
    from labelferry.localbox import BadOptionsError, serve  # noqa: TID251  the one door to it
    from labelferry.settings import Settings

    settings = Settings.from_environment()
    folder = data or settings.home / "localbox"
    chosen = key if key is not None else settings.localbox_key.get_secret_value()
    try:
        code = serve(data=folder, port=port, host=host, key=chosen, control=control, rate_limit=rate_limit, seed=seed)
    except (BadOptionsError, OSError) as error:
        raise SpecError(f"localbox: {error}") from error
    sys.exit(code)


def _desire(spec: Path, folder: Path) -> Any:
    from labelferry.planning.desire import desire
    from labelferry.spec_file import LoadedSpec

    return desire(LoadedSpec.from_file(spec), folder)


def _counts(desired: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(desired.counts)


def _require(spec: Path) -> None:
    """Refuse wrong input and settings before Prefect is started for them, which takes seconds."""
    from labelferry.settings import Settings

    settings = Settings.from_environment()
    with tempfile.TemporaryDirectory() as folder:
        _desire(spec, Path(folder))
    settings.make_home()


def _require_kept(name: str) -> Path:
    from labelferry.planning.store import kept
    from labelferry.settings import Settings

    return kept(name, Settings.from_environment().home)


def _name(spec: Path) -> str:
    from labelferry.spec_file import LoadedSpec

    return LoadedSpec.from_file(spec).spec.name


def _kept_report(name: str) -> dict[str, Any]:
    import orjson

    from labelferry.settings import Settings

    path = Settings.from_environment().reports / f"{name}.json"
    report: dict[str, Any] = orjson.loads(path.read_bytes())
    return report


def _print_report(report: Mapping[str, Any], console: Any) -> None:
    from labelferry.reports.terminal import print_report

    print_report(report, console)


if __name__ == "__main__":
    main()
