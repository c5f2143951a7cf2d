"""A command that is interrupted before its run begins -> an interrupted run in the history of its onboarding."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from labelferry.errors import LabelferryError

__all__ = ["remember"]

RUNS = {"onboard", "resume", "retry-failed", "undo"}
"""The commands whose runs are in the history."""


def remember(program: typer.Typer, arguments: Sequence[str]) -> None:
    """Record an interrupted command, unless it is none of these, names nothing, or its run has begun and did that.

    Args:
        program: the commands.
        arguments: what was typed after ``labelferry``.
    """
    asked = _asked(program, arguments)
    if not asked:
        return
    from labelferry.onboarding.history import BEGUN, record_unbegun
    from labelferry.settings import Settings

    if BEGUN.is_set():
        return
    with suppress(LabelferryError):
        settings = Settings.from_environment()
        record_unbegun(settings, _name(asked, settings.home), datetime.now(UTC))


def _name(asked: Mapping[str, Any], home: Path) -> str:
    """Return the name of the onboarding.

    Raises:
        LabelferryError: when the spec is wrong, or none of that name was ever started.
    """
    from labelferry.desired.folder import kept
    from labelferry.spec.load import load_spec

    if "spec" in asked:
        return load_spec(asked["spec"]).spec.name
    kept(asked["name"], home)
    return str(asked["name"])


def _asked(program: typer.Typer, arguments: Sequence[str]) -> dict[str, Any]:
    """Return the spec or the name that a command was given."""
    command, *rest = arguments or [""]
    if command not in RUNS:
        return {}
    known: Any = typer.main.get_command(program)
    given = known.commands[command].make_context(command, list(rest), resilient_parsing=True).params
    return {kind: given[kind] for kind in ("spec", "name") if given.get(kind)}
