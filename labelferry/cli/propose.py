"""The command that looks at a folder and writes a spec: init."""

from pathlib import Path
from typing import Annotated

import typer

from labelferry.cli.arguments import AsJson
from labelferry.cli.terminal import fail, show

__all__ = ["init"]

UNANSWERED = 4


def init(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder with videos and labels.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the spec that is in the folder.")] = False,
    as_json: AsJson = False,
) -> None:
    """Look at a folder and write a spec for it, FOLDER/labelferry.yaml. Exit code 4: it has an open question."""
    from labelferry.proposal import propose
    from labelferry.reports.proposal import print_proposal

    proposed = propose(folder, overwrite=overwrite)
    show(proposed.to_dict(), as_json, print_proposal)
    if not proposed.accepted:
        fail(f"{proposed.spec}: answer what is marked with ? first, then run labelferry check", UNANSWERED)
