"""The arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["AsFlow", "AsJson", "OnboardingName", "SpecPath", "ToLocalbox"]

SpecPath = Annotated[Path, typer.Argument(metavar="SPEC", help="The spec, a YAML file.")]
OnboardingName = Annotated[str, typer.Argument(metavar="NAME", help="Name of the onboarding, as in its spec.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON, also when the command fails.")]
AsFlow = Annotated[
    bool, typer.Option("--flow", help="Run as a Prefect flow; the default if a Prefect server is configured.")
]
ToLocalbox = Annotated[bool, typer.Option("--localbox", help="Use the embedded localbox, whatever keys are set.")]
