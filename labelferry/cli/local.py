"""Commands that need no account: localbox and demo."""

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from labelferry.cli.arguments import AsFlow, AsJson
from labelferry.cli.launch import to_localbox
from labelferry.cli.runs import run_to_report
from labelferry.errors import SpecError

__all__ = ["demo", "localbox"]


def demo(as_json: AsJson = False, flow: AsFlow = False) -> None:
    """Onboard two videos into the embedded localbox, as pre-labels and as ground truth, whatever keys are set."""
    from labelferry import api
    from labelferry.demo import lay_out
    from labelferry.settings import Settings

    with to_localbox():
        for spec in lay_out(Settings.from_environment().home / "demo"):
            run_to_report("onboard", partial(api.onboard, spec), flow, as_json, str(spec), plan="")


def localbox(
    port: Annotated[int, typer.Option(help="Port; 0 picks a free one.")] = 8765,
    host: Annotated[
        str, typer.Option(help="Host name or IP; any but loopback also needs a key of your own.")
    ] = "127.0.0.1",
    data: Annotated[Path | None, typer.Option(help="Folder of its data; default: localbox in LABELFERRY_HOME.")] = None,
    key: Annotated[str | None, typer.Option(help="Its API key; default: LOCALBOX_KEY or localbox.")] = None,
    control: Annotated[bool, typer.Option("--control", help="Open the control plane under /_localbox/.")] = False,
    rate_limit: Annotated[int | None, typer.Option(help="Requests per minute before a 429; default: no limit.")] = None,
    seed: Annotated[Path | None, typer.Option(help="A snapshot file to fill an empty folder with.")] = None,
    like: Annotated[
        str | None, typer.Option(help="as-official-tests, as-documented, hostile, or a JSON file of that form.")
    ] = None,
) -> None:
    """Serve a local Labelbox on this machine until it is stopped."""
    from labelferry.localbox import BadOptionsError, serve  # noqa: TID251  the only import of it
    from labelferry.settings import Settings

    settings = Settings.from_environment()
    folder = data or settings.home / "localbox"
    chosen = key if key is not None else settings.localbox_key.get_secret_value()
    try:
        code = serve(
            data=folder,
            port=port,
            host=host,
            key=chosen,
            control=control,
            rate_limit=rate_limit,
            seed=seed,
            like=like,
        )
    except (BadOptionsError, OSError) as error:
        raise SpecError(f"localbox: {error}") from error
    sys.exit(code)
